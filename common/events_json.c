/*
 * events_json.c - see events.h: an event as a line of JSON, and back. Pure. The value's names are those that CUP Online Judge's
 * pages know, plus the case.
 */
#include "common/events.h"

#include <inttypes.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* ---- writing */

/* How many bytes the UTF-8 character at p has; 0 where there is none. */
static size_t character(const unsigned char *p)
{
    size_t size = p[0] < 0x80                   ? 1
                  : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                  : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                  : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                                : 0;
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    /* Longer than needed, surrogates, past the last one. */
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return size;
}

/* text as what stands between quotes; target has room for six times its size. */
static void escape(char *target, size_t size, const char *text)
{
    size_t length = 0;
    target[0] = '\0';
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0' && length + 8 < size;) {
        size_t count = character(p);
        if (count == 0)
            target[length++] = '?';
        else if (count > 1)
            memcpy(target + length, p, count);
        else if (*p == '"' || *p == '\\')
            (void)str_format(target + length, 3, "\\%c", *p); /* these fit */
        else if (*p < ' ' || *p == 0x7f)
            (void)str_format(target + length, 7, "\\u%04x", *p);
        else
            target[length] = (char)*p;
        length += count > 1 ? count : count == 0 ? 0 : *p == '"' || *p == '\\' ? 2 : *p < ' ' || *p == 0x7f ? 6 : 1;
        target[length] = '\0';
        p += count == 0 ? 1 : count;
    }
}

/* A submission's number stands as one; the id of another job as a text. */
static bool is_number(const char *id)
{
    int64_t number;
    return str_to_int64(id, 0, INT64_MAX, &number) == 0 && (id[0] != '0' || id[1] == '\0');
}

size_t events_json(const struct event *event, char text[EVENTS_JSON_SIZE])
{
    char id[6 * sizeof event->id + 8], judger[6 * sizeof event->judger + 8],
        part[6 * sizeof event->case_name + 256] = "";
    char name[6 * sizeof event->case_name + 8], verdict[6 * sizeof event->case_verdict + 8];
    const char *quote = is_number(event->id) ? "" : "\"";
    escape(id, sizeof id, event->id);
    escape(judger, sizeof judger, event->judger);
    escape(name, sizeof name, event->case_name);
    escape(verdict, sizeof verdict, event->case_verdict);
    /* Everything fits: texts are bounded, a number has at most 20 digits. */
    if (event->case_no > 0)
        (void)str_format(part, sizeof part,
                         ",\"case\":{\"no\":%d,\"name\":\"%s\",\"verdict\":\"%s\",\"cpu_us\":%" PRId64
                         ",\"wall_us\":%" PRId64 ",\"mem_kib\":%" PRId64 "}",
                         event->case_no, name, verdict, event->case_cpu_us, event->case_wall_us, event->case_mem_kib);
    (void)str_format(text, EVENTS_JSON_SIZE,
                     "{\"type\":\"judger\",\"value\":{\"solution_id\":%s%s%s,\"problem_id\":%" PRId64
                     ",\"language\":%d,\"state\":%d,\"finish\":%d,\"time\":%" PRId64 ",\"memory\":%" PRId64
                     ",\"pass_point\":%d,\"total_point\":%d,\"pass_rate\":%d.%03d,\"judger\":\"%s\",\"attempt\":%d,"
                     "\"at_ms\":%" PRId64 "%s}}\n",
                     quote, id, quote, event->problem, event->language, event->state, event->finish, event->time_ms,
                     event->mem_kib, event->passed, event->case_count, (int)(event->pass_rate / 1000),
                     (int)(event->pass_rate % 1000), judger, event->attempt, event->wall_ms, part);
    return strlen(text);
}

/* ---- reading. A name is looked for with its quotes and colon: within a text its quotes would have a backslash before them. */

static const char *value_of(const char *line, const char *name)
{
    char key[32];
    (void)str_format(key, sizeof key, "\"%s\":", name); /* names are ours, and short */
    const char *at = strstr(line, key);
    return at == NULL ? NULL : at + strlen(key);
}

