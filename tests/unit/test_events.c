/*
 * test_events.c - events of submissions: the datagram, the line of JSON, how often they go out, and to whom.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/events.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_node/event_rate.h"
#include "judge_node/event_watchers.h"

#include "common/banned.h"

#define MS 1000

static struct event event_of(const char *id, int state, bool finish, int case_no, int64_t claimed_us)
{
    struct event event = {.magic = EVENTS_MAGIC,
                          .state = state,
                          .finish = finish,
                          .case_no = case_no,
                          .case_count = 10,
                          .claimed_us = claimed_us};
    CU_ASSERT_EQUAL(str_copy(event.id, sizeof event.id, id), 0);
    return event;
}

/* ---- the line */

static void test_json(void)
{
    char line[EVENTS_JSON_SIZE];
    struct event event = {.state = 3,
                          .language = 6,
                          .attempt = 2,
                          .case_no = 3,
                          .case_count = 10,
                          .passed = 2,
                          .problem = 1000,
                          .wall_ms = 1700000000123,
                          .time_ms = 12,
                          .mem_kib = 8164,
                          .pass_rate = 205,
                          .case_cpu_us = 11900,
                          .case_wall_us = 12100,
                          .case_mem_kib = 8100,
                          .id = "1001",
                          .judger = "n1:abcdefgh",
                          .case_verdict = "WA",
                          .case_name = "a[30]"};
    size_t size = events_json(&event, line);
    CU_ASSERT_STRING_EQUAL(
        line, "{\"type\":\"judger\",\"value\":{\"solution_id\":1001,\"problem_id\":1000,\"language\":6,\"state\":3,"
              "\"finish\":0,\"time\":12,\"memory\":8164,\"pass_point\":2,\"total_point\":10,\"pass_rate\":0.205,"
              "\"judger\":\"n1:abcdefgh\",\"attempt\":2,\"at_ms\":1700000000123,\"case\":{\"no\":3,\"name\":\"a[30]\","
              "\"verdict\":\"WA\",\"cpu_us\":11900,\"wall_us\":12100,\"mem_kib\":8100}}}\n");
    CU_ASSERT_EQUAL(size, strlen(line));
    event.case_no = 0;
    event.finish = 1;
    event.pass_rate = 1000;
    (void)events_json(&event, line); /* looked at as a text */
    CU_ASSERT_PTR_NULL(strstr(line, "case"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"finish\":1,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"pass_rate\":1.000,"));
}

static void test_json_ids(void)
{
    static const struct {
        const char *id, *json;
    } rows[] = {{"0", ":0,"},        {"7", ":7,"},       {"9223372036854775807", ":9223372036854775807,"},
                {"07", ":\"07\","},  {"-7", ":\"-7\","}, {"9223372036854775808", ":\"9223372036854775808\","},
                {"j:7", ":\"j:7\","}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[EVENTS_JSON_SIZE];
        struct event event = event_of(rows[i].id, 2, false, 0, 1), back;
        (void)events_json(&event, line); /* looked at as a text */
        UNIT_CHECK(strstr(line, rows[i].json) != NULL, "%s: %s", rows[i].id, line);
        UNIT_CHECK(events_parse(&back, line) && strcmp(back.id, rows[i].id) == 0, "%s back", rows[i].id);
    }
}

