class Stack:
    def push(self, x):
        self.last = x

    def smallest(self):
        return self.last