static bool read_number(const char *line, const char *name, int64_t *number)
{
    char digits[24];
    const char *at = value_of(line, name);
    size_t length = at == NULL ? 0 : strspn(at, "-0123456789");
    if (length == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, at, length);
    digits[length] = '\0';
    return str_to_int64(digits, INT64_MIN, INT64_MAX, number) == 0;
}

static bool read_int(const char *line, const char *name, int32_t *number)
{
    int64_t wide;
    if (!read_number(line, name, &wide) || wide < INT32_MIN || wide > INT32_MAX)
        return false;
    *number = (int32_t)wide;
    return true;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A text, cut where it is too long for target. */
static bool read_text(const char *line, const char *name, char *target, size_t size)
{
    const char *at = value_of(line, name);
    size_t length = 0;
    if (at == NULL || *at++ != '"')
        return false;
    for (; *at != '"'; at++) {
        char c = *at;
        if (c == '\\' && at[1] == 'u') {
            if (at[2] != '0' || at[3] != '0' || digit(at[4]) < 0 || digit(at[5]) < 0)
                return false;
            c = (char)(digit(at[4]) * 16 + digit(at[5]));
            at += 5;
        } else if (c == '\\') {
            c = *++at;
        }
        if (*at == '\0')
            return false;
        if (length + 1 < size)
            target[length++] = c;
    }
    target[length] = '\0';
    return true;
}

static bool read_id(const char *line, char id[EVENTS_ID_SIZE])
{
    int64_t number;
    if (read_text(line, "solution_id", id, EVENTS_ID_SIZE))
        return id[0] != '\0';
    return read_number(line, "solution_id", &number) && str_format(id, EVENTS_ID_SIZE, "%" PRId64, number) == 0;
}

/* "0.375" as thousandths. */
static bool read_rate(const char *line, int64_t *rate)
{
    const char *at = value_of(line, "pass_rate");
    int64_t whole;
    if (!read_number(line, "pass_rate", &whole) || whole < 0 || whole > 1)
        return false;
    at += strspn(at, "0123456789");
    *rate = whole * 1000;
    for (int64_t unit = 100; *at == '.' && unit > 0; unit /= 10) {
        int value = digit(at[unit == 100 ? 1 : unit == 10 ? 2 : 3]);
        if (value < 0 || value > 9)
            return false;
        *rate += value * unit;
    }
    return true;
}

/* "}}" at its end: it is not cut. */
static bool is_whole(const char *line)
{
    size_t length = strcspn(line, "\n");
    return length > 2 && line[length - 1] == '}' && line[length - 2] == '}';
}

bool events_parse(struct event *event, const char *line)
{
    struct event out = {.magic = EVENTS_MAGIC};
    bool whole = str_starts(line, "{\"type\":\"judger\",\"value\":{") && is_whole(line) && read_id(line, out.id) &&
                 read_int(line, "state", &out.state) && read_int(line, "finish", &out.finish) &&
                 read_int(line, "language", &out.language) && read_int(line, "attempt", &out.attempt) &&
                 read_int(line, "pass_point", &out.passed) && read_int(line, "total_point", &out.case_count) &&
                 read_number(line, "problem_id", &out.problem) && read_number(line, "time", &out.time_ms) &&
                 read_number(line, "memory", &out.mem_kib) && read_number(line, "at_ms", &out.wall_ms) &&
                 read_rate(line, &out.pass_rate) && read_text(line, "judger", out.judger, sizeof out.judger);
    if (whole && value_of(line, "case") != NULL)
        whole = read_int(line, "no", &out.case_no) && read_number(line, "cpu_us", &out.case_cpu_us) &&
                read_number(line, "wall_us", &out.case_wall_us) && read_number(line, "mem_kib", &out.case_mem_kib) &&
                read_text(line, "name", out.case_name, sizeof out.case_name) &&
                read_text(line, "verdict", out.case_verdict, sizeof out.case_verdict);
    if (whole)
        *event = out;
    return whole;
}
