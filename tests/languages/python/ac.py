import sys
from functools import lru_cache

sys.setrecursionlimit(10**6)


@lru_cache(maxsize=None)
def count(n):
    return 0 if n == 0 else 1 + count(n - 1)


a, b = map(int, input().split())
assert count(20000) == 20000
print(a + b)
