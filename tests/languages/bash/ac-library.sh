read -r -a numbers
sum=0
for number in "${numbers[@]}"; do
    sum=$(echo "$sum $number" | awk '{ printf "%.0f", $1 + $2 }')
done
declare -A seen=([sum]=$sum)
mapfile -t lines <<<"$(seq 3 | sed 's/^/x/' | tac)"
[[ ${lines[0]} == x3 ]] || exit 1
cat <<END
${seen[sum]}
END
