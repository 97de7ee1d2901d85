n = int(input())
row = ""
for i in range(1, n + 1):
    print("?", i, i, flush=True)
    row += input()
print("!", row)
