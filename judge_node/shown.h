/*
 * shown.h - a text from outside as a log line may hold it.
 */
#ifndef JUDGE_SHOWN_H
#define JUDGE_SHOWN_H

#define SHOWN_BYTES 33

struct shown {
    char text[SHOWN_BYTES];
};

/* At most 32 bytes of text; what is not a printable ASCII character, blanks and quotes are '?'. */
struct shown shown_of(const char *text);

#endif
