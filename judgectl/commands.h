/*
 * commands.h - the commands that judgectl runs itself, one file each. argv[0] is the command's name; the result is the exit code:
 * 0 done, 1 the answer is no, 2 it could not be done (said in one line on standard error).
 */
#ifndef JUDGECTL_COMMANDS_H
#define JUDGECTL_COMMANDS_H

int submit_main(int argc, char **argv);
int status_main(int argc, char **argv);
int watch_main(int argc, char **argv);
int log_main(int argc, char **argv);
int stats_main(int argc, char **argv);
int top_main(int argc, char **argv);
int config_main(int argc, char **argv);
int db_main(int argc, char **argv);

/* drain, resume, scale, reload, restart */
int pool_main(int argc, char **argv);

/* A submission's whereabouts, and what an administrator does about it. */
int why_main(int argc, char **argv);
int rejudge_main(int argc, char **argv);
int cancel_main(int argc, char **argv);
int dead_main(int argc, char **argv);

#endif
