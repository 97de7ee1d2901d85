# What solutions import, and what those modules ask the system for at their start.
import bisect
import ctypes
import datetime
import decimal
import fractions
import functools
import heapq
import itertools
import json
import locale
import math
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import string
import sys
import tempfile
import time
import typing
import uuid
from concurrent.futures import ThreadPoolExecutor

sys.setrecursionlimit(100000)
locale.setlocale(locale.LC_ALL, '')
random.seed()
uuid.uuid4()
os.cpu_count()
os.path.expanduser('~')
time.sleep(0.001)
datetime.datetime.now().astimezone()
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, 'x').write_text('x')
    shutil.copy(os.path.join(folder, 'x'), os.path.join(folder, 'y'))
resource.getrusage(resource.RUSAGE_SELF)
resource.setrlimit(resource.RLIMIT_STACK, resource.getrlimit(resource.RLIMIT_STACK))
signal.signal(signal.SIGTERM, signal.SIG_DFL)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


with ThreadPoolExecutor() as pool:
    numbers = list(pool.map(int, open(0).read().split()))
assert deep(20000) == 20000
print(sum(numbers))
