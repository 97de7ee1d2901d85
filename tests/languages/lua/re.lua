local missing
print(missing.sum)
