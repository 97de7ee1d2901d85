"""An output validator: input, answer, feedback folder; the output is standard input; 42 accepts, 43 rejects."""
import sys

with open(sys.argv[1]) as file:
    n = int(file.read())
words = sys.stdin.read().split()
if len(words) == 2 and all(word.isdigit() and int(word) >= 1 for word in words) and sum(map(int, words)) == n:
    sys.exit(42)
with open(sys.argv[3] + "teammessage.txt", "w") as file:
    file.write("not two parts of it")
sys.exit(43)
