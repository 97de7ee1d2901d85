#!/bin/sh
# Puts the judge on a Debian box: packages, build, programs, folders, the user. Runs as root. What is there already stays
# as it is, so a second run changes nothing. Never touches a file below OJ_HOME, and never a database.
#
# Read by the tests: OS_RELEASE, a file in place of /etc/os-release.
set -eu
cd "$(dirname "$0")"

prefix=/usr
oj_home=/home/judge
# The languages that are installed unless others are asked for; the tests install all.
languages='c cpp python'
# What the build needs, and what the tests need beside it.
packages='gcc make libc6-dev libhiredis-dev libmariadb-dev libsqlite3-dev libjansson-dev libncurses-dev
    libyaml-dev libexpat1-dev zlib1g-dev'
test_packages='libcunit1-dev libseccomp-dev gcc-multilib clang clang-format clang-tidy libclang-rt-14-dev cppcheck
    shellcheck qemu-system-x86 busybox-static cpio jq redis-server mariadb-server sqlite3 similarity-tester
    libc6-dev-arm64-cross libc6-dev-armhf-cross linux-libc-dev-riscv64-cross linux-libc-dev-mips64el-cross'

usage()
{
    cat <<END
./install.sh          install the judge: packages, build, programs to $prefix/bin, folders in $oj_home, the user judge
./install.sh --languages "c cpp python java pascal"
                      the same, with the compilers of these languages ($languages); "all": each that there is:
                      $(all_languages | paste -s -d ' ')
./install.sh --test   install what the tests need, and run all of them; nothing is installed outside the packages
./install.sh --help

Run it as root on Debian 12. It may be run again at any time: it changes only what is missing or older.
END
}

all_languages()
{
    for file in etc/languages.d/*.ini; do
        basename "$file" .ini
    done
}

say()
{
    echo "install.sh: $*"
}

die()
{
    say "$@" >&2
    exit 1
}

# Another system: what it would have to give, by what it is for, since names differ.
refuse()
{
    cat >&2 <<END
install.sh: this is $1; install.sh knows Debian 12 (apt) only. With your system's packages:
  to build:  a C compiler (gcc 12 or clang 14, or newer), make, the C library's headers and its static library (libc.a),
             the kernel's headers, and those of hiredis, MariaDB Connector/C, SQLite, libyaml, expat and zlib
  to test:   CUnit, libseccomp's headers, the compiler's 32-bit half (-m32), clang with libFuzzer's runtime, clang-format,
             clang-tidy, cppcheck, shellcheck, qemu for x86_64, a static busybox, cpio, jq, redis-server, mariadb-server, sqlite3
then: make && make install && judgectl doctor
END
    exit 1
}

check_system()
{
    release=${OS_RELEASE:-/etc/os-release}
    [ -r "$release" ] || refuse "a system without $release"
    # shellcheck source=/dev/null
    name=$(. "$release" && echo "${PRETTY_NAME:-${NAME:-an unnamed system}}")
    # shellcheck source=/dev/null
    like=$(. "$release" && echo "${ID:-} ${ID_LIKE:-}")
    # shellcheck source=/dev/null
    version=$(. "$release" && echo "${ID:-}-${VERSION_ID:-}")
    case " $like " in
    *' debian '*) command -v apt-get >/dev/null || refuse "$name without apt-get" ;;
    *) refuse "$name" ;;
    esac
    [ "$version" = debian-12 ] || say "$name is not what this was tested on (Debian 12); going on"
}

# A mirror that is busy, or another apt that holds the lock, is waited for.
apt()
{
    for pause in 5 20 0; do
        if DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; then
            return 0
        fi
        [ "$pause" = 0 ] || say "apt-get $1 failed; again in $pause s"
        sleep "$pause"
    done
    die "apt-get $* failed three times; see its lines above"
}

install_packages()
{
    missing=
    for package in "$@"; do
        # One line an architecture that it is installed for.
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -q -x installed ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "packages:$missing"
    apt update
    # shellcheck disable=SC2086 # one word a package
    apt install --no-install-recommends $missing
}

# The packages of the languages $1, as their files name them. Sets language_packages.
find_language_packages()
{
    names=$1
    language_packages=
    [ "$names" != all ] || names=$(all_languages)
    for name in $names; do
        case $name in
        */* | .*) die "no language '$name'" ;;
        esac
        file=etc/languages.d/$name.ini
        [ -r "$file" ] || die "no language '$name'; there are: $(all_languages | paste -s -d ' ')"
        language_packages="$language_packages $(sed -n 's/^package *= *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$file")"
    done
}

# HUSTOJ's user judge, if there is one, is as good.
add_user()
{
    getent passwd judge >/dev/null && return 0
    command -v useradd >/dev/null || install_packages passwd
    say "user judge"
    useradd --system --user-group --home-dir "$oj_home" --no-create-home --shell /usr/sbin/nologin judge
}

# The program of another judge under one of our names is kept beside ours, once.
keep_others()
{
    [ ! -d "$prefix/share/judge" ] || return 0
    for program in "$prefix"/bin/judged "$prefix"/bin/judge_client "$prefix"/bin/judge_cell "$prefix"/bin/judge_unpack "$prefix"/bin/judge_node \
        "$prefix"/bin/judgectl /etc/init.d/judged; do
        [ -e "$program" ] || continue
        [ ! -e "$program.before" ] || continue
        say "$program was here before: kept as $program.before"
        cp -p "$program" "$program.before"
    done
    # An init script beside its old copy would be started as well.
    [ ! -e /etc/init.d/judged.before ] || chmod a-x /etc/init.d/judged.before
}

