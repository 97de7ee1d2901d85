with open('lines.in', encoding='utf-8') as lines, open('lines.out', 'w', encoding='utf-8') as out:
    out.writelines(reversed(list(lines)))
print('what is printed does not matter')
