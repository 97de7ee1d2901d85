import sys

numbers = [0] * 1000
words = sys.stdin.read().split()
for i in range(int(words[0])):
    numbers[i] = int(words[i + 1])
print(sum(numbers))
