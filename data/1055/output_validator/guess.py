"""Talks to the program on standard input and output: a number from 1 to n is to be found in at most 31 guesses."""
import sys


def judge(n, number):
    print(n, flush=True)
    for _ in range(31):
        words = sys.stdin.readline().split()
        if len(words) != 1 or not words[0].isdigit():
            return "no guess, but: " + " ".join(words)
        guess = int(words[0])
        print("<" if number < guess else ">" if number > guess else "=", flush=True)
        if guess == number:
            return None
    return "not found in 31 guesses"


with open(sys.argv[1]) as file:
    why = judge(*map(int, file.read().split()))
if why is None:
    sys.exit(42)
with open(sys.argv[3] + "teammessage.txt", "w") as file:
    file.write(why)
sys.exit(43)
