n, m = map(int, input().split())
reached = [[False] * (m + 1) for _ in range(n + 1)]
reached[0][0] = True
for i, weight in enumerate(map(int, input().split()), 1):
    for sum in range(m + 1):
        reached[i][sum] = reached[i - 1][sum] or sum >= weight and reached[i - 1][sum - weight]
print(max(sum for sum in range(m + 1) if reached[n][sum]))
