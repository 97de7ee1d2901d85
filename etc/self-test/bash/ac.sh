# Reading, arrays, a pipeline of programs, a file, a here-document, the time.
read -r -a numbers
numbers=($(printf '%s\n' "${numbers[@]}" | sort -n | cat))
sum=$(echo "${numbers[@]}" | awk '{ printf "%.0f", $1 + $2 }')
declare -A seen=([sum]=$sum)
mapfile -t lines <<<"$(seq 3 | sed 's/^/x/' | tac)"
[[ ${lines[0]} == x3 ]] || exit 1
printf '%s\n' "$sum" >x && [[ $(<x) == "$sum" ]] && rm x || exit 1
[[ $(date +%Y) -ge 2000 && $RANDOM -ge 0 ]] || exit 1
cat <<END
${seen[sum]}
END
