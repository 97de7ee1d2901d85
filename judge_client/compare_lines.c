/*
 * compare_lines.c - which white space is as good as the answer's: the rule that HUSTOJ's sites know. Runs in the worker,
 * needs no privilege; decides nothing about words.
 *
 * The white space of both texts is walked side by side, until both stand at a word. Where one text has ended, the
 * other's is harmless. Else a byte of white space opposite a word is a presentation error. White space may stand opposite
 * any other; and a line end takes with it the blanks opposite it, up to that text's line end or next word. So
 * blanks at the end of a line are harmless, and a line end is as good as a blank. Strictly, only equal bytes may
 * stand opposite each other, and a line end opposite a carriage return that is skipped.
 *
 * One thing is not HUSTOJ's: not strictly, a carriage return before a line end is no byte at all. There it is white space
 * of its own, which makes `3 5` a presentation error for `3\r\n5` and none for `3\n5`.
 */
#include "judge_client/compare_parts.h"

#include "common/banned.h"

/* The next byte. A carriage return before a line end is left behind. */
static int peek_past_return(struct compare_text *text)
{
    int byte = compare_peek(text);
    if (byte != '\r' || !compare_fill(text, 2) || text->window[text->at + 1] != '\n')
        return byte;
    text->at++;
    return '\n';
}

static void take_blank(struct compare_text *text)
{
    if (compare_blank(compare_peek(text)))
        text->at++;
}

static void skip_to_line_end(struct compare_text *text)
{
    int byte;
    while (compare_blank(byte = compare_peek(text)) && byte != '\n')
        text->at++;
}

static bool usual_gap(struct compare_text *answer, struct compare_text *output)
{
    for (;;) {
        int a = peek_past_return(answer), o = peek_past_return(output);
        if (a == COMPARE_END || o == COMPARE_END)
            return false;
        if (!compare_blank(a) || !compare_blank(o))
            return compare_blank(a) || compare_blank(o);
        if (a == '\n')
            skip_to_line_end(output);
        else if (o == '\n')
            skip_to_line_end(answer);
        take_blank(answer);
        take_blank(output);
    }
}

static bool strict_gap(struct compare_text *answer, struct compare_text *output)
{
    for (;;) {
        int a = compare_peek(answer), o = compare_peek(output);
        if (a == COMPARE_END || o == COMPARE_END || (!compare_blank(a) && !compare_blank(o)))
            return false;
        if (a == '\r' && o == '\n')
            answer->at++;
        else if (a == '\n' && o == '\r')
            output->at++;
        else if (a != o)
            return true;
        take_blank(answer);
        take_blank(output);
    }
}

bool compare_gap(struct compare_text *answer, struct compare_text *output, bool strict_line_ends)
{
    return strict_line_ends ? strict_gap(answer, output) : usual_gap(answer, output);
}
