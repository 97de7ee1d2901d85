import sys

import solution

n, *numbers = map(int, sys.stdin.read().split())
print(solution.longest(numbers[:n]))
