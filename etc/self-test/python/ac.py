# Reading, printing, the modules that solutions import, threads, exceptions, memory, files, a deep recursion, the time; and that
# there is no network.
import bisect
import collections
import datetime
import decimal
import fractions
import functools
import heapq
import itertools
import json
import math
import os
import random
import re
import socket
import string
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.setrecursionlimit(100000)
random.seed()
time.sleep(0.001)
datetime.datetime.now().astimezone()
large = bytearray(16 << 20)
with tempfile.TemporaryFile() as file:
    file.write(b'text')
try:
    raise ValueError('thrown')
except ValueError:
    pass
try:
    socket.socket()
    sys.exit('there is a network')
except OSError:
    pass


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


with ThreadPoolExecutor(2) as pool:
    numbers = list(pool.map(int, sys.stdin.read().split()))
thread = threading.Thread(target=numbers.sort)
thread.start()
thread.join()
assert deep(20000) == 20000
print(sum(numbers))
