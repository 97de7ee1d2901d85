# There is no such file: 'line.in'.
with open('line.in', encoding='utf-8') as lines, open('lines.out', 'w', encoding='utf-8') as out:
    out.writelines(reversed(list(lines)))
