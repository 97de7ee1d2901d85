/*
 * worker.h - `judge_client --slot N --home OJ_HOME ...`: takes jobs, judges them, stores the verdicts. One of judged's slots.
 */
#ifndef JUDGE_WORKER_H
#define JUDGE_WORKER_H

/* argv[0] is the program's name. The exit code: 0 ended as told, or judged is gone; 2 it cannot work (said on standard
 * error); 75 (EX_TEMPFAIL) the slot is still held by the worker before it. */
int worker_main(int argc, char **argv);

#endif
