# Kattis' form: input, answer, folder for messages; standard input and output are the program's.
import sys

ACCEPT, REJECT = 42, 43


def end(code, message):
    with open(sys.argv[3] + "teammessage.txt", "w") as out:
        out.write(message + "\n")
    sys.exit(code)


row = open(sys.argv[1]).read().strip()
n = len(row)
print(n, flush=True)
asked = 0
for line in sys.stdin:
    words = line.split()
    if len(words) == 2 and words[0] == "!":
        end(ACCEPT, "") if words[1] == row else end(REJECT, "that is not the row")
    if len(words) != 3 or words[0] != "?" or not words[1].isdigit() or not words[2].isdigit():
        end(REJECT, "neither a question nor an answer: " + line.strip()[:40])
    a, b = int(words[1]), int(words[2])
    if not 1 <= a <= b <= n:
        end(REJECT, "a question outside the row")
    asked += 1
    if asked > n:
        end(REJECT, "more than %d questions" % n)
    print(row[a - 1 : b].count("1"), flush=True)
end(REJECT, "it ended without an answer")
