read -r a b
# A pipeline of programs, and an array.
numbers=($(printf '%s\n' "$a" "$b" | sort -n | cat))
echo $((numbers[0] + numbers[1]))
