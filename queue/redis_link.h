/*
 * redis_link.h - one connection to Redis that makes itself again: commands, scripts, and a wait that can be ended.
 *
 * A call connects where there is no connection, after a pause that grows with the failures (to half a second). An answer
 * that is an error makes the call fail with -1 and an e that names the server and what to do. A connection that was found
 * closed is made again once within a call, and the command is sent again: it may then have been done twice.
 */
#ifndef JUDGE_REDIS_LINK_H
#define JUDGE_REDIS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "queue/redis_scripts.h"

struct redis_link;
struct redisReply;
struct settings;

/* The words of a command, or what a script gets. Texts stay the caller's until the call is done; numbers are kept here. */
#define REDIS_ARGS 640
struct redis_args {
    size_t count;
    const char *texts[REDIS_ARGS];
    size_t sizes[REDIS_ARGS];
    char numbers[128][24];
    size_t number_count;
};
void redis_args_clear(struct redis_args *args);
void redis_args_text(struct redis_args *args, const char *text);
void redis_args_int(struct redis_args *args, int64_t number);

/* Not connected yet. name: what CLIENT LIST shows. settings must outlive it. NULL with e. */
struct redis_link *redis_link_open(const struct settings *settings, const char *name, struct err *e);
void redis_link_close(struct redis_link *link);
/* "redis 10.0.0.1:6379" */
const char *redis_link_name(const struct redis_link *link);

/* Other time-outs than the settings' from now on; 0, 0: those of the settings again. */
void redis_link_patience(struct redis_link *link, int64_t connect_ms, int64_t command_ms);

/* Connecting and commands from now on end at end_us (CLOCK_MONOTONIC), or after their own time-out where that is earlier. Each
 * call of a queue sets it. */
void redis_link_until(struct redis_link *link, int64_t end_us);
int64_t redis_link_command_us(const struct redis_link *link); /* the time-out of a command */

/* Connects unless it is connected. 0, or -1 with e. */
int redis_link_ready(struct redis_link *link, struct err *e);
/* Closes the connection; the next call makes another. */
void redis_link_drop(struct redis_link *link);
/* How often it was made: what a server said over an earlier connection may have been wiped since. */
uint64_t redis_link_connections(const struct redis_link *link);
/* Of a connected one: the server's clock at which an answer to a command sent now comes too late. */
int64_t redis_link_late_us(const struct redis_link *link);
/* True where the call that failed last lost its connection, without having waited for its time-out. */
bool redis_link_lost(const struct redis_link *link);

/* A command: 0 with *reply, or -1 with e. */
int redis_link_command(struct redis_link *link, const struct redis_args *args, struct redisReply **reply,
                       struct err *e);
/* A script, the same way; the server gets its text where it does not have it (any more). once: it is not sent again where the
 * connection is lost. */
int redis_link_script(struct redis_link *link, enum redis_script script, const struct redis_args *args, bool once,
                      struct redisReply **reply, struct err *e);

/* A command that blocks. 1 with *reply; 0 where fd (or -1) became readable, or end_us (CLOCK_MONOTONIC) passed without an answer
 * and may_end: the connection is closed then; -1 with e, also where the server does not answer for its command
 * time-out after end_us. */
int redis_link_wait(struct redis_link *link, const struct redis_args *args, int64_t end_us, bool may_end, int fd,
                    struct redisReply **reply, struct err *e);

/* Parts of an answer; what is not there is NULL, "", 0. */
size_t redis_reply_count(const struct redisReply *reply);
const struct redisReply *redis_reply_item(const struct redisReply *reply, size_t i);
const char *redis_reply_text(const struct redisReply *reply);
size_t redis_reply_size(const struct redisReply *reply);
int64_t redis_reply_int(const struct redisReply *reply);
bool redis_reply_is_nil(const struct redisReply *reply);
void redis_reply_free(struct redisReply *reply);

#endif
