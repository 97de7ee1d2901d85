# Calls itself n times: Python allows 1,000 calls within calls.
import functools


@functools.lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else (fibonacci(n - 1) + fibonacci(n - 2)) % 1000000007


print(fibonacci(int(input())))