/* Names of test files are a teacher's: they may be anything. */
static void test_json_names(void)
{
    static const struct {
        const char *name, *json;
        bool back; /* it is read as it was */
    } rows[] = {{"a\"b\\c", "a\\\"b\\\\c", true},
                {"a\nb\x01\x7f", "a\\u000ab\\u0001\\u007f", true},
                {"\"finish\":1,\"state\":4", "\\\"finish\\\":1,\\\"state\\\":4", true},
                {"\xe6\xb5\x8b\xe8\xaf\x95", "\xe6\xb5\x8b\xe8\xaf\x95", true},
                {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", true},
                {"a\xff", "a?", false},
                {"\xe6\xb5", "??", false},
                {"\xc0\xaf", "??", false},
                {"\xed\xa0\x80", "???", false},
                {"\xf4\x90\x80\x80", "????", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[EVENTS_JSON_SIZE], want[128];
        struct event event = event_of("1", 3, false, 1, 1), back;
        CU_ASSERT_EQUAL(str_copy(event.case_name, sizeof event.case_name, rows[i].name), 0);
        (void)events_json(&event, line); /* looked at as a text */
        (void)str_format(want, sizeof want, "\"name\":\"%s\"", rows[i].json);
        UNIT_CHECK(strstr(line, want) != NULL, "row %zu: %s", i, line);
        if (!UNIT_CHECK(events_parse(&back, line), "row %zu is not read: %s", i, line))
            continue;
        UNIT_CHECK(back.finish == 0 && back.state == 3, "row %zu changes other fields", i);
        UNIT_CHECK((strcmp(back.case_name, rows[i].name) == 0) == rows[i].back, "row %zu: %s", i, back.case_name);
    }
}

static void test_json_largest(void)
{
    char line[EVENTS_JSON_SIZE];
    struct event event, back;
    memset(&event, 0x80, sizeof event); /* the longest numbers */
    memset(event.id, 1, sizeof event.id - 1);
    memset(event.judger, 1, sizeof event.judger - 1);
    memset(event.case_verdict, 1, sizeof event.case_verdict - 1);
    memset(event.case_name, 1, sizeof event.case_name - 1);
    event.id[sizeof event.id - 1] = event.judger[sizeof event.judger - 1] = '\0';
    event.case_verdict[sizeof event.case_verdict - 1] = event.case_name[sizeof event.case_name - 1] = '\0';
    event.case_no = INT32_MAX;
    event.pass_rate = 1000;
    CU_ASSERT_TRUE(events_json(&event, line) < EVENTS_JSON_SIZE);
    CU_ASSERT_STRING_EQUAL(line + strlen(line) - 3, "}}\n");
    CU_ASSERT_TRUE_FATAL(events_parse(&back, line));
    CU_ASSERT_STRING_EQUAL(back.case_name, event.case_name);
    CU_ASSERT_EQUAL(back.problem, event.problem);
}

/* Whatever comes, reading ends, and stays within the line. */
static void test_parse_damaged(void)
{
    char line[EVENTS_JSON_SIZE], damaged[EVENTS_JSON_SIZE];
    struct event event = event_of("1001", 3, false, 3, 1), back;
    unsigned seed = 7;
    (void)str_copy(event.case_name, sizeof event.case_name, "a\"\\\x01"); /* it fits */
    size_t size = events_json(&event, line);
    int read = 0;
    for (int i = 0; i < 20000; i++) {
        memcpy(damaged, line, size + 1);
        for (int k = 0; k < 1 + i % 4; k++) {
            seed = seed * 1103515245 + 12345;
            damaged[(seed >> 8) % size] = (char)(seed >> 24);
        }
        char *exact = strdup(damaged); /* so that a sanitizer sees a read past its end */
        CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
        read += events_parse(&back, exact);
        free(exact);
    }
    CU_ASSERT_TRUE(read > 0 && read < 20000);
    for (size_t i = 0; i + 3 < size; i++) {
        memcpy(damaged, line, i);
        damaged[i] = '\0';
        UNIT_CHECK(!events_parse(&back, damaged), "cut at %zu", i);
    }
    CU_ASSERT_FALSE(events_parse(&back, ""));
    CU_ASSERT_FALSE(events_parse(&back, "{\"type\":\"other\"}\n"));
}

/* ---- the datagram */

struct home {
    char path[32];
    int fd;
};

static void home_open(struct home *home, int type, const char *name)
{
    char path[80];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)str_copy(home->path, sizeof home->path, "/tmp/events.XXXXXX"); /* these fit */
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(home->path));
    (void)str_format(path, sizeof path, "%s/run", home->path);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    (void)str_format(address.sun_path, sizeof address.sun_path, "%s/%s", home->path, name);
    home->fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CU_ASSERT_TRUE_FATAL(home->fd >= 0 && bind(home->fd, (struct sockaddr *)&address, sizeof address) == 0);
}

static void home_close(struct home *home, const char *name)
{
    char path[80];
    file_close(&home->fd);
    (void)str_format(path, sizeof path, "%s/%s", home->path, name); /* fits */
    CU_ASSERT_EQUAL(unlink(path), 0);
    (void)str_format(path, sizeof path, "%s/run", home->path);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    CU_ASSERT_EQUAL(rmdir(home->path), 0);
}

