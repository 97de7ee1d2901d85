# Adds the words, not the numbers: 1 and 2 are 12.
a, b = input().split()
print(a + b)
