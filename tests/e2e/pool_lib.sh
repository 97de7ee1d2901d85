# pool_lib.sh - sourced by the scripts that start the whole pool: private servers, homes, the site's web as SQL, faults.
#
#     redis_start            a redis-server of its own at $redis_socket, with an append-only file; redis_kill: SIGKILL
#     maria_start            a mariadbd of its own at $maria_socket, database jol; maria_kill: SIGKILL; sql "STATEMENT"
#     home_new NAME [LINES]  $tmp/NAME with judge.conf (LINES appended) and the sample problems; a first_uid of its own
#     judged_start NAME      starts judged on it and waits until each slot is ready; judged_stop NAME
#     web_submit PROBLEM LANGUAGE FILE   what the site's web does, in its order; prints the id
#     wait_until SECONDS "WHAT" COMMAND...   fails the test where COMMAND does not succeed in that time
#
# All of it ends, by process id, when the script ends.
# shellcheck shell=bash disable=SC2034,SC2154
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for program in redis-server redis-cli mariadbd mariadb mariadb-install-db; do
    command -v "$program" >/dev/null || {
        test_skip all "no $program"
        exit 0
    }
done
if [[ $EUID != 0 ]]; then
    test_skip all 'needs root'
    exit 0
fi

redis_socket=$tmp/redis.sock
redis_port=0 # none
maria_net=(--skip-networking)
redis_pid=
maria_socket=$tmp/maria.sock
maria_pid=
home_count=0
declare -A judged_pid=()

pool_end() {
    local name pid
    for name in "${!judged_pid[@]}"; do
        kill -KILL "${judged_pid[$name]}" 2>/dev/null
        for pid in $(home_pids "$name"); do
            kill -KILL "$pid" 2>/dev/null
        done
    done
    [[ $redis_pid ]] && kill -KILL "$redis_pid" 2>/dev/null
    [[ $maria_pid ]] && kill -KILL "$maria_pid" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$tmp"
}
trap pool_end EXIT

# The time in ms since some start.
now_ms() {
    local up
    read -r up _ </proc/uptime
    echo "${up/./}0"
}

wait_until() {
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= until)); then
            fail "$what: not in time"
            return 1
        fi
        sleep 0.05
    done
}

# ---- servers

redis() {
    timeout 10 redis-cli -s "$redis_socket" "$@"
}

redis_start() {
    mkdir -p "$tmp/redis"
    redis-server --port "$redis_port" --unixsocket "$redis_socket" --dir "$tmp/redis" --save '' --appendonly yes \
        --logfile "$tmp/redis/log" --unixsocketperm 777 >/dev/null 2>&1 &
    redis_pid=$!
    disown "$redis_pid"
    wait_until 20 'redis-server' redis ping
}

redis_kill() {
    kill -KILL "$redis_pid"
    while kill -0 "$redis_pid" 2>/dev/null; do sleep 0.02; done
}

sql() {
    timeout 60 mariadb --no-defaults -S "$maria_socket" -u root -N -B "${database:-jol}" -e "$1"
}

maria_start() {
    if [[ ! -d $tmp/maria ]]; then
        mkdir "$tmp/maria.temporary" # a server that starts removes tables from there, another's too
        mariadb-install-db --no-defaults --user=root --datadir="$tmp/maria" --tmpdir="$tmp/maria.temporary" --skip-test-db \
            --auth-root-authentication-method=normal >"$tmp/maria.install" 2>&1 || return 1
    fi
    mariadbd --no-defaults --user=root --datadir="$tmp/maria" --tmpdir="$tmp/maria.temporary" --socket="$maria_socket" "${maria_net[@]}" \
        --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --skip-log-bin --log-error="$tmp/maria.log" \
        --pid-file="$tmp/maria.pid" >/dev/null 2>&1 &
    maria_pid=$!
    disown "$maria_pid"
    wait_until 60 'mariadbd' mariadb --no-defaults -S "$maria_socket" -u root -e 'select 1'
}

maria_kill() {
    kill -KILL "$maria_pid"
    while kill -0 "$maria_pid" 2>/dev/null; do sleep 0.02; done
}

