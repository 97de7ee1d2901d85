import collections
import sys
import threading

total = collections.Counter()


def add(number):
    total['sum'] += number


threads = [threading.Thread(target=add, args=(int(word),)) for word in sys.stdin.read().split()]
for thread in threads:
    thread.start()
    thread.join()
print(total['sum'])
