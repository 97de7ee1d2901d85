# shellcheck shell=sh
# Shared by tests/v2/run and tests/arch/run, which source it: a machine in qemu's emulation, its root folder as an initramfs
# of the built programs, and what its tests said. It owns $cache/run.* (a run under way) and $cache/last (logs of the last
# one). It must never leave a qemu behind, nor call a run good that did not reach its end.
#
# The one that sources it sets, before machine_begin: what (its own name, in messages), prefix (of the tests' names),
# build (folder of what was built for that machine), cache, limit (seconds for the machine), only, command; and defines
# libraries_of FILE (a line a shared library, `PATH-HERE PATH-THERE`) and program_of NAME (where /usr/bin/NAME of that
# architecture lies here). extra: a folder whose files are the machine's as well, or nothing.
# shellcheck disable=SC2154 # those
work=
qemu=

# shellcheck disable=SC2317 # called by the trap
clean_up()
{
    if [ -n "$qemu" ]; then
        kill "$qemu" 2>/dev/null # timeout(1): passes it on to qemu
        wait "$qemu" 2>/dev/null
        qemu=
    fi
    [ -z "$work" ] || rm -rf "$work"
}

skip()
{
    echo "skip $what - $1"
    exit 0
}

fail()
{
    echo "not ok $what - $1"
    exit 1
}

# need PROGRAM:PACKAGE... - skips where one is missing.
need()
{
    for program in "$@"; do
        command -v "${program%%:*}" >/dev/null || skip "no ${program%%:*} (apt-get install ${program##*:})"
    done
}

machine_begin()
{
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir -p "$cache" || fail "no folder $cache"
    work=$(mktemp -d "$cache/run.XXXXXX") || fail "no folder below $cache"
    root=$work/root
}

# unpack PACKAGE.deb FOLDER - as dpkg -x, but /lib may be a link to usr/lib.
unpack()
{
    dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2"
}

