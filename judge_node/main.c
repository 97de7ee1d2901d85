/*
 * main.c - judge_node. Being built.
 */
#include "common/log.h"

#include "common/banned.h"

int main(void)
{
    log_init("judge_node", 0);
    fatal("not there yet");
}
