# Reads on until the interactor has gone.
import sys

low, high = 1, int(sys.stdin.readline())
print((low + high) // 2, flush=True)
for answer in sys.stdin:
    guess = (low + high) // 2
    if answer == "<\n":
        high = guess - 1
    elif answer == ">\n":
        low = guess + 1
    else:
        continue
    print((low + high) // 2, flush=True)