# The kernel that apt's configuration at hand (APT_CONFIG) knows as newest, of the first of these flavours that it has,
# into $cache/kernel/vmlinuz, once; a run beside this one may do the same.
fetch_kernel()
{
    [ ! -s "$cache/kernel/vmlinuz" ] || return 0
    name=
    for flavour in "$@"; do
        [ -n "$name" ] || name=$(apt-cache depends "linux-image-$flavour" 2>/dev/null |
            sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
    done
    [ -n "$name" ] || skip "apt knows no linux-image-$1 (apt-get update)"
    mkdir "$work/fetch" || fail 'no folder for the kernel package'
    (cd "$work/fetch" && apt-get -q -o APT::Sandbox::User=root download "$name") >"$work/fetch.log" 2>&1 ||
        skip "apt-get download $name: $(tail -n 1 "$work/fetch.log")"
    dpkg-deb -x "$work/fetch"/*.deb "$work/fetch/x" >"$work/fetch.log" 2>&1 ||
        fail "dpkg-deb -x $name: $(tail -n 1 "$work/fetch.log")"
    mkdir "$work/fetch/kernel"
    mv "$work"/fetch/x/boot/vmlinuz-* "$work/fetch/kernel/vmlinuz" || fail "$name holds no kernel"
    mv -T "$work/fetch/kernel" "$cache/kernel" 2>/dev/null || [ -s "$cache/kernel/vmlinuz" ] ||
        fail "$cache/kernel cannot be made"
    rm -rf "$work/fetch"
}

# Puts the file $1 where $2 says, below the machine's root folder, and the shared libraries that it needs where they are.
put()
{
    install -D "$1" "$root/$2" || return 1
    libraries_of "$1" >"$work/libraries"
    while read -r here there; do
        case $there in
        /lib*) target=$root/usr$there ;; # /lib is usr/lib
        *) target=$root$there ;;
        esac
        [ -e "$target" ] || install -D "$here" "$target" || return 1
    done <"$work/libraries"
}

# The machine's root folder: Debian's layout in small, the project in /judge. $1: the folder's busybox.
make_root()
{
    mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root/proc" "$root/sys" \
        "$root/dev" "$root/tmp" "$root/run" "$root/root" "$root/home/judge" "$root/var/tmp" "$root/judge" || return 1
    for name in bin sbin lib lib64; do
        ln -s "usr/$name" "$root/$name" || return 1
    done
    if [ -n "${extra:-}" ]; then
        tar -c -C "$extra" --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale . |
            tar -x --keep-directory-symlink -C "$root" || return 1
    fi
    install "$1" "$root/usr/bin/busybox" || return 1
    # Tests run these in the sandbox; busybox's make calls that no policy allows.
    for name in sh true false echo cat rm sleep cmp tail yes; do
        put "$(program_of "$name")" "usr/bin/$name" || return 1
    done
    install tests/guest/init "$root/init" || return 1
    install tests/guest/guest "$root/judge/guest" || return 1
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
    printf 'root:!:19000:0:99999:7:::\n' >"$root/etc/shadow"
    chmod 600 "$root/etc/shadow"

    find "$build" -maxdepth 1 -type f -perm -100 >"$work/programs"
    [ ! -d "$build/tests" ] || find "$build/tests" -type f -perm -100 >>"$work/programs"
    while read -r file; do
        put "$file" "judge/build/${file#"$build"/}" || return 1
    done <"$work/programs"
    find syscall_tables etc tests/sandbox tests/languages tests/e2e/languages tests/e2e/lib.sh -type f >"$work/data" || return 1
    while read -r file; do
        install -D -m "$(stat -c %a "$file")" "$file" "$root/judge/$file" || return 1
    done <"$work/data"
    printf '%s\n' "$only" >"$root/judge/only"
    [ -z "$command" ] || printf '%s\n' "$command" >"$root/judge/command"
}

# The initramfs of $1 (busybox) and the lines of $2, which say what the machine is (tests/guest/guest reads them).
pack()
{
    make_root "$1" || fail 'the initramfs cannot be made'
    printf '%s\n' "$2" >"$root/judge/machine"
    (cd "$root" && find . -print0 | cpio --null -o -H newc --owner=0:0 --quiet) | gzip -1 >"$work/initramfs" ||
        fail 'the initramfs cannot be packed'
    rm -rf "$root"
}

# boot QEMU ARGS... - until it ends by itself, or is ended after $limit seconds. Its logs go to $cache/last.
boot()
{
    timeout -k 10 "$limit" "$@" -nodefaults -display none -no-reboot -initrd "$work/initramfs" \
        </dev/null >"$work/qemu.log" 2>&1 &
    qemu=$!
    wait "$qemu"
    status=$?
    qemu=
    rm -rf "$cache/last"
    mkdir -p "$cache/last"
    cp "$work/console.log" "$work"/results-* "$work/qemu.log" "$cache/last/" 2>/dev/null
    [ "$status" -eq 124 ] || [ -s "$work/console.log" ] || [ -s "$work/results-1" ] ||
        fail "qemu said nothing (exit $status): $(tail -n 1 "$work/qemu.log")"
}

# Turns what the machine wrote on one of its serial lines into the tests' lines. Exit 1 where something is not ok.
report()
{
    [ -e "$1" ] || : >"$1"
    tr -d '\r' <"$1" | awk -v lane="${1##*-}" -v prefix="$prefix/" -v other="$other_groups" '
        $1 == "machine:" && $2 == "begin" { name = $3; said = 0; next }
        $1 == "machine:" && $2 == "end" {
            if ($4 != 0 && !bad[name]) {
                why = $4 == 124 || $4 == 143 || $4 == 137 ? "did not end in time" : "exit " $4
                print "not ok " prefix name " - " why; failed = 1
            } else if (!said) {
                print "not ok " prefix name " - said nothing"; failed = 1
            }
            name = ""; next
        }
        $1 == "machine:" && $2 == "done" { done = 1; next }
        $1 == "skip" && $2 ~ "^cgroup." other "_" { said = 1; next } # it is not this machine that tests the other one
        $1 == "ok" { said = 1; sub(/^ok /, "ok " prefix); print; next }
        $1 == "skip" { said = 1; sub(/^skip /, "skip " prefix); print; next }
        $1 == "not" && $2 == "ok" { said = 1; bad[name] = 1; failed = 1; sub(/^not ok /, "not ok " prefix); print; next }
        NF { print "# " $0 }
        END {
            if (!done) {
                print "not ok " prefix "lane-" lane " - it did not reach its end" (name == "" ? "" : ", " name " was running")
                failed = 1
            }
            exit failed
        }'
}

# Prints what came back on the lines $2..., and ends. $1: the version of cgroups that the machine has not.
machine_end()
{
    other_groups=$1
    shift
    if [ -n "$command" ]; then
        tr -d '\r' <"$work/results-1" | grep -v '^machine: done$'
        grep -q '^machine: done' "$work/results-1" || fail "the machine did not reach its end (see $cache/last/console.log)"
        exit 0
    fi
    failed=0
    for line in "$@"; do
        report "$work/results-$line" || failed=1
    done
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        echo "not ok $prefix/time - still running after $limit s"
        failed=1
    elif [ "$status" -ne 0 ]; then
        echo "not ok $prefix/qemu - exit $status: $(tail -n 1 "$work/qemu.log")"
        failed=1
    fi
    if [ "$failed" -ne 0 ]; then
        echo "# the machine's last lines (all of them: $cache/last/console.log)"
        grep -m 1 'Kernel panic' "$work/console.log" | tr -d '\r' | sed 's/^/# /'
        grep -v 'Memory cgroup out of memory' "$work/console.log" | tail -n 15 | tr -d '\r' | sed 's/^/# /'
    fi
    exit "$failed"
}
