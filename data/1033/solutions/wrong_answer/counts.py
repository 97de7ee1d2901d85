# As many letters as the number is large: part of the points.
import sys

if sys.argv[1] == "0":
    print("a" * int(input()) or "b")
else:
    line = input()
    print(0 if line == "b" else len(line))
