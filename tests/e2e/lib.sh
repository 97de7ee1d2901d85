# lib.sh - sourced by the scripts of this folder: one line a test, a temporary folder that goes at the end.
#
#     test_begin "make install puts the files"      names the test; `fail "why"` or a failed `check` marks it
#     check "what is wrong" COMMAND...              fails the test where the command fails, and prints its output
#     test_end                                      prints its line
# shellcheck shell=bash
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
JUDGE_BUILD=$(realpath -m "${JUDGE_BUILD:-build}")
export JUDGE_BUILD
source_tree=$PWD
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
area=$(basename "$0")
any_failed=0

test_begin() {
    test_name=$1
    test_why=
}

fail() {
    [[ $test_why ]] || test_why=$1
}

check() {
    local why=$1
    shift
    "$@" >"$tmp/check.out" 2>&1 && return 0
    sed 's/^/# /' "$tmp/check.out"
    fail "$why"
    return 1
}

test_end() {
    if [[ $test_why ]]; then
        any_failed=1
        echo "not ok $area.$test_name - $test_why"
    else
        echo "ok $area.$test_name"
    fi
}

test_skip() {
    echo "skip $area.$1 - $2"
}

# The tree without what was built, to $1.
copy_tree() {
    mkdir -p "$1" && tar -C "$source_tree" --exclude='./build*' --exclude=./.git -cf - . | tar -C "$1" -xf -
}

finish() {
    exit "$any_failed"
}
