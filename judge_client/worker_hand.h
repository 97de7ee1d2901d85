/*
 * worker_hand.h - `judge_client SUBMISSION RUNNER [OJ_HOME [debug [LANG]]]`: judges one submission of the site, told by hand or by a
 * school's script, as HUSTOJ's judge_client is.
 */
#ifndef JUDGE_WORKER_HAND_H
#define JUDGE_WORKER_HAND_H

/* argv[0] is the program's name; record: the form `judge_client record`, for record mode, which LANG asks for: after the judging it prints
 * HUSTOJ's arrays of the system calls that the submission makes, and nothing else is printed then. The exit code: 0 judged,
 * whatever the verdict; 1 it was not this one's to judge; 2 it could not be judged, or the words are wrong. Said on standard error. */
int worker_hand(int argc, char **argv, int (*record)(int argc, char **argv));

#endif
