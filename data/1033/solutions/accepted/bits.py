import sys

if sys.argv[1] == "0":
    print(format(int(input()), "012b").replace("0", "a").replace("1", "b"))
else:
    print(int(input().replace("a", "0").replace("b", "1"), 2))
