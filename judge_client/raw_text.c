/*
 * raw_text.c - see raw_text.h. Pure; runs in judge_client.
 */
#include "judge_client/raw_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum { MOST_SCORE = 1000000000, DIGITS = 12, SHOWN_BYTES = 64, LINE_BYTES = 512 };

struct question {
    int64_t score; /* -1: the answer does not have it */
    struct raw_text right;
    bool answered;
};

struct reader {
    const char *at, *end;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f' || byte == '\v';
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

/* The next line without blanks around it and its end; false after the last. */
static bool next_line(struct reader *text, struct reader *line)
{
    if (text->at >= text->end)
        return false;
    const char *stop = memchr(text->at, '\n', (size_t)(text->end - text->at));
    *line = (struct reader){text->at, stop == NULL ? text->end : stop};
    text->at = stop == NULL ? text->end : stop + 1;
    skip_blanks(line);
    while (line->end > line->at && is_blank(line->end[-1]))
        line->end--;
    return true;
}

static struct reader reader_of(const struct raw_text *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t skip = text->size >= 3 && memcmp(text->bytes, mark, 3) == 0 ? 3 : 0;
    return (struct reader){text->bytes + skip, text->bytes + text->size};
}

/* A whole number at the start; false where there is none, or a larger one than any question's. */
static bool read_number(struct reader *line, int64_t *number)
{
    int64_t value = 0;
    size_t digits = 0;
    for (; line->at < line->end && isdigit((unsigned char)*line->at) && digits < DIGITS; line->at++, digits++)
        value = 10 * value + (*line->at - '0');
    *number = value;
    return digits > 0 && digits < DIGITS;
}

/* "[2.5]" as thousandths. */
static bool read_score(struct reader *line, int64_t *score)
{
    int64_t unit = 1000;
    while (line->at < line->end && *line->at != '[') /* what stands before it is not looked at */
        line->at++;
    if (line->at == line->end)
        return false;
    line->at++;
    skip_blanks(line);
    if (!read_number(line, score))
        return false;
    *score *= unit;
    if (line->at < line->end && *line->at == '.') {
        for (line->at++; line->at < line->end && isdigit((unsigned char)*line->at); line->at++) {
            unit /= 10;
            *score += (*line->at - '0') * unit;
        }
    }
    skip_blanks(line);
    return line->at < line->end && *line->at++ == ']' && *score <= MOST_SCORE;
}

static bool next_word(struct reader *line, struct raw_text *word)
{
    skip_blanks(line);
    word->bytes = line->at;
    while (line->at < line->end && !is_blank(*line->at))
        line->at++;
    word->size = (size_t)(line->at - word->bytes);
    return word->size > 0;
}

static bool same_word(const struct raw_text *a, const struct raw_text *b)
{
    if (a->size != b->size)
        return false;
    for (size_t i = 0; i < a->size; i++) {
        if (tolower((unsigned char)a->bytes[i]) != tolower((unsigned char)b->bytes[i]))
            return false;
    }
    return true;
}

/* Word by word; of a right answer of one word the own one's first word counts, as in HUSTOJ. */
static bool is_right(const struct raw_text *right, const struct raw_text *own)
{
    struct reader a = {right->bytes, right->bytes + right->size};
    struct reader b = {own->bytes, own->bytes + own->size};
    struct raw_text wanted, said;
    size_t words = 0;
    if (right->size == 1 && right->bytes[0] == '*')
        return true;
    for (; next_word(&a, &wanted); words++) {
        if (!next_word(&b, &said) || !same_word(&wanted, &said))
            return false;
    }
    return words == 1 || !next_word(&b, &said);
}

/* ---- the answers */

static int read_answers(struct question *questions, int64_t count, const struct raw_text *answer,
                        struct raw_text_mark *mark, struct err *e)
{
    struct reader text = reader_of(answer);
    struct reader line;
    int64_t seen = 0;
    for (int64_t row = 1; seen < count && next_line(&text, &line); row++) { /* what follows the last is a remark */
        int64_t number, score;
        if (line.at == line.end)
            continue;
        if (!read_number(&line, &number) || number < 1 || number > count)
            return err_set(e, "line %lld of the answer: must begin with a question's number, 1 to %lld", (long long)row,
                           (long long)count);
        struct question *question = &questions[number];
        if (question->score >= 0)
            return err_set(e, "line %lld of the answer: question %lld is there twice", (long long)row,
                           (long long)number);
        if (!read_score(&line, &score))
            return err_set(e, "line %lld of the answer: after the number must come the score, as in '%lld [5] A'",
                           (long long)row, (long long)number);
        skip_blanks(&line);
        if (line.at == line.end)
            return err_set(e, "line %lld of the answer: question %lld has no answer", (long long)row,
                           (long long)number);
        *question = (struct question){.score = score, .right = {line.at, (size_t)(line.end - line.at)}};
        mark->total += score;
        seen++;
    }
    for (int64_t i = 1; i <= count; i++) {
        if (questions[i].score < 0)
            return err_set(e, "the answer has no question %lld of %lld", (long long)i, (long long)count);
    }
    return 0;
}

/* ---- the submission */

void raw_text_number(char *out, size_t size, int64_t thousandths)
{
    if (thousandths % 1000 == 0)
        (void)str_format(out, size, "%lld", (long long)thousandths / 1000); /* it fits, as below */
    else
        (void)str_format(out, size, "%lld.%03lld", (long long)thousandths / 1000, (long long)thousandths % 1000);
    if (strchr(out, '.') != NULL) {
        for (size_t length = strlen(out); out[length - 1] == '0'; length--)
            out[length - 1] = '\0';
    }
}

/* A text of one line, cut where it is long. */
static void show(char shown[4 * SHOWN_BYTES], const struct raw_text *text)
{
    text_clean(shown, (size_t)SHOWN_BYTES, text->bytes, text->size);
    for (char *at = shown; *at != '\0'; at++)
        *at = *at == '\n' || *at == '\t' ? ' ' : *at;
}

static void tell(char *report, size_t size, int64_t number, const struct question *question, const struct raw_text *own,
                 enum ui_language ui)
{
    static const char *const form[UI_COUNT] = {"%lld: %s  [your answer: %s]  -%s\n", "%lld：%s  [你的答案：%s]  -%s\n"};
    char line[LINE_BYTES], right[4 * SHOWN_BYTES], said[4 * SHOWN_BYTES], score[32];
    size_t used = strlen(report);
    show(right, &question->right);
    show(said, own);
    raw_text_number(score, sizeof score, question->score);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(line, sizeof line, form[ui], (long long)number, right, said, score); /* it fits */
#pragma GCC diagnostic pop
    if (strlen(line) < size - used)
        (void)str_copy(report + used, size - used, line); /* it was seen to fit */
}

static void mark_own(struct question *questions, int64_t count, const struct raw_text *own, bool answers, char *report,
                     size_t size, enum ui_language ui, struct raw_text_mark *mark)
{
    struct reader text = reader_of(own);
    struct reader line;
    while (next_line(&text, &line)) {
        int64_t number;
        if (!read_number(&line, &number) || number < 1 || number > count || questions[number].answered)
            continue;
        struct question *question = &questions[number];
        skip_blanks(&line);
        const struct raw_text said = {line.at, (size_t)(line.end - line.at)};
        question->answered = true;
        if (is_right(&question->right, &said))
            mark->mark += question->score;
        else if (answers)
            tell(report, size, number, question, &said, ui);
    }
}

int raw_text_judge(const struct raw_text *input, const struct raw_text *answer, const struct raw_text *own,
                   bool answers, char *report, size_t size, enum ui_language ui, struct raw_text_mark *mark,
                   struct err *e)
{
    struct reader first = reader_of(input);
    int64_t count;
    *mark = (struct raw_text_mark){0, 0};
    report[0] = '\0';
    while (first.at < first.end && isspace((unsigned char)*first.at))
        first.at++;
    if (!read_number(&first, &count) || count < 1 || count > RAW_TEXT_QUESTIONS)
        return err_set(e, "the input must be the number of questions, 1 to %d", RAW_TEXT_QUESTIONS);
    struct question *questions = malloc(((size_t)count + 1) * sizeof *questions);
    if (questions == NULL)
        return err_set(e, "out of memory");
    for (int64_t i = 0; i <= count; i++)
        questions[i] = (struct question){.score = -1};
    int result = read_answers(questions, count, answer, mark, e);
    if (result == 0)
        mark_own(questions, count, own, answers, report, size, ui, mark);
    free(questions);
    return result;
}
