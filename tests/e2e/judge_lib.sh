# judge_lib.sh - sourced by the scripts that call `judgectl judge`: problems to call it on, below $tmp/p, where it runs.
#
#     make_problem NAME            a + b with three cases; make_slow_problem: the same, with time for what waits
#     source_file PATH TEXT        a source, PATH below $tmp/p
#     judged CODE ARGS...          judgectl judge ARGS: $tmp/out, $tmp/err; fails the test where it does not exit with CODE
#     said REGEX                   fails the test where no line of $tmp/out fits
# shellcheck shell=bash disable=SC2034,SC2154
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ $EUID != 0 ]]; then
    test_skip all 'needs root'
    exit 0
fi
if [[ ! -x /usr/bin/gcc ]]; then
    test_skip all 'no gcc'
    exit 0
fi
mkdir "$tmp/p"
ln -s "$source_tree/data" "$tmp/p/data"

right='#include <stdio.h>
int main(void) { long long a, b; if (scanf("%lld %lld", &a, &b) != 2) return 1; printf("%lld\n", a + b); return 0; }'
# 8 instead of 7 in the second case.
wrong_second='#include <stdio.h>
int main(void) { int a, b; if (scanf("%d %d", &a, &b) != 2) return 1; printf("%d\n", a + b + (a == 2)); return 0; }'
slow_right='#include <stdio.h>
#include <time.h>
int main(void) { int a, b; if (scanf("%d %d", &a, &b) != 2) return 1; while (clock() < SECONDS * CLOCKS_PER_SEC);
    printf("%d\n", a + b); return 0; }'

make_problem() {
    local i
    rm -rf "${tmp:?}/p/$1"
    mkdir -p "$tmp/p/$1"
    for i in 1 2 3; do
        echo "$i 5" >"$tmp/p/$1/$i.in"
        echo $((i + 5)) >"$tmp/p/$1/$i.out"
    done
}

# The box may be so busy that a second of computing takes a minute.
make_slow_problem() {
    make_problem "$1"
    printf '[limits]\nwall_ms = 60000\n' >"$tmp/p/$1/problem.ini"
}

source_file() {
    mkdir -p "$(dirname "$tmp/p/$1")"
    printf '%s' "$2" >"$tmp/p/$1"
    [[ ! $2 ]] || echo >>"$tmp/p/$1"
}

# A folder like OJ_HOME with a language that no box has.
make_home() {
    mkdir -p "$tmp/p/$1/etc/languages.d"
    cat >"$tmp/p/$1/etc/languages.d/ghost.ini" <<'END'
[language]
id       = 9000
name     = ghost
title    = Ghost
suffixes = ghost
source   = Main.ghost
package  = ghost-compiler
[run]
argv = /nonexistent/ghost {source}
END
}

judge_to() {
    local out=$1
    shift
    (cd "$tmp/p" && exec timeout -k 5 120 "$JUDGE_BUILD/judgectl" judge "$@") >"$out" 2>"$out.err" </dev/null
}

judged() {
    local wanted=$1 code
    shift
    judge_to "$tmp/out" "$@"
    code=$?
    mv "$tmp/out.err" "$tmp/err"
    [[ $code == "$wanted" ]] && return 0
    sed 's/^/# /' "$tmp/out" "$tmp/err"
    fail "exit $code instead of $wanted: judgectl judge $*"
}

said() {
    grep -q -a -E -e "$1" "$tmp/out" && return 0
    sed 's/^/# /' "$tmp/out"
    fail "no line: $1"
}

# The verdicts of the cases of the only source, with --json.
case_verdicts() {
    sed 's/.*"cases"://' "$tmp/out" | grep -o '"verdict":"[A-Z]*"' | cut -d '"' -f 4 | paste -s -d ' '
}

# ---- processes

# wait_for COMMAND...: until it succeeds, at most 20 s.
wait_for() {
    local deadline=$((SECONDS + 20))
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.02
    done
}

children() {
    cat "/proc/$1/task/$1/children" 2>/dev/null
}

descendants() {
    local child
    for child in $(children "$1"); do
        echo "$child"
        descendants "$child"
    done
}

janitor_of() {
    local child
    for child in $(children "$1"); do
        if tr '\0' ' ' <"/proc/$child/cmdline" | grep -q '^judge_cell janitor '; then
            echo "$child"
            return 0
        fi
    done
    return 1
}

# A program of the judged source, not the compiler.
program_of() {
    local pid
    for pid in $(descendants "$1"); do
        [[ $(readlink "/proc/$pid/exe" 2>/dev/null) == */program/Main ]] && return 0
    done
    return 1
}

gone() {
    local pid
    for pid in $1; do
        [[ ! -e /proc/$pid ]] || return 1
    done
}

gone_not() {
    local pid
    for pid in $1; do
        [[ ! -e /proc/$pid ]] || tr '\0' ' ' <"/proc/$pid/cmdline"
    done
}
