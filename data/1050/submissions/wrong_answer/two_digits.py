import math

r = float(input())
print('%.2f %.2f' % (2 * math.pi * r, math.pi * r * r))
