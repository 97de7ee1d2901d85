command, what = input().split()
if command == "send":
    print(bin(int(what))[2:].replace("1", "b").replace("0", "a"))
else:
    print(int(what[::-1].replace("b", "1").replace("a", "0"), 2))
