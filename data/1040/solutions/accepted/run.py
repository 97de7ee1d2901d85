from itertools import groupby


def longest(a):
    return max(len(list(run)) for _, run in groupby(a))
