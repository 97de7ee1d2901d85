
if __name__ == "__main__":
    print(add(*map(int, sys.stdin.read().split())))
