read -r a b
missing_command "$a" "$b"
