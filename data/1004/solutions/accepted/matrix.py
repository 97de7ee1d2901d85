M = 1000000007


def times(a, b):
    return ((a[0] * b[0] + a[1] * b[2]) % M, (a[0] * b[1] + a[1] * b[3]) % M,
            (a[2] * b[0] + a[3] * b[2]) % M, (a[2] * b[1] + a[3] * b[3]) % M)


n = int(input())
result, power = (1, 0, 0, 1), (1, 1, 1, 0)
while n > 0:
    if n % 2 == 1:
        result = times(result, power)
    power = times(power, power)
    n //= 2
print(result[1])
