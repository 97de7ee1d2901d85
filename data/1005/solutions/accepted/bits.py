# One large number, in which bit k says whether the sum k is reached.
n, m = map(int, input().split())
reached = 1
for weight in map(int, input().split()):
    reached |= reached << weight & (1 << m + 1) - 1
print(reached.bit_length() - 1)
