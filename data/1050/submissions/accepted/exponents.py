import math

r = float(input())
print('%.12e %.12e' % (2 * math.pi * r, math.pi * r * r))