static bool hear(const struct home *home, struct event *event)
{
    char bytes[sizeof *event + 1];
    ssize_t size = recv(home->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return size >= 0 && events_read(event, bytes, (size_t)size);
}

static void test_send(void)
{
    struct home home;
    struct events_sender sender;
    struct event out = event_of("5", 2, false, 0, 9), in = {0};
    home_open(&home, SOCK_DGRAM, EVENTS_SOCKET);
    events_open(&sender, home.path);
    events_send(&sender, &out);
    CU_ASSERT_TRUE(hear(&home, &in));
    CU_ASSERT_STRING_EQUAL(in.id, "5");
    CU_ASSERT_EQUAL(in.claimed_us, 9);
    CU_ASSERT_TRUE(in.wall_ms > INT64_C(1600000000000));
    events_close(&sender);
    home_close(&home, EVENTS_SOCKET);
}

/* A reader that is full costs the sender nothing, and the final event is not lost by it. */
static void test_send_full(void)
{
    struct home home;
    struct events_sender sender;
    struct event in = {0}, out = event_of("5", 3, false, 1, 9);
    int sent = 0, heard = 0;
    home_open(&home, SOCK_DGRAM, EVENTS_SOCKET);
    events_open(&sender, home.path);
    for (; sent < 5000; sent++) {
        out.case_no = sent + 1;
        events_send(&sender, &out);
    }
    out = event_of("5", 4, true, 0, 9);
    events_send(&sender, &out);
    while (hear(&home, &in))
        heard++;
    CU_ASSERT_TRUE(heard > 0 && heard < sent);
    CU_ASSERT_EQUAL(in.case_no, heard); /* the first ones, in order */
    events_retry(&sender);
    CU_ASSERT_TRUE(hear(&home, &in));
    CU_ASSERT_EQUAL(in.finish, 1);
    events_retry(&sender);
    CU_ASSERT_FALSE(hear(&home, &in));
    events_close(&sender);
    home_close(&home, EVENTS_SOCKET);
}

static void test_send_nobody(void)
{
    struct events_sender sender;
    struct event out = event_of("5", 4, true, 0, 9);
    events_open(&sender, "/nonexistent");
    events_send(&sender, &out);
    events_retry(&sender);
    events_close(&sender);
    events_open(&sender, "/tmp"); /* no /tmp/run, or nobody in it */
    events_send(&sender, &out);
    CU_ASSERT_FALSE(sender.late);
    events_close(&sender);
    CU_ASSERT_EQUAL(events_watch("/nonexistent"), -1);
}

static void test_read(void)
{
    struct event event = event_of("5", 2, false, 0, 9), in;
    event.magic = EVENTS_MAGIC + 1;
    CU_ASSERT_FALSE(events_read(&in, &event, sizeof event));
    event.magic = EVENTS_MAGIC;
    CU_ASSERT_FALSE(events_read(&in, &event, sizeof event - 1));
    memset(event.case_name, 'x', sizeof event.case_name);
    CU_ASSERT_TRUE(events_read(&in, &event, sizeof event));
    CU_ASSERT_EQUAL(strlen(in.case_name), sizeof in.case_name - 1);
    event.id[0] = '\0';
    CU_ASSERT_FALSE(events_read(&in, &event, sizeof event));
}

/* ---- how often */

static void test_rate_states_at_once(void)
{
    struct event_rate *rate = event_rate_new();
    struct event out;
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    CU_ASSERT_PTR_NULL(event_rate_last(rate, "5"));
    for (int i = 0; i < 3; i++) { /* claimed, running, final within 20 ms */
        struct event in = event_of("5", i == 2 ? 4 : 2 + i, i == 2, 0, 1);
        int64_t now_us = 5000000 + i * 10 * MS;
        CU_ASSERT_TRUE(event_rate_take(rate, &in, now_us));
        CU_ASSERT_TRUE(event_rate_next(rate, now_us, &out));
        CU_ASSERT_EQUAL(out.state, in.state);
        CU_ASSERT_FALSE(event_rate_next(rate, now_us, &out));
        CU_ASSERT_EQUAL(event_rate_due(rate), INT64_MAX);
    }
    CU_ASSERT_EQUAL(event_rate_last(rate, "5")->state, 4);
    event_rate_free(rate);
}

static void test_rate_cases(void)
{
    struct event_rate *rate = event_rate_new();
    struct event in = event_of("5", 3, false, 0, 1), out;
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    CU_ASSERT_TRUE(event_rate_take(rate, &in, 0) && event_rate_next(rate, 0, &out));
    for (int i = 1; i <= 5; i++) {
        in.case_no = i;
        CU_ASSERT_TRUE(event_rate_take(rate, &in, i * 40 * MS));
        CU_ASSERT_FALSE(event_rate_next(rate, i * 40 * MS, &out));
    }
    CU_ASSERT_EQUAL(event_rate_due(rate), EVENT_RATE_CASE_US);
    CU_ASSERT_TRUE(event_rate_next(rate, EVENT_RATE_CASE_US, &out));
    CU_ASSERT_EQUAL(out.case_no, 5); /* the newest */
    event_rate_free(rate);
}

static void test_rate_out_of_date(void)
{
    struct event_rate *rate = event_rate_new();
    struct event first = event_of("5", 3, false, 1, 10), second = event_of("5", 2, false, 0, 20), out;
    struct event final = event_of("5", 4, true, 0, 20), late = event_of("5", 3, false, 9, 20);
    struct event again = event_of("5", 2, false, 0, 30);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    CU_ASSERT_TRUE(event_rate_take(rate, &first, 0));
    CU_ASSERT_TRUE(event_rate_take(rate, &second, 0));
    CU_ASSERT_FALSE(event_rate_take(rate, &first, 0)); /* of the claim before */
    CU_ASSERT_TRUE(event_rate_take(rate, &final, 0));
    CU_ASSERT_FALSE(event_rate_take(rate, &late, 0)); /* after its end */
    CU_ASSERT_TRUE(event_rate_next(rate, 0, &out));
    CU_ASSERT_EQUAL(out.finish, 1);
    CU_ASSERT_TRUE(event_rate_take(rate, &again, 0)); /* judged again */
    event_rate_free(rate);
}

/* Whatever comes: at most four in any second, in the order in which they came, the final one last and without a wait where its
 * submission was not final within the last second. */
static void test_rate_random(void)
{
    enum { IDS = 5, SENT = 4096 };
    static int64_t sent_us[IDS][SENT];
    static size_t sent[IDS];
    int claims[IDS] = {0}, cases[IDS] = {0}, seen[IDS] = {0};
    bool open[IDS] = {false};
    struct event_rate *rate = event_rate_new();
    struct event out;
    int64_t now_us = 1000000;
    unsigned seed = 42;
    int bad = 0;
    memset(sent, 0, sizeof sent);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    for (int step = 0; step < 60000; step++) {
        seed = seed * 1103515245 + 12345;
        unsigned random = seed >> 8;
        int i = (int)(random % IDS), kind = (int)(random / 16 % 16);
        char id[8];
        (void)str_format(id, sizeof id, "%d", i); /* fits */
        now_us += random / 1024 % 5 * MS;
        if (step > 59900)
            now_us += 2000 * MS; /* all goes out in the end */
        else if (!open[i] ? kind == 0 : true) {
            struct event in = event_of(id, 3, false, 0, claims[i]);
            if (!open[i])
                in = event_of(id, 2, false, 0, ++claims[i]);
            else if (kind == 1)
                in = event_of(id, 4, true, 0, claims[i]);
            in.attempt = ++cases[i]; /* a number that only grows */
            open[i] = in.finish == 0;
            bad += !event_rate_take(rate, &in, now_us);
        }
        while (event_rate_next(rate, now_us, &out)) {
            int k = out.id[0] - '0';
            size_t n = sent[k];
            bad += out.attempt <= seen[k];
            bad += n >= 4 && now_us - sent_us[k][n - 4] < 1000000;
            seen[k] = out.attempt;
            if (n < SENT)
                sent_us[k][sent[k]++] = now_us;
        }
    }
    CU_ASSERT_EQUAL(bad, 0);
    for (int i = 0; i < IDS; i++)
        UNIT_CHECK(sent[i] > 50 && seen[i] == cases[i], "%d: %zu sent, the last is %d of %d", i, sent[i], seen[i],
                   cases[i]);
    event_rate_free(rate);
}

/* More submissions than there is room for: those that are quiet are forgotten, what waits is not. */
static void test_rate_many(void)
{
    struct event_rate *rate = event_rate_new();
    struct event out;
    int count = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    struct event first = event_of("first", 3, false, 1, 1), later = event_of("first", 3, false, 2, 1);
    CU_ASSERT_TRUE(event_rate_take(rate, &first, 0) && event_rate_next(rate, 0, &out));
    CU_ASSERT_TRUE(event_rate_take(rate, &later, 1));
    for (int i = 0; i < 3 * EVENT_RATE_ROOM; i++) {
        char id[16];
        (void)str_format(id, sizeof id, "%d", i); /* fits */
        struct event in = event_of(id, 4, true, 0, 1);
        CU_ASSERT_TRUE(event_rate_take(rate, &in, 2 + i));
        while (event_rate_next(rate, 2 + i, &out))
            count++;
    }
    CU_ASSERT_EQUAL(count, 3 * EVENT_RATE_ROOM);
    CU_ASSERT_TRUE(event_rate_next(rate, 1000000, &out));
    CU_ASSERT_STRING_EQUAL(out.id, "first");
    event_rate_free(rate);
}

/* ---- to whom */

static bool last_of(void *context, const char *id, char *line)
{
    (void)context;
    (void)str_copy(line, EVENTS_JSON_SIZE, "last\n"); /* it fits */
    return strcmp(id, "8") == 0;
}

struct room {
    struct home home;
    struct event_watchers *watchers;
};

static void room_open(struct room *room, size_t most)
{
    home_open(&room->home, SOCK_STREAM, EVENTS_WATCH);
    CU_ASSERT_EQUAL_FATAL(listen(room->home.fd, 64), 0);
    room->watchers = event_watchers_new(room->home.fd, most, last_of, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(room->watchers);
}

static void room_close(struct room *room)
{
    event_watchers_free(room->watchers);
    home_close(&room->home, EVENTS_WATCH);
}

/* A connection that has said text. */
static int room_enter(struct room *room, const char *text)
{
    int fd = events_watch(room->home.path);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    event_watchers_work(room->watchers);
    if (text[0] != '\0')
        CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    event_watchers_work(room->watchers);
    return fd;
}

static const char *got(int fd, char text[4096])
{
    ssize_t count = recv(fd, text, 4095, MSG_DONTWAIT);
    text[count < 0 ? 0 : count] = '\0';
    return count == 0 ? "END" : text;
}

static void tell(const struct room *room, const char *id)
{
    char line[64];
    (void)str_format(line, sizeof line, "%s\n", id); /* fits */
    event_watchers_tell(room->watchers, id, line, strlen(line));
}

static void test_watchers_choose(void)
{
    struct room room;
    char text[4096];
    room_open(&room, 10);
    int all = room_enter(&room, ""), five = room_enter(&room, "5\n"), three = room_enter(&room, "5 6 \t7\r\n8\n");
    int late = room_enter(&room, "5\n\n"), unfinished = room_enter(&room, "5");
    CU_ASSERT_EQUAL(event_watchers_count(room.watchers), 5);
    tell(&room, "5");
    tell(&room, "7");
    tell(&room, "9");
    CU_ASSERT_STRING_EQUAL(got(all, text), "5\n7\n9\n");
    CU_ASSERT_STRING_EQUAL(got(five, text), "5\n");
    CU_ASSERT_STRING_EQUAL(got(three, text), "last\n5\n7\n"); /* what is known of 8, at once */
    CU_ASSERT_STRING_EQUAL(got(late, text), "5\n7\n9\n");
    CU_ASSERT_STRING_EQUAL(got(unfinished, text), "5\n7\n9\n");
    (void)close(all);
    event_watchers_work(room.watchers);
    CU_ASSERT_EQUAL(event_watchers_count(room.watchers), 4);
    room_close(&room);
    CU_ASSERT_STRING_EQUAL(got(five, text), "END");
    (void)close(five);
    (void)close(three);
    (void)close(late);
    (void)close(unfinished);
}

static void test_watchers_too_many_ids(void)
{
    struct room room;
    char text[4096], ids[1024] = "";
    room_open(&room, 10);
    for (int i = 100; i <= 100 + EVENT_WATCHERS_IDS; i++)
        (void)str_format(ids + strlen(ids), sizeof ids - strlen(ids), "%d ", i); /* fits */
    int fd = room_enter(&room, ids);
    CU_ASSERT_EQUAL(send(fd, "\n", 1, MSG_NOSIGNAL), 1);
    event_watchers_work(room.watchers);
    tell(&room, "5");
    CU_ASSERT_STRING_EQUAL(got(fd, text), "5\n"); /* all, rather than too few */
    CU_ASSERT_EQUAL(send(fd, "6\n", 2, MSG_NOSIGNAL), 2);
    event_watchers_work(room.watchers);
    tell(&room, "5");
    CU_ASSERT_STRING_EQUAL(got(fd, text), "5\n");
    (void)close(fd);
    room_close(&room);
}

static void test_watchers_bad_words(void)
{
    struct room room;
    char text[4096], junk[5000], binary[] = {'\0', '\xff', '\n'};
    room_open(&room, 10);
    memset(junk, '7', sizeof junk - 1);
    junk[sizeof junk - 1] = '\0';
    int endless = room_enter(&room, junk);
    event_watchers_work(room.watchers);
    CU_ASSERT_EQUAL(event_watchers_count(room.watchers), 0);
    int odd = room_enter(&room, "");
    CU_ASSERT_EQUAL(send(odd, binary, sizeof binary, MSG_NOSIGNAL), (ssize_t)sizeof binary);
    event_watchers_work(room.watchers);
    tell(&room, "5");
    CU_ASSERT_STRING_EQUAL(got(odd, text), "5\n");
    (void)close(endless);
    (void)close(odd);
    room_close(&room);
}

/* One that never reads is closed when it is full, with whole lines in it; the others get all. */
static void test_watchers_never_reads(void)
{
    struct room room;
    char line[512], text[4096];
    size_t told = 0, heard = 0;
    room_open(&room, 10);
    int lazy = room_enter(&room, ""), good = room_enter(&room, "");
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (; event_watchers_count(room.watchers) == 2 && told < 100000; told++) {
        event_watchers_tell(room.watchers, "5", line, sizeof line);
        heard += (size_t)recv(good, text, sizeof text, MSG_DONTWAIT);
    }
    CU_ASSERT_EQUAL(event_watchers_count(room.watchers), 1);
    CU_ASSERT_EQUAL(heard, told * sizeof line);
    size_t kept = 0;
    for (ssize_t count; (count = recv(lazy, text, sizeof text, MSG_DONTWAIT)) > 0;)
        kept += (size_t)count;
    CU_ASSERT_TRUE(kept > 0 && kept % sizeof line == 0);
    (void)close(lazy);
    (void)close(good);
    room_close(&room);
}

static void test_watchers_full(void)
{
    struct room room;
    char text[4096];
    room_open(&room, 2);
    int first = room_enter(&room, ""), second = room_enter(&room, ""), third = room_enter(&room, "");
    CU_ASSERT_STRING_EQUAL(got(third, text), "END");
    (void)close(first);
    event_watchers_work(room.watchers);
    int fourth = room_enter(&room, "");
    tell(&room, "5");
    CU_ASSERT_STRING_EQUAL(got(fourth, text), "5\n");
    CU_ASSERT_STRING_EQUAL(got(second, text), "5\n");
    (void)close(second);
    (void)close(third);
    (void)close(fourth);
    room_close(&room);
}

static const struct unit_test tests[] = {
    {"json", test_json},
    {"json_ids", test_json_ids},
    {"json_names", test_json_names},
    {"json_largest", test_json_largest},
    {"parse_damaged", test_parse_damaged},
    {"send", test_send},
    {"send_full", test_send_full},
    {"send_nobody", test_send_nobody},
    {"read", test_read},
    {"rate_states_at_once", test_rate_states_at_once},
    {"rate_cases", test_rate_cases},
    {"rate_out_of_date", test_rate_out_of_date},
    {"rate_random", test_rate_random},
    {"rate_many", test_rate_many},
    {"watchers_choose", test_watchers_choose},
    {"watchers_too_many_ids", test_watchers_too_many_ids},
    {"watchers_bad_words", test_watchers_bad_words},
    {"watchers_never_reads", test_watchers_never_reads},
    {"watchers_full", test_watchers_full},
};

UNIT_MAIN("events", tests)
