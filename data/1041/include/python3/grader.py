import sys

from stack import Stack

stack = Stack()
for line in sys.stdin:
    call, *x = line.split()
    if call == "push":
        stack.push(int(x[0]))
    elif call == "pop":
        stack.pop()
    else:
        print(stack.smallest())
