def longest(a):
    run = 1
    for i in range(1, len(a)):
        run = run + 1 if a[i] == a[i - 1] else 1
    return run