# The last line is `N passed, N failed, N skipped` whatever happens.
run_tests()
{
    rm -f build/summary
    code=0
    make -j "$(nproc)" test || code=$?
    if [ "$code" -ne 0 ]; then
        [ -s build/summary ] || echo '0 passed, 1 failed, 0 skipped' >build/summary
        cat build/summary
    fi
    exit "$code"
}

# One of each kind; all of them would take minutes.
judged_samples='1000 1001 1002 1003 1004 1005 1006 1010 1030 1040'

# A table a problem; what is said below it, of solutions that have to fail, only where something is not as expected.
judge_samples()
{
    say "sample problems of $prefix/share/judge/samples, judged on this box:"
    wrong=
    for name in $judged_samples; do
        if table=$(cd "$prefix/share/judge/samples" && judgectl judge "$name"); then
            printf '%s\n' "$table" | sed '/^$/,$d'
        else
            printf '%s\n' "$table"
            wrong="$wrong $name"
        fi
        echo
    done
    [ -z "$wrong" ] || die "the judge is installed, and judges wrongly here:$wrong (see the tables above)"
    say "all as expected; judgectl judge FOLDER judges a problem of yours"
}

# One that has no settings yet, or those of an installation that was cut short: nothing is set, and there are no problems.
is_new_home()
{
    [ -e "$oj_home/etc/judge.conf" ] || return 0
    cmp -s etc/judge.conf "$oj_home/etc/judge.conf" && [ -z "$(ls -A "$oj_home/data" 2>/dev/null)" ]
}

# A new home gets the sample problems as its first ones; who has problems keeps what is there.
fill_new_home()
{
    chgrp judge "$oj_home/etc/judge.conf"
    [ -z "$(ls -A "$oj_home/data")" ] || return 0
    say "the sample problems, to $oj_home/data"
    cp -R "$prefix"/share/judge/samples/[0-9]* "$oj_home/data/"
}

start_judged()
{
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable judged
        systemctl restart judged
    else
        [ ! -x /usr/sbin/update-rc.d ] || update-rc.d judged defaults >/dev/null
        OJ_HOME=$oj_home /etc/init.d/judged restart
    fi
}

# Some solutions of each sample problem, in the languages that are here, from the queue to the verdict.
submit_samples()
{
    say 'judged runs; some sample submissions, from the queue to the verdict:'
    set --
    for suffix in $(judgectl languages | sed -n 's/^ *[0-9]*  [^ ]* *\([^ ]*\) *yes$/\1/p' | sort -u); do
        for source in "$oj_home"/data/[0-9]*/solutions/accepted/*."$suffix" \
            "$oj_home"/data/1000/solutions/*_*/*."$suffix"; do
            [ ! -f "$source" ] || set -- "$@" "$source"
        done
    done
    judgectl submit --home "$oj_home" --wait "$@" || die 'the judge is installed, and its pool does not judge: judgectl status'
    say 'done; judgectl status shows the pool, judgectl submit --wait SOURCE... puts one of yours in'
}

mode='install'
case ${1:-} in
'') ;;
--test)
    mode='test'
    languages=all
    ;;
--languages)
    [ $# -ge 2 ] || die 'which? --languages "c cpp python" (--help tells them)'
    languages=$2
    shift
    ;;
-h | --help)
    usage
    exit 0
    ;;
*) die "unknown option $1 (--help tells them)" ;;
esac
[ $# -le 1 ] || die "one option at most (--help tells them)"
check_system
[ "$(id -u)" -eq 0 ] || die "needs root: it installs packages and programs (sudo $0 ...)"
find_language_packages "$languages"

unset BUILD JUDGE_BUILD DESTDIR PREFIX OJ_HOME MAKEFLAGS
# shellcheck disable=SC2086 # one word a package
install_packages $packages $language_packages
if [ "$mode" = test ]; then
    # Only x86_64 builds for i386.
    [ "$(uname -m)" = x86_64 ] || test_packages=$(printf '%s' "$test_packages" | sed 's/gcc-multilib//')
    # shellcheck disable=SC2086
    install_packages $test_packages
    mkdir -p build
    run_tests
fi

# A newer compiler may warn of more; that stops developers, not who installs.
make -j "$(nproc)" WERROR= PREFIX="$prefix" OJ_HOME="$oj_home"
keep_others
add_user
is_new_home && new_home=yes || new_home=
make -s install WERROR= PREFIX="$prefix" OJ_HOME="$oj_home"
say "installed to $prefix/bin and $oj_home; what this box can do:"
judgectl doctor || die "the judge is installed, and cannot run here yet: see the lines above"
judge_samples
if [ "$new_home" ]; then
    fill_new_home
    start_judged
    submit_samples
elif judgectl status >/dev/null 2>&1; then
    say 'judged runs: restarting it, its jobs are finished first'
    start_judged
else
    judgectl config check --home "$oj_home" || die "$oj_home/etc/judge.conf has to be put right first: see the line above"
    say "$oj_home/etc/judge.conf is as it was; end the judge that works with it, if one does, then: /etc/init.d/judged start"
fi
