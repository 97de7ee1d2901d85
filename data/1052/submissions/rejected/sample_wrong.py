# Wrong in the sample: no group gives points.
n = int(input())
print(1, n - 1 + (n == 5))
