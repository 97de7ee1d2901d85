# input() is the whole line: "1 2" is no number.
a = int(input())
b = int(input())
print(a + b)
