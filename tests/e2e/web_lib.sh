# web_lib.sh - sourced by the scripts that put a HUSTOJ site before the judge: what its PHP writes, in its order, over real servers.
#
#     web_insert PROBLEM LANGUAGE FILE   the row in 14, both sources, the counters or the input of a test run; prints the id
#     web_ready ID                       the row to 0, the push to Redis ($web_redis=yes), the datagram ($web_udp: a port)
#     web_send PROBLEM LANGUAGE FILE     all of it; prints the id
#     web_rejudge CONDITION              what the page "rejudge" does
#     final ID                           waits until the row is final, prints its result
#     field ID COLUMN                    of its row; info TABLE ID: the text in runtimeinfo or compileinfo
#     site_log                           makes the table seen, in which triggers note what is written, in its order
#
# $user (alice), $contest and $number (of the problem in it), $input (the file with a test run's input; "none": no row of it),
# $prepend (text that the site puts before a source) say more.
# shellcheck shell=bash disable=SC2034,SC2154
# shellcheck source=tests/e2e/pool_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/pool_lib.sh"

web_redis=no
web_udp=

base64_of() {
    base64 -w0 "$1"
}

web_insert() {
    local problem=$1 language=$2 file=$3 columns='' values='' rest typed=$3
    if [[ ${prepend:-} ]]; then
        typed=$tmp/web.typed
        cp "$file" "$typed"
        { echo "$prepend" && cat "$typed"; } >"$tmp/web.source"
        file=$tmp/web.source
    fi
    [[ ${contest:-} ]] && columns=', contest_id, num' values=", $contest, ${number:-0}"
    if ((problem == 0)); then
        rest=
        [[ $input != none ]] && rest="insert into custominput(solution_id, input_text) values (@id, from_base64('$(base64_of "$input")'));"
    else
        rest="update problem set submit = submit + 1 where problem_id = $problem;"
        [[ ${contest:-} ]] && rest+="update contest_problem set c_submit = c_submit + 1 where contest_id = $contest and problem_id = $problem;"
    fi
    sql "insert into solution(problem_id, user_id, nick, in_date, language, ip, code_length$columns, result)
            values ($problem, '${user:-alice}', 'a', now(), $language, '127.0.0.1', $(stat -c %s "$typed")$values, 14);
        set @id = last_insert_id();
        insert into source_code_user(solution_id, source) values (@id, from_base64('$(base64_of "$typed")'));
        insert into source_code(solution_id, source) values (@id, from_base64('$(base64_of "$file")'));
        $rest select @id"
}

# A datagram to the judge, as the site sends it: nobody waits for an answer.
web_hint() {
    { echo -n "$1" >"/dev/udp/127.0.0.1/$web_udp"; } 2>/dev/null || true
}

web_ready() {
    sql "update solution set result = 0 where solution_id = $1"
    [[ $web_redis == yes ]] && redis lpush hustoj "$1" >/dev/null
    [[ $web_udp ]] && web_hint "$1"
    return 0
}

web_send() {
    local id
    id=$(web_insert "$@") && web_ready "$id" && echo "$id"
}

# Its own push to Redis after it is broken SQL: nothing comes of it.
web_rejudge() {
    sql "update solution set result = 1, pass_rate = 0 where ($1) and problem_id > 0;
        delete from sim where s_id in (select solution_id from solution where $1)"
    [[ $web_udp ]] && web_hint 0
    return 0
}

field() {
    sql "select $2 from solution where solution_id = $1"
}

# With its line ends.
info() {
    sql "select to_base64(error) from $1 where solution_id = $2" | sed 's/\\n//g' | base64 -d
}

is_final() {
    local result
    result=$(field "$1" result)
    [[ $result ]] && ((result >= 4))
}

final() {
    wait_until "${2:-30}" "the end of $1" is_final "$1"
    field "$1" result
}

# Checks that the submission $1 ends with the result $2.
ends_as() {
    local got
    got=$(final "$1")
    [[ $got == "$2" ]] || fail "$1 is $got, not $2: $(info runtimeinfo "$1" | head -c 300)$(info compileinfo "$1" | head -c 300)"
}

site_log() {
    local table event
    sql "create table seen(seq int auto_increment primary key, id int, what varchar(20), was int, now int, judger char(16))
            engine=MyISAM;
        create trigger seen_solution after update on solution for each row
            insert into seen(id, what, was, now, judger)
            select NEW.solution_id, 'row', OLD.result, NEW.result, NEW.judger from dual where OLD.result <> NEW.result"
    for table in runtimeinfo compileinfo; do
        for event in insert update; do
            sql "create trigger seen_${table}_$event after $event on $table for each row
                insert into seen(id, what) values (NEW.solution_id, '$table')"
        done
    done
}

# What was written of the submission, in its order: "14>0 0>2 runtimeinfo 2>4". That it runs (3) is said of some only: a quick
# program never.
seen() {
    sql "select group_concat(if(what = 'row', concat(was, '>', now), what) order by seq separator ' ') from seen where id = $1" |
        sed 's/ 2>3\b//g; s/ 3>/ 2>/g'
}

# The site's people, its problems and contests: 7 runs, 8 runs and has bit 16 (what is solved in it does not count yet).
site_fill() {
    sql "insert into users(user_id, email, password, nick, school) values ('alice', '', '', '', ''), ('bob', '', '', '', '');
        insert into problem(problem_id, title, time_limit, memory_limit, spj, in_date) values (1100, 'a+b', 1, 128, '0', now());
        insert into contest(contest_id, title, start_time, end_time, contest_type) values
            (7, '', now() - interval 1 day, now() + interval 1 day, 0), (8, '', now() - interval 1 day, now() + interval 1 day, 16);
        insert into contest_problem(contest_id, problem_id, num, title) values (7, 1000, 0, ''), (8, 1100, 0, '')"
}

# Of $1, a problem: "users.solved users.submit problem.accepted problem.submit", then those of it in the contest $2.
counters() {
    sql "select concat_ws(' ', solved, submit, (select concat(accepted, ' ', submit) from problem where problem_id = $1)
        ${2:+, (select concat(c_accepted, ' ', c_submit) from contest_problem where contest_id = $2 and problem_id = $1)})
        from users where user_id = '${user:-alice}'"
}

# counters_are PROBLEM "WANTED" [CONTEST]: they are written after the verdict.
counters_are() {
    local i got
    for i in {1..100}; do
        got=$(counters "$1" "${3:-}")
        [[ $got == "$2" ]] && return 0
        sleep 0.05
    done
    fail "counters: $got, not $2"
}
