class Stack:
    def __init__(self):
        self.numbers = []

    def push(self, x):
        self.numbers.append(min(x, self.numbers[-1]) if self.numbers else x)

    def pop(self):
        self.numbers.pop()

    def smallest(self):
        return self.numbers[-1]
