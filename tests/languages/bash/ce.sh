read -r a b
if [ "$a" = 1 ]; then
  echo $((a + b))
