# Number 1 keeps the line to itself.
import sys

line = input()
if sys.argv[1] == "0":
    print("ab")
else:
    input()