# Statements end at a line's end; a trigger's body has semicolons within. The tables of an old site ($1 = hustoj) or of a fresh one ($1 = schema), with the sample problems and a user.
maria_tables() {
    local file=data/schema.sql
    [[ $1 == hustoj ]] && file=tests/sql/hustoj.sql
    mariadb --no-defaults -S "$maria_socket" -u root -e 'create database jol' &&
        sed 's:;$:\n//:' "$file" | mariadb --no-defaults -S "$maria_socket" -u root --delimiter=// jol &&
        sql "insert into problem(problem_id, title, time_limit, memory_limit, spj, defunct, in_date)
            values (1000, 'a+b', 1, 128, '0', 'N', now()), (1004, 'growing', 1, 128, '0', 'N', now())"
}

# ---- homes

# The processes whose command line names the home.
home_pids() {
    local pid line
    for pid in /proc/[0-9]*; do
        { line=$(tr '\0' ' ' <"$pid/cmdline"); } 2>/dev/null || continue
        case "$line" in
        *judged*"$tmp/$1"* | *judge_client*"$tmp/$1"* | *judge_node*"$tmp/$1"*) echo "${pid#/proc/}" ;;
        esac
    done
}

home_new() {
    local name=$1
    home_count=$((home_count + 1))
    mkdir -p "$tmp/$name"/{etc,data,log,run}
    chmod 755 "$tmp" "$tmp/$name" "$tmp/$name/run"
    cp -r data/1000 data/1001 data/1002 data/1003 data/1004 "$tmp/$name/data/"
    {
        printf '[node]\nname = %.7s\nuser = nobody\n[pool]\n' "$name"
        echo "first_uid = $((${POOL_FIRST_UID:-43000} + home_count * 1000))"
        echo "self_test = ${pool_self_test:-no}" # seconds of work a home, and the subject of tests/e2e/selftest alone
        printf '%s\n' "${@:2}"
    } >"$tmp/$name/etc/judge.conf"
}

slots_ready() {
    local -i ready
    ready=$("$JUDGE_BUILD/judgectl" status --home "$tmp/$1" --json 2>/dev/null | grep -o '"state":"idle"' | wc -l)
    ((ready >= $2))
}

# judged in the foreground, its lines in $tmp/NAME.log.
judged_start() {
    "$JUDGE_BUILD/judged" "$tmp/$1" debug >>"$tmp/$1.log" 2>&1 &
    judged_pid[$1]=$!
    disown "${judged_pid[$1]}"
    wait_until 30 "judged on $1" slots_ready "$1" "${2:-1}"
}

home_is_empty() {
    [[ -z $(home_pids "$1") ]]
}

judged_stop() {
    kill -TERM "${judged_pid[$1]}" 2>/dev/null
    wait_until 60 "the end of judged on $1" home_is_empty "$1" &&
        unset "judged_pid[$1]"
}

# ---- the web

# The language's number, the file and the problem; user $user (or "alice").
web_submit() {
    local id
    id=$(mariadb --no-defaults -S "$maria_socket" -u root -N -B jol -e "
        insert into solution(problem_id, user_id, nick, in_date, language, ip, code_length, result)
            values ($1, '${user:-alice}', 'a', now(), $2, '127.0.0.1', $(stat -c %s "$3"), 14);
        set @id = last_insert_id();
        insert into source_code_user(solution_id, source) values (@id, from_base64('$(base64 -w0 "$3")'));
        insert into source_code(solution_id, source) values (@id, from_base64('$(base64 -w0 "$3")'));
        update problem set submit = submit + 1 where problem_id = $1;
        update solution set result = 0 where solution_id = @id;
        select @id" 2>/dev/null) || return 1
    [[ ${web_push:-yes} == yes ]] && timeout 1 redis-cli -s "$redis_socket" lpush hustoj "$id" >/dev/null 2>&1
    echo "$id"
}

result_is() {
    [[ $(sql "select result from solution where solution_id = $1") == "$2" ]]
}

# No row waits or is held.
all_final() {
    [[ $(sql 'select count(*) from solution where result < 4') == 0 ]]
}

# Processes of the pool or of its programs' users, and locks and groups of its slots: there are none. The janitor of a slot ends
# a moment after its worker.
is_gone() {
    local first slot uid
    first=$(sed -n 's/^first_uid = //p' "$tmp/$1/etc/judge.conf")
    [[ -z $(home_pids "$1") ]] || return 1
    for slot in {0..7}; do
        [[ ! -e /run/judge/uid-$((first + slot * 16)).lock ]] || return 1
    done
    for uid in $(ps -e -o uid= | sort -u); do
        ((uid < first || uid >= first + 1000)) || return 1
    done
}

nothing_left() {
    local i
    for i in {1..100}; do
        is_gone "$1" && return 0
        sleep 0.1
    done
    return 1
}
