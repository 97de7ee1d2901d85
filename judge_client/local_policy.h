/*
 * local_policy.h - `judgectl policy`: what the policies of this box say, and whether they can be read.
 */
#ifndef JUDGE_LOCAL_POLICY_H
#define JUDGE_LOCAL_POLICY_H

int local_policy(int argc, char **argv);

#endif
