"""Exits with 42 where standard input is one number of the right size, and nothing else."""
import re
import sys

text = sys.stdin.read()
if not re.fullmatch(r"\d{1,7}(\.\d{1,9})?\n", text) or not 0.001 <= float(text) <= 1e6:
    print("not one number from 0.001 to 1000000 on a line", file=sys.stderr)
    sys.exit(43)
sys.exit(42)
