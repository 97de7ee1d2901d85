/*
 * settings.h - OJ_HOME/etc/judge.conf as one struct: ours (`[section]` and `key = value`) or HUSTOJ's (`OJ_KEY=value`).
 *
 * A file without a line that begins with '[' is HUSTOJ's. The environment's deployment names (DB_HOST, REDIS_HOST, ...) win over
 * either. No file at all is fine: then everything has its default, which is the embedded judge on this box. Each setting is
 * a row of settings.def: section, key, type, default, range, help, HUSTOJ's key, environment name.
 */
#ifndef JUDGE_SETTINGS_H
#define JUDGE_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define SETTINGS_TEXT 256
#define SETTINGS_NODE 8 /* 1 to 7 bytes of [a-z0-9-], terminated */

#define SETTINGS_EXAM_SIZE 2048

struct settings {
    char home[PATH_MAX]; /* OJ_HOME */
    char file[PATH_MAX]; /* what was read, "" where there was none */
    bool hustoj;         /* it was HUSTOJ's form */
    bool quiet;          /* settings_read_quiet */
    bool holds_password; /* that file itself does */

    char node[SETTINGS_NODE]; /* [node] name; default: made from the host's name and the home, the same at each start */
    char node_user[SETTINGS_TEXT]; /* [node] user: whom judge_node runs as ("judge") */
    int workers;            /* [pool] workers: 0 auto (cores - 1, at least 1). HUSTOJ: OJ_RUNNING only where over 1 */
    int64_t job_timeout_ms; /* [pool] job_timeout_s: 60 */
    int64_t grace_ms;       /* [pool] grace_s: of a drain, 120 */
    int first_uid;          /* [pool] first_uid: 40000 */
    bool self_test;         /* [pool] self_test: a language is tested before it is judged in, yes */
    bool pin;               /* [pool] pin: a slot to a core, yes */

    char database_host[SETTINGS_TEXT]; /* [database] host; "" and no socket: none configured */
    int database_port;
    char database_socket[PATH_MAX];
    char database_user[SETTINGS_TEXT];
    char database_password[SETTINGS_TEXT]; /* password, or the first line of password_file */
    char database_name[SETTINGS_TEXT];
    int64_t database_timeout_ms; /* 5000: of one statement */

    char redis_host[SETTINGS_TEXT]; /* [redis] host; "" and no socket: none */
    int redis_port;
    char redis_socket[PATH_MAX];
    char redis_password[SETTINGS_TEXT];
    int redis_database;
    char redis_queue[SETTINGS_TEXT];                            /* the site's list: "hustoj" */
    char redis_prefix[SETTINGS_TEXT];                           /* of our keys: "oj:" */
    int64_t redis_connect_timeout_ms, redis_command_timeout_ms; /* 10000, 5000 */

    int64_t lease_ms;      /* [queue] lease_s: 15 */
    int max_attempts;      /* [queue] max_attempts: 3 */
    int64_t redis_gone_ms; /* [queue] redis_gone_s: 10, then the box works from its own queue */

    char exam[SETTINGS_EXAM_SIZE]; /* [lanes] exam: contest:N problem:N */
    int rejudge_max_share;         /* 30: percent of the workers, while others come */
    int64_t rejudge_quiet_ms;      /* [lanes] rejudge_quiet_s: 30; for how long after the last of them */

    int64_t sweep_ms;        /* [intake] sweep_s: 5. HUSTOJ: OJ_SLEEP_TIME, 1 */
    int64_t foreign_claim_s; /* [intake] foreign_claim_s: 600 */
    bool udp;                /* [intake] udp: listen for the site's hints */
    char udp_address[SETTINGS_TEXT];
    int udp_port;      /* 1536 */
    int total, mod;    /* only ids with id % total = mod: 1, 0 */
    int64_t languages; /* bit i: language id i may be taken; -1: all that are installed. HUSTOJ: OJ_LANG_SET */

    bool jobs;            /* [jobs] enabled: self-contained jobs are taken from Redis */
    int64_t jobs_poll_ms; /* 100 */
    int64_t jobs_ttl_s;   /* [jobs] result_ttl_s: 3600 */

    int system_error_result; /* [judging]: 14 */
    int auto_result;         /* 4: stored instead of AC */
    bool turbo;              /* no "running" write, no counters */
    bool oi_mode, use_max_time, time_limit_to_total, ignore_esol, raw_text_diff, internal_mark, copy_data, sim_enable;
    int full_diff;                                                             /* 0 to 3 */
    int64_t java_time_bonus_ms, java_memory_bonus_mib;                         /* -1: what the languages' files say */
    double cpu_compensation;                                                   /* 1.0: multiplies measured time */
    char cc_std[SETTINGS_TEXT], cpp_std[SETTINGS_TEXT], cc_opt[SETTINGS_TEXT]; /* "": what the languages' files say */
    char tpj_argv[SETTINGS_TEXT];                                              /* "testlib" or "hustoj" */

    char data[PATH_MAX]; /* [data] folder: OJ_HOME/data */
    char data_sync
        [PATH_MAX];      /* [data] sync: a command below OJ_HOME or absolute, run with the problem's number; "" none */
    int64_t data_sync_s; /* [data] sync_timeout_s: 300 */
    int64_t data_owner;  /* -1: as the inputs. HUSTOJ: OJ_WWW_UID */

    int ui; /* [ui] language: 0 en, 1 zh (enum ui_language) */
};

/* Reads home/etc/judge.conf (path NULL) or path. 0, or -1 with e: `FILE:LINE: unknown key 'prot' in [database] (did you mean
 * port?)`. Unknown HUSTOJ keys and those without a meaning here are warned about once each, by log_warnx. home NULL: the one
 * that was set when this program was built. *settings is of no use after -1, but for home, "" where that is wrong: SIGHUP reads into another one. Needs to read the file (0640 root): call it before giving up root. */
int settings_read(struct settings *settings, const char *home, const char *path, struct err *e);
/* The same without a warning: for what runs below or beside judged, which has said them all. */
int settings_read_quiet(struct settings *settings, const char *home, const char *path, struct err *e);

/* A problem's own judge.conf, in HUSTOJ's form: its keys that concern judging (OJ_OI_MODE, OJ_CPP_STD, ...) replace the site's;
 * other keys of HUSTOJ are left alone. file is its name, for warnings, which *settings says whether to give; text is
 * terminated and cut up. */
void settings_read_problem(struct settings *settings, const char *file, char *text);

/* True where [lanes] exam names that contest or problem. */
enum settings_exam { SETTINGS_EXAM_CONTEST, SETTINGS_EXAM_PROBLEM };
bool settings_exam_has(const struct settings *settings, enum settings_exam kind, int64_t number);

/* True where a database, where Redis is configured. */
bool settings_has_database(const struct settings *settings);
bool settings_has_redis(const struct settings *settings);

/* Prints the settings in force to standard output, as a file of our form that reads back to the same, but for secrets
 * ("#password = (set)"); defaults are commented out. sample: the sample file, with every key's help and default, all commented
 * out. */
void settings_print(const struct settings *settings);
void settings_sample(void);

#endif
