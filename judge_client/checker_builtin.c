/*
 * checker_builtin.c - see checker_builtin.h. Runs in the worker, needs no privilege, leaves descriptors' positions alone.
 */
#include "judge_client/checker_builtin.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/str.h"

#include "common/banned.h"

enum { PIECE = 32 << 10, WORD_MAX = 4096 };

/* ---- a file by the byte */

struct reader {
    int fd;
    off_t offset;
    size_t at, end;
    int error;
    unsigned char piece[PIECE];
};

enum { END = -1 };

static int next_byte(struct reader *reader)
{
    if (reader->at == reader->end) {
        ssize_t count = reader->error != 0 ? 0 : pread(reader->fd, reader->piece, sizeof reader->piece, reader->offset);
        if (count < 0)
            reader->error = errno;
        reader->at = 0;
        reader->end = count <= 0 ? 0 : (size_t)count;
        reader->offset += count < 0 ? 0 : count;
        if (reader->end == 0)
            return END;
    }
    return reader->piece[reader->at++];
}

static bool blank(int byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* ---- SipHash-2-4, of bytes that come one by one */

struct sip {
    uint64_t v[4], word;
    uint64_t length;
};

static uint64_t left(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = left(v[1], 13) ^ v[0];
    v[0] = left(v[0], 32);
    v[2] += v[3];
    v[3] = left(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = left(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = left(v[1], 17) ^ v[2];
    v[2] = left(v[2], 32);
}

static void sip_begin(struct sip *sip, const uint64_t key[2])
{
    *sip = (struct sip){.v = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d ^ 0xee,
                              key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573}};
}

static void sip_take(struct sip *sip, uint64_t word)
{
    sip->v[3] ^= word;
    sip_round(sip->v);
    sip_round(sip->v);
    sip->v[0] ^= word;
}

static void sip_add(struct sip *sip, unsigned byte)
{
    sip->word |= (uint64_t)(byte & 0xff) << (8 * (sip->length & 7));
    sip->length++;
    if ((sip->length & 7) == 0) {
        sip_take(sip, sip->word);
        sip->word = 0;
    }
}

static uint64_t sip_half(struct sip *sip)
{
    for (int i = 0; i < 4; i++)
        sip_round(sip->v);
    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}

/* ---- any order */

/* How many there are, and the sum of their hashes. */
struct bag {
    uint64_t count;
    uint64_t sum[2];
};

static void put(struct bag *bag, struct sip *sip, const uint64_t key[2])
{
    sip_take(sip, sip->word | sip->length << 56);
    sip->v[2] ^= 0xee;
    bag->sum[0] += sip_half(sip);
    sip->v[1] ^= 0xdd;
    bag->sum[1] += sip_half(sip);
    bag->count++;
    sip_begin(sip, key);
}

/* Words, or lines without the blanks at their ends; lines that are empty at the end of the file do not count. */
static struct bag fill(struct reader *reader, bool lines, const uint64_t key[2])
{
    struct bag bag = {0, {0, 0}};
    struct sip sip;
    uint64_t empty = 0; /* lines that wait for one that is not */
    char blanks[256];   /* within a line, that wait for something behind them */
    size_t waiting = 0;
    bool more = true;
    sip_begin(&sip, key);
    while (more) {
        int byte = next_byte(reader);
        more = byte != END;
        bool end = !more || (lines ? byte == '\n' : blank(byte));
        if (end && sip.length > 0) {
            put(&bag, &sip, key);
        } else if (end && lines && more) {
            empty++;
        } else if (!end && lines && blank(byte) && waiting < sizeof blanks) {
            blanks[waiting++] = (char)byte;
            continue;
        }
        if (end) {
            waiting = 0;
            continue;
        }
        for (; empty > 0; empty--) {
            put(&bag, &sip, key);
        }
        for (size_t i = 0; i < waiting; i++)
            sip_add(&sip, (unsigned char)blanks[i]);
        waiting = 0;
        sip_add(&sip, (unsigned)byte);
    }
    return bag;
}

static int any_order(struct reader *answer, struct reader *output, bool lines, bool *accepted, char *note, size_t size,
                     enum ui_language ui, struct err *e)
{
    static const char *const counts[UI_COUNT][2] = {{"%llu words instead of %llu", "%llu lines instead of %llu"},
                                                    {"输出 %llu 个词，应为 %llu 个", "输出 %llu 行，应为 %llu 行"}};
    static const char *const differ[UI_COUNT][2] = {
        {"the words are not those of the answer, in whatever order",
         "the lines are not those of the answer, in whatever order"},
        {"输出的词与答案不同（不论顺序）", "输出的行与答案不同（不论顺序）"}};
    uint64_t key[2];
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return err_sys(e, errno, "getrandom");
    struct bag wanted = fill(answer, lines, key);
    struct bag got = fill(output, lines, key);
    *accepted = wanted.count == got.count && memcmp(wanted.sum, got.sum, sizeof got.sum) == 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (wanted.count != got.count) /* both forms have the same arguments; cut is fine */
        (void)str_format(note, size, counts[ui][lines], (unsigned long long)got.count,
                         (unsigned long long)wanted.count);
#pragma GCC diagnostic pop
    if (!*accepted && wanted.count == got.count)
        (void)str_copy(note, size, differ[ui][lines]); /* as above */
    return 0;
}

/* ---- word by word */

struct word {
    size_t length; /* 0: the file has ended */
    bool whole;    /* it fits into bytes */
    char bytes[WORD_MAX + 1];
};

/* The rest of a word that does not fit stays in the file, as the next word: both files are cut alike. */
static void read_word(struct reader *reader, struct word *word)
{
    int byte = END;
    if (word->whole || word->length == 0) {
        do
            byte = next_byte(reader);
        while (blank(byte));
    } else {
        byte = next_byte(reader);
    }
    word->length = 0;
    while (byte != END && !blank(byte)) {
        word->bytes[word->length++] = (char)byte;
        if (word->length == WORD_MAX)
            break;
        byte = next_byte(reader);
    }
    word->whole = word->length < WORD_MAX;
    word->bytes[word->length] = '\0';
}

/* A decimal number in its one form: sign, digits without zeros before, point and digits without zeros behind. False: it is none, or
 * one with an exponent, which is a text here. */
static bool normalize(char *text, size_t length)
{
    char *out = text;
    const char *at = text;
    const char *end = text + length;
    bool negative = *at == '-';
    at += *at == '-' || *at == '+';
    size_t digits = 0;
    for (const char *p = at; p < end; p++) {
        if (isdigit((unsigned char)*p))
            digits++;
        else if (*p != '.' || memchr(at, '.', (size_t)(p - at)) != NULL)
            return false;
    }
    if (digits == 0)
        return false;
    const char *point = memchr(at, '.', (size_t)(end - at));
    while (point != NULL && end > point && (end[-1] == '0' || end[-1] == '.')) {
        end--;
        if (*end == '.')
            break;
    }
    while (at < end && *at == '0')
        at++;
    size_t left_over = (size_t)(end - at);
    if (left_over == 0) {
        *out++ = '0'; /* -0 is 0 */
        *out = '\0';
        return true;
    }
    /* Moved by at most one place to the right of where it was only where there was a sign or a zero before. */
    bool sign_fits = negative;
    memmove(text + sign_fits, at, left_over);
    if (sign_fits)
        text[0] = '-';
    text[left_over + sign_fits] = '\0';
    return true;
}

static bool same_number(struct word *answer, struct word *output)
{
    if (strcmp(answer->bytes, output->bytes) == 0)
        return true;
    return answer->whole && output->whole && normalize(answer->bytes, answer->length) &&
           normalize(output->bytes, output->length) && strcmp(answer->bytes, output->bytes) == 0;
}

static bool is_yes_no(const char *word)
{
    return strcasecmp(word, "yes") == 0 || strcasecmp(word, "no") == 0;
}

static int word_by_word(struct reader *answer, struct reader *output, bool yes_no, bool *accepted, char *note,
                        size_t size, enum ui_language ui, struct err *e)
{
    static const char *const form[UI_COUNT] = {"word %lld: %.40s instead of %.40s",
                                               "第 %lld 个词：输出 %.40s，应为 %.40s"};
    static const char *const neither[UI_COUNT] = {"word %lld is neither yes nor no",
                                                  "第 %lld 个词既不是 yes 也不是 no"};
    static struct word empty;
    struct word wanted = empty, got = empty;
    wanted.whole = got.whole = true;
    *accepted = true;
    for (long long i = 1; *accepted; i++) {
        read_word(answer, &wanted);
        read_word(output, &got);
        if (wanted.length == 0 && got.length == 0)
            break;
        if (yes_no && wanted.length > 0 && !is_yes_no(wanted.bytes))
            return err_set(e, "builtin = yes/no: word %lld of the answer is neither", i);
        char shown[2][48];
        (void)str_copy(shown[0], sizeof shown[0], got.length == 0 ? "(end)" : got.bytes); /* cut is fine */
        (void)str_copy(shown[1], sizeof shown[1], wanted.length == 0 ? "(end)" : wanted.bytes);
        bool same_length = wanted.length == strlen(wanted.bytes) && got.length == strlen(got.bytes);
        bool same = same_length && (yes_no ? strcasecmp(wanted.bytes, got.bytes) == 0 : same_number(&wanted, &got));
        if (same)
            continue;
        *accepted = false;
        for (char *p = shown[0]; *p != '\0'; p++)
            *p = (unsigned char)*p < ' ' || (unsigned char)*p > '~' ? '?' : *p;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (yes_no && got.length > 0 && !is_yes_no(got.bytes)) /* both forms have the same arguments; cut is fine */
            (void)str_format(note, size, neither[ui], i);
        else
            (void)str_format(note, size, form[ui], i, shown[0], shown[1]);
#pragma GCC diagnostic pop
    }
    return 0;
}

int checker_builtin_judge(enum checker_builtin builtin, int answer_fd, int output_fd, bool *accepted, char *note,
                          size_t note_size, enum ui_language ui, struct err *e)
{
    struct reader answer, output;
    answer.fd = answer_fd;
    output.fd = output_fd;
    answer.offset = output.offset = 0;
    answer.at = answer.end = output.at = output.end = 0;
    answer.error = output.error = 0;
    int result = builtin == CHECKER_LINES_UNORDERED || builtin == CHECKER_PERMUTATION
                     ? any_order(&answer, &output, builtin == CHECKER_LINES_UNORDERED, accepted, note, note_size, ui, e)
                     : word_by_word(&answer, &output, builtin == CHECKER_YES_NO, accepted, note, note_size, ui, e);
    if (result == 0 && answer.error != 0)
        return err_sys(e, answer.error, "read the answer");
    if (result == 0 && output.error != 0)
        return err_sys(e, output.error, "read the output");
    return result;
}
