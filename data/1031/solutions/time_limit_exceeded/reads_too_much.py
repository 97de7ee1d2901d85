# Waits for the answer to a question that it has not asked.
n = int(input())
print("? 1 1", flush=True)
input()
input()
