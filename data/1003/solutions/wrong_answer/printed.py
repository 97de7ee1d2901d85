# Prints what should be in the file.
with open('lines.in', encoding='utf-8') as lines:
    for line in reversed(list(lines)):
        print(line, end='')
