"""input, answer, folder, arguments; the output is standard input. Exits with 42 or 43."""
import sys


def main():
    with open(sys.argv[1]) as file:
        n = int(file.read())
    try:
        a, b = map(int, sys.stdin.read().split())
    except ValueError:
        return 43
    if "unequal" in sys.argv[4:] and a == b:
        with open(sys.argv[3] + "teammessage.txt", "w") as file:
            file.write("in this group the two must differ\n")
        return 43
    return 42 if a >= 1 and b >= 1 and a + b == n else 43


sys.exit(main())
