/*
 * shown.c - see shown.h. For judge_node's log lines; touches nothing but its argument.
 */
#include "judge_node/shown.h"

#include <stddef.h>

#include "common/banned.h"

struct shown shown_of(const char *text)
{
    struct shown shown = {""};
    for (size_t i = 0; i < SHOWN_BYTES - 1 && text[i] != '\0'; i++)
        shown.text[i] = text[i] > ' ' && text[i] < 0x7f && text[i] != '"' ? text[i] : '?';
    return shown;
}
