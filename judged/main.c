/*
 * main.c - judged. Being built.
 */
#include "common/log.h"

#include "common/banned.h"

int main(void)
{
    log_init("judged", 0);
    fatal("not there yet");
}
