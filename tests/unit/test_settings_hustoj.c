/*
 * test_settings_hustoj.c - judge.conf as HUSTOJ has it, line by line; the environment's names; the names of nodes.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/settings.h"
#include "common/settings_parts.h"
#include "common/str.h"
#include "tests/unit/settings_home.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

/* What a HUSTOJ installation has, with every key of it. */
static const char stock[] =
    "OJ_HOST_NAME=127.0.0.1\nOJ_USER_NAME=root\nOJ_PASSWORD=root\nOJ_DB_NAME=jol\nOJ_PORT_NUMBER=3306\nOJ_RUNNING=1\n"
    "OJ_SLEEP_TIME=1\nOJ_TOTAL=1\nOJ_MOD=0\nOJ_JAVA_TIME_BONUS=2\nOJ_JAVA_MEMORY_BONUS=64\nOJ_JAVA_XMS=-Xms64M\n"
    "OJ_JAVA_XMX=-Xmx128M\nOJ_SIM_ENABLE=0\nOJ_HTTP_JUDGE=0\nOJ_HTTP_BASEURL=http://127.0.0.1/\n"
    "OJ_HTTP_APIPATH=/admin/problem_judge.php\nOJ_HTTP_LOGINPATH=/login.php\nOJ_HTTP_USERNAME=admin\n"
    "OJ_HTTP_PASSWORD=s3cret\nOJ_HTTP_DOWNLOAD=1\nOJ_OI_MODE=1\nOJ_SHM_RUN=0\nOJ_USE_MAX_TIME=0\n"
    "OJ_TIME_LIMIT_TO_TOTAL=1\nOJ_LANG_SET=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\nOJ_COMPILE_CHROOT=1\n"
    "OJ_TURBO_MODE=0\nOJ_CPU_COMPENSATION=1.0\nOJ_UDP_ENABLE=1\nOJ_UDP_SERVER=127.0.0.1\nOJ_UDP_PORT=1536\n"
    "OJ_PYTHON_FREE=0\nOJ_COPY_DATA=0\nOJ_USE_DOCKER=0\nOJ_DOCKER_PATH=/usr/bin/docker\nOJ_INTERNAL_CLIENT=1\n"
    "OJ_DEDICATED=0\nOJ_USE_PTRACE=1\nOJ_FULL_DIFF=1\nOJ_RAW_TEXT_DIFF=1\nOJ_IGNORE_ESOL=1\nOJ_AUTO_RESULT=4\n"
    "OJ_INTERNAL_MARK=0\nOJ_REDISENABLE=0\nOJ_REDISSERVER=127.0.0.1\nOJ_REDISPORT=6379\nOJ_REDISAUTH=123456\n"
    "OJ_REDISQNAME=hustoj\nOJ_CC_STD=-std=c17\nOJ_CPP_STD=-std=c++14\nOJ_CC_OPT=-O2\nOJ_WWW_UID=33\n"
    "OJ_PHP_PATH=/usr/bin\n";

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void test_stock(void)
{
    struct settings_home home;
    settings_home_init(&home);
    CU_ASSERT_EQUAL(settings_home_read(&home, stock), 0);
    const struct settings *settings = &home.settings;
    CU_ASSERT(settings->hustoj && settings_has_database(settings) && !settings_has_redis(settings));
    CU_ASSERT_STRING_EQUAL(settings->database_host, "127.0.0.1");
    CU_ASSERT_STRING_EQUAL(settings->database_user, "root");
    CU_ASSERT_STRING_EQUAL(settings->database_password, "root");
    CU_ASSERT_STRING_EQUAL(settings->database_name, "jol");
    CU_ASSERT(settings->workers == 0 && settings->total == 1 && settings->mod == 0);
    CU_ASSERT(settings->java_time_bonus_ms == 2000 && settings->java_memory_bonus_mib == 64);
    CU_ASSERT(settings->oi_mode && !settings->use_max_time && settings->time_limit_to_total && settings->ignore_esol);
    CU_ASSERT(settings->udp && settings->udp_port == 1536 && settings->full_diff == 1 && settings->raw_text_diff);
    CU_ASSERT_EQUAL(settings->languages, (1 << 21) - 1);
    CU_ASSERT_EQUAL(settings->sweep_ms, 1000);
    CU_ASSERT_STRING_EQUAL(settings->cpp_std, "-std=c++14");
    CU_ASSERT_STRING_EQUAL(settings->data_sync, "");
    char node[SETTINGS_NODE];
    settings_node_default(home.path, node);
    CU_ASSERT_STRING_EQUAL(settings->node, node);
    (void)UNIT_CHECK(count_lines(home.warnings) == 1, "%s", home.warnings);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.warnings, "without a meaning for this judge: OJ_JAVA_XMS "));
    CU_ASSERT_PTR_NULL(strstr(home.warnings, "s3cret"));
    CU_ASSERT_EQUAL(settings_home_read(&home, "# nothing but\nOJ_DB_NAME=\n"), 0);
    CU_ASSERT(!settings_has_database(settings) && settings->languages == (1 | 1 << 1 | 1 << 3 | 1 << 6));
    CU_ASSERT(!settings->use_max_time && settings->time_limit_to_total && !settings->udp);
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    settings_home_fini(&home);
}

/* A line of HUSTOJ's form, the setting that it is, its value in our form, and what is said (NULL: nothing). */
static const struct {
    const char *text, *section, *name, *value, *warning;
} lines[] = {
    {"OJ_DB_NAME=jol\r\n", "database", "name", "jol", NULL},
    {"\xef\xbb\xbfOJ_DB_NAME=jol\n", "database", "name", "jol", NULL},
    {"OJ_DB_NAME = jol the old one\n", "database", "name", "jol", NULL},
    {" \tOJ_DB_NAME=jol", "database", "name", "jol", NULL},
    {"OJ_DB_NAME=a\nOJ_DB_NAME=b\n", "database", "name", "b", NULL},
    {"OJ_DB_NAME=a\n#OJ_DB_NAME=b\n;OJ_DB_NAME=c\n # OJ_DB_NAME=d\n", "database", "name", "a", NULL},
    {"OJ_CC_OPT=-O2=3\n", "judging", "cc_opt", "-O2=3", NULL},
    {"OJ_PASSWORD=a#b;c@d!e=f%g\n", "database", "password", "a#b;c@d!e=f%g", NULL},
    {"OJ_PASSWORD=  two words \r\n", "database", "password", "two words", ":1: OJ_PASSWORD holds blanks: the whole"},
    {"OJ_PASSWORD=s3 # mine\n", "database", "password", "s3", NULL},
    {"OJ_PASSWORD=s3\t;mine\n", "database", "password", "s3", NULL},
    {"OJ_PASSWORD=s3 // mine\n", "database", "password", "s3", NULL},
    {"OJ_PASSWORD=#\n", "database", "password", "#", NULL},
    {"OJ_PASSWORD=\n", "database", "password", "", NULL},
    {"OJ_PASSWORD=\"q\"\n", "database", "password", "\"q\"", NULL},
    {"OJ_PASSWORD=\xe5\xaf\x86\n", "database", "password", "\xe5\xaf\x86", NULL},
    {"OJ_REDISAUTH=a b\n", "redis", "password", "a b", ":1: OJ_REDISAUTH holds blanks: the whole line is taken"},
    {"OJ_PORT_NUMBER=3307\n", "database", "port", "3307", NULL},
    {"OJ_PORT_NUMBER=+3307abc\n", "database", "port", "3307", NULL},
    {"OJ_PORT_NUMBER=0\n", "database", "port", "3306", ":1: OJ_PORT_NUMBER=0: must be a whole number from 1 to 65535"},
    {"OJ_PORT_NUMBER=x\n", "database", "port", "3306", ":1: OJ_PORT_NUMBER=x: must be"},
    {"OJ_PORT_NUMBER=\n", "database", "port", "3306", ":1: OJ_PORT_NUMBER=: must be"},
    {"OJ_PORT_NUMBER=3307\nOJ_PORT_NUMBER=99999999999999999999999999\n", "database", "port", "3306", ":2: OJ_PORT"},
    {"OJ_PORT_NUMBER=\x1b[2J\n", "database", "port", "3306", ":1: OJ_PORT_NUMBER=?[2J: must be"},
    {"OJ_RUNNING=1\n", "pool", "workers", "auto", NULL},
    {"OJ_RUNNING=0\n", "pool", "workers", "auto", NULL},
    {"OJ_RUNNING=5\n", "pool", "workers", "5", NULL},
    {"OJ_RUNNING=5000\n", "pool", "workers", "100", NULL},
    {"OJ_RUNNING=-5\n", "pool", "workers", "auto", ":1: OJ_RUNNING=-5: must be"},
    {"OJ_RUNNING_OLD=5\n", "pool", "workers", "5", ":1: unknown key 'OJ_RUNNING_OLD': taken as OJ_RUNNING"},
    {"OJ_RUNING=5\n", "pool", "workers", "auto", ":1: unknown key 'OJ_RUNING' (did you mean OJ_RUNNING?): left out"},
    {"OJ_MOD=0\noj_runing=5\n", "pool", "workers", "auto", ":2: unknown key 'oj_runing' (did you mean OJ_RUNNING?)"},
    {"OJ_MOD=0\nOJ_RUNNING 5\n", "pool", "workers", "auto", ":2: no '=' in the line: left out"},
    {"OJ_MOD=0\n=5\n", "pool", "workers", "auto", ":2: unknown key ''"},
    {"OJ_UDP_ENABLE=1\n", "intake", "udp", "yes", NULL},
    {"OJ_UDP_ENABLE=0\n", "intake", "udp", "no", NULL},
    {"OJ_UDP_ENABLE=yes\n", "intake", "udp", "no", ":1: OJ_UDP_ENABLE=yes: must be a whole number"},
    {"OJ_TURBO_MODE=2\n", "judging", "turbo", "yes", ":1: OJ_TURBO_MODE=2: taken as 1"},
    {"OJ_FULL_DIFF=3\n", "judging", "full_diff", "3", NULL},
    {"OJ_FULL_DIFF=4\n", "judging", "full_diff", "1", ":1: OJ_FULL_DIFF=4: must be a whole number from 0 to 3"},
    {"OJ_USE_MAX_TIME=1\n", "judging", "use_max_time", "yes", NULL},
    {"OJ_TIME_LIMIT_TO_TOTAL=x\n", "judging", "time_limit_to_total", "yes", ":1: OJ_TIME_LIMIT_TO_TOTAL=x: must be"},
    {"OJ_CPU_COMPENSATION=1.5x\n", "judging", "cpu_compensation", "1.5", NULL},
    {"OJ_CPU_COMPENSATION=0\n", "judging", "cpu_compensation", "1", "OJ_CPU_COMPENSATION=0 would make all times 0"},
    {"OJ_CPU_COMPENSATION=fast\n", "judging", "cpu_compensation", "1", ":1: OJ_CPU_COMPENSATION = "},
    {"OJ_JAVA_TIME_BONUS=5\n", "judging", "java_time_bonus_s", "5", NULL},
    {"OJ_JAVA_TIME_BONUS=-1\n", "judging", "java_time_bonus_s", "5", ":1: OJ_JAVA_TIME_BONUS=-1: must be"},
    {"OJ_AUTO_RESULT=14\n", "judging", "auto_result", "14", NULL},
    {"OJ_LANG_SET=0,1,24\n", "intake", "languages", "0,1,24", NULL},
    {"OJ_LANG_SET=C\n", "intake", "languages", "0,1,3,6", ":1: OJ_LANG_SET = C: must be all, or numbers"},
    {"OJ_LANG_SET=0, 1\n", "intake", "languages", "0,1,3,6", ":1: OJ_LANG_SET = 0,: must be all, or numbers"},
    {"OJ_TOTAL=2\nOJ_MOD=1\n", "intake", "mod", "1", NULL},
    {"OJ_TOTAL=2\nOJ_MOD=2\n", "intake", "total", "1", "OJ_MOD=2 is not below OJ_TOTAL=2: all submissions are taken"},
    {"OJ_HTTP_USERNAME=box-1\n", "node", "name", "box-1", NULL},
    {"OJ_HTTP_DOWNLOAD=2\n", "data", "sync", "", "rsync.sh is not there: data is not fetched"},
    {"OJ_USER_NAME=root\n", "database", "host", "localhost", NULL},
    {"OJ_REDISENABLE=1\n", "redis", "host", "127.0.0.1", NULL},
    {"OJ_REDISENABLE=1\nOJ_REDISSERVER=r\n", "redis", "host", "r", NULL},
    {"OJ_REDISENABLE=0\nOJ_REDISSERVER=r\n", "redis", "host", "", NULL},
    {"OJ_REDISSERVER=r\n", "redis", "host", "", NULL},
    {"OJ_REDISQNAME=oj_list\n", "redis", "queue", "oj_list", NULL},
    {"OJ_HOST_NAME=h\nOJ_HTTP_JUDGE=1\n", "database", "host", "", "OJ_HTTP_JUDGE=1: judging over the site's web pages"},
    {"OJ_HOST_NAME=h\nOJ_HTTP_JUDGE=0\n", "database", "host", "h", NULL},
};

static void test_lines(void)
{
    struct settings_home home;
    char got[PATH_MAX];
    settings_home_init(&home);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!UNIT_CHECK(settings_home_read(&home, lines[i].text) == 0, "%s: %s", lines[i].text, home.e.text))
            continue;
        const struct settings_row *row = settings_find(lines[i].section, lines[i].name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        (void)settings_get(&home.settings, row, got, sizeof got);
        (void)UNIT_CHECK(strcmp(got, lines[i].value) == 0, "%s: '%s'", lines[i].text, got);
        (void)UNIT_CHECK(home.settings.hustoj, "%s", lines[i].text);
        (void)UNIT_CHECK(count_lines(home.warnings) == (lines[i].warning != NULL), "%s: %s", lines[i].text,
                         home.warnings);
        (void)UNIT_CHECK(lines[i].warning == NULL || strstr(home.warnings, lines[i].warning) != NULL, "%s: %s",
                         lines[i].text, home.warnings);
    }
    settings_home_fini(&home);
}

static void test_long_lines(void)
{
    struct settings_home home;
    char text[4096];
    settings_home_init(&home);
    memset(text, 'x', sizeof text);
    memcpy(text, "OJ_DB_NAME=", 11);
    text[2000] = '\n';
    memcpy(text + 2001, "OJ_PASSWORD=", 12);
    text[2013 + SETTINGS_TEXT - 1] = '\0';
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.database_name, "");
    CU_ASSERT_EQUAL(strlen(home.settings.database_password), SETTINGS_TEXT - 1);
    (void)UNIT_CHECK(strstr(home.warnings, ":1: OJ_DB_NAME: longer than 255 bytes: has its default\n") != NULL, "%s",
                     home.warnings);
    text[2013 + SETTINGS_TEXT - 1] = 'x';
    text[sizeof text - 1] = '\0';
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.database_password, "");
    (void)UNIT_CHECK(strstr(home.warnings, ":2: OJ_PASSWORD: longer than 255 bytes: has its default\n") != NULL, "%s",
                     home.warnings);
    CU_ASSERT_PTR_NULL(strstr(home.warnings, "xxx"));
    settings_home_fini(&home);
}

static void test_download(void)
{
    struct settings_home home;
    char path[128];
    settings_home_init(&home);
    CU_ASSERT_EQUAL_FATAL(str_format(path, sizeof path, "%s/rsync.sh", home.path), 0);
    settings_home_put(path, "", 0, 0700);
    CU_ASSERT_EQUAL(settings_home_read(&home, "OJ_HTTP_DOWNLOAD=2\n"), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.data_sync, path);
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    CU_ASSERT_EQUAL(settings_home_read(&home, "OJ_HTTP_DOWNLOAD=1\n"), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.data_sync, "");
    settings_home_fini(&home);
}

static void test_readable(void)
{
    struct settings_home home;
    settings_home_init(&home);
    settings_home_put(home.file, "OJ_PASSWORD=s3cret\n", 19, 0644);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.warnings, "judge.conf: everybody can read the passwords in it: chmod o= "));
    CU_ASSERT_PTR_NULL(strstr(home.warnings, "s3cret"));
    settings_home_put(home.file, "OJ_PASSWORD=\n", 13, 0644);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), 0);
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    settings_home_fini(&home);
}

/* The same settings, and nothing said; what is wrong is still wrong. */
static void test_quiet(void)
{
    struct settings_home home;
    struct settings settings;
    char said[1024];
    int saved;
    settings_home_init(&home);
    CU_ASSERT_FATAL(setenv("DB_SLAVE_HOST", "x", 1) == 0);
    CU_ASSERT_EQUAL(settings_home_read(&home, "OJ_SHM_RUN=1\nOJ_RUNNING=x\nOJ_DB_NAME=n\nOJ_NO=1\n"), 0);
    CU_ASSERT_EQUAL(count_lines(home.warnings), 4);
    int memory = settings_home_capture(STDERR_FILENO, &saved);
    int result = settings_read_quiet(&settings, home.path, NULL, &home.e);
    settings_home_captured(STDERR_FILENO, memory, saved, said, sizeof said);
    CU_ASSERT_EQUAL(result, 0);
    CU_ASSERT_STRING_EQUAL(said, "");
    CU_ASSERT_STRING_EQUAL(settings.database_name, "n");
    settings_home_put(home.file, "[u]", 3, 0640);
    CU_ASSERT_EQUAL(settings_read_quiet(&settings, home.path, NULL, &home.e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "unknown section [u]"));
    settings_home_fini(&home);
}

/* ---- the environment */

/* A variable, its text, and the settings that it makes as `name=value ...` of a section; or what is wrong with it. */
static const struct {
    const char *variable, *text, *section, *values, *message;
} variables[] = {
    {"DB_HOST", "db", "database", "host=db port=3306 name=jol", NULL},
    {"DB_PORT", "3307", "database", "port=3307", NULL},
    {"DB_PORT", "", "database", "port=3306", NULL},
    {"DB_NAME", "n", "database", "name=n", NULL},
    {"DB_USER", "u", "database", "user=u", NULL},
    {"DB_PASSWORD", "p#q", "database", "password=p#q", NULL},
    {"REDIS_HOST", "r", "redis", "host=r port=6379", NULL},
    {"REDIS_PORT", "1", "redis", "port=1", NULL},
    {"REDIS_PASSWORD", "p", "redis", "password=p", NULL},
    {"REDIS_DB", "2", "redis", "database=2", NULL},
    {"REDIS_CONNECT_TIMEOUT", "123", "redis", "connect_timeout_ms=123", NULL},
    {"REDIS_COMMAND_TIMEOUT", "124", "redis", "command_timeout_ms=124", NULL},
    {"DB_PORT", "x", NULL, NULL, "in the environment: DB_PORT = x: must be a whole number from 1 to 65535"},
    {"REDIS_DB", "-1", NULL, NULL, "in the environment: REDIS_DB = -1: must be a whole number from 0 to 65535"},
    {"SQL_DSN", "u:p@tcp(h:1)/n?charset=utf8mb4&loc=Asia%2FShanghai", "database",
     "user=u password=p host=h port=1 name=n socket=", NULL},
    {"SQL_DSN", "u:p:/?@)(x@tcp(h)/n", "database", "user=u password=p:/?@)(x host=h port=3306 name=n", NULL},
    {"SQL_DSN", "u@tcp([::1]:5)/n", "database", "user=u host=::1 port=5", NULL},
    {"SQL_DSN", "u:p@unix(/run/my.sock)/n", "database", "socket=/run/my.sock host= name=n", NULL},
    {"SQL_DSN", "u:p@tcp/n", "database", "host=127.0.0.1", NULL},
    {"SQL_DSN", "u:p@/n", "database", "host=127.0.0.1 user=u", NULL},
    {"SQL_DSN", "tcp(h)/", "database", "host=h name=jol", NULL},
    {"SQL_DSN", "/", "database", "host=127.0.0.1", NULL},
    {"SQL_DSN", "mysql", NULL, NULL, "SQL_DSN in the environment: must be user:password@tcp(host:port)/database"},
    {"SQL_DSN", "u:s3cret@h:3306/n", NULL, NULL,
     "SQL_DSN in the environment: must be user:password@tcp(host:port)/database"},
    {"SQL_DSN", "u:s3cret@tcp(h:3306/n", NULL, NULL, "SQL_DSN in the environment: '(' without ')'"},
    {"SQL_DSN", "u:s3cret@tcp(h:33o6)/n", NULL, NULL,
     "SQL_DSN in the environment: port: must be a whole number from 1 to 65535"},
    {"SQL_DSN", "u:s3cret@tcp(:3306)/n", NULL, NULL, "SQL_DSN in the environment: no host"},
    {"SQL_DSN", "u:s3cret@tcp([::1:3306)/n", NULL, NULL, "SQL_DSN in the environment: '[' without ']'"},
    {"SQL_DSN", "u:s3cret@unix()/n", NULL, NULL,
     "SQL_DSN in the environment: must be user:password@tcp(host:port)/database"},
    {"REDIS_CONN_STRING", "redis://:p@h:1/2", "redis", "password=p host=h port=1 database=2", NULL},
    {"REDIS_CONN_STRING", "redis://h", "redis", "password= host=h port=6379 database=0", NULL},
    {"REDIS_CONN_STRING", "redis://default:a%23b%2f@h/", "redis", "password=a#b/ host=h", NULL},
    {"REDIS_CONN_STRING", "redis://:a@b/c#d@h:7?x=1", "redis", "password=a@b/c#d host=h port=7", NULL},
    {"REDIS_CONN_STRING", "redis://[::1]:7/1", "redis", "host=::1 port=7 database=1", NULL},
    {"REDIS_CONN_STRING", "rediss://:s3cret@h", NULL, NULL,
     "REDIS_CONN_STRING in the environment: must be redis://:password@host:port/database"},
    {"REDIS_CONN_STRING", "redis://s3cret@h", NULL, NULL,
     "REDIS_CONN_STRING in the environment: no ':' before the password"},
    {"REDIS_CONN_STRING", "redis://h:s3cret", NULL, NULL,
     "REDIS_CONN_STRING in the environment: port: must be a whole number from 1 to 65535"},
    {"REDIS_CONN_STRING", "redis://me:s3cret@h", NULL, NULL,
     "REDIS_CONN_STRING in the environment: a user's name: only the password's form is served"},
    {"REDIS_CONN_STRING", "redis://:s3%cret@h", NULL, NULL,
     "REDIS_CONN_STRING in the environment: password: a '%' without two hexadecimal digits"},
    {"REDIS_CONN_STRING", "redis://:s3%", NULL, NULL, "REDIS_CONN_STRING in the environment: no host"},
    {"REDIS_CONN_STRING", "redis://:s3%@h", NULL, NULL,
     "REDIS_CONN_STRING in the environment: password: a '%' without two hexadecimal digits"},
    {"REDIS_CONN_STRING", "redis://:s3%00@h", NULL, NULL, "REDIS_CONN_STRING in the environment: password: a NUL byte"},
    {"REDIS_CONN_STRING", "redis://h/x", NULL, NULL,
     "REDIS_CONN_STRING in the environment: database: must be a whole number from 0 to 65535"},
    {"REDIS_CONN_STRING", "redis://", NULL, NULL, "REDIS_CONN_STRING in the environment: no host"},
};

/* Each of `name=value ...`. */
static void check_values(const struct settings *settings, const char *section, const char *values, const char *what)
{
    char words[256];
    char got[PATH_MAX];
    char *rest = words;
    CU_ASSERT_EQUAL_FATAL(str_copy(words, sizeof words, values), 0);
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        char *value = strchr(word, '=');
        CU_ASSERT_PTR_NOT_NULL_FATAL(value);
        *value++ = '\0';
        const struct settings_row *row = settings_find(section, word);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        (void)settings_get(settings, row, got, sizeof got);
        (void)UNIT_CHECK(strcmp(got, value) == 0, "%s: %s is '%s'", what, word, got);
    }
}

static void test_environment(void)
{
    struct settings_home home;
    settings_home_init(&home);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        CU_ASSERT_EQUAL_FATAL(setenv(variables[i].variable, variables[i].text, 1), 0);
        int result = settings_home_read_file(&home, NULL);
        if (variables[i].message != NULL) {
            (void)UNIT_CHECK(result == -1 && strcmp(home.e.text, variables[i].message) == 0, "%s: %s",
                             variables[i].text, home.e.text);
        } else if (UNIT_CHECK(result == 0, "%s: %s", variables[i].text, home.e.text)) {
            check_values(&home.settings, variables[i].section, variables[i].values, variables[i].text);
        }
        CU_ASSERT_STRING_EQUAL(home.warnings, "");
        settings_home_clear_environment();
    }
    settings_home_fini(&home);
}

/* It wins over both forms, a single name over a whole address, and a host over a socket. */
static void test_environment_wins(void)
{
    struct settings_home home;
    settings_home_init(&home);
    CU_ASSERT_FATAL(setenv("SQL_DSN", "u:p@tcp(h:1)/n", 1) == 0 && setenv("DB_PASSWORD", "q r", 1) == 0);
    CU_ASSERT_EQUAL(settings_home_read(&home, "[database]\nsocket = s\nuser = x\npassword = y\nname = z\n"), 0);
    check_values(&home.settings, "database", "user=u host=h port=1 name=n socket=", "our form");
    CU_ASSERT_STRING_EQUAL(home.settings.database_password, "q r");
    CU_ASSERT_EQUAL(settings_home_read(&home, "OJ_HOST_NAME=x\nOJ_PASSWORD=y\nOJ_HTTP_JUDGE=1\n"), 0);
    check_values(&home.settings, "database", "user=u host=h port=1 name=n socket=", "HUSTOJ's form");
    CU_ASSERT_STRING_EQUAL(home.settings.database_password, "q r");
    CU_ASSERT_FATAL(setenv("DB_SLAVE_HOST", "x", 1) == 0 && setenv("REDIS_MASTER_NAME", "x", 1) == 0);
    CU_ASSERT_EQUAL(settings_home_read(&home, "[ui]\n"), 0);
    CU_ASSERT_STRING_EQUAL(home.warnings, "judge: warning: in the environment, without a meaning for this judge: "
                                          "DB_SLAVE_HOST REDIS_MASTER_NAME\n");
    settings_home_fini(&home);
}

/* ---- names of nodes */

static bool sane(const char *node)
{
    size_t length = strspn(node, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length < SETTINGS_NODE && node[length] == '\0' && node[0] != '-';
}

static void test_node_default(void)
{
    char names[40][SETTINGS_NODE];
    char home[64];
    char host[256] = "";
    char again[SETTINGS_NODE];
    CU_ASSERT_EQUAL_FATAL(gethostname(host, sizeof host - 1), 0);
    for (int i = 0; i < 40; i++) {
        CU_ASSERT_EQUAL_FATAL(str_format(home, sizeof home, "/no/such/home%d", i), 0);
        settings_node_default(home, names[i]);
        settings_node_default(home, again);
        CU_ASSERT_STRING_EQUAL(names[i], again);
        (void)UNIT_CHECK(sane(names[i]), "%s", names[i]);
        for (int k = 0; k < i; k++)
            (void)UNIT_CHECK(strcmp(names[i], names[k]) != 0, "%s is that of %d and of %d", names[i], i, k);
    }
    if (isalnum((unsigned char)host[0]))
        CU_ASSERT_EQUAL(names[0][0], tolower((unsigned char)host[0]));
    settings_node_default("/tmp", names[0]); /* one folder, whatever its path */
    settings_node_default("/tmp/../tmp/", again);
    CU_ASSERT_STRING_EQUAL(names[0], again);
}

static void test_node_of(void)
{
    static const struct {
        const char *text, *node; /* a node that ends in '*': a hash follows */
    } rows[] = {
        {"box1", "box1"},           {"seven-7", "seven-7"}, {"Box1", "box*"}, {"judge-server-1", "jud*"},
        {"judge-server-2", "jud*"}, {"-x", "x*"},           {"a_b", "ab*"},   {"10.0.0.1", "100*"},
        {"\xe5\xaf\x86", "*"},
    };
    char node[SETTINGS_NODE];
    char other[SETTINGS_NODE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        settings_node_of(rows[i].text, node);
        size_t start = strcspn(rows[i].node, "*");
        bool whole = rows[i].node[start] == '\0';
        (void)UNIT_CHECK(sane(node) && strncmp(node, rows[i].node, start) == 0 &&
                             strlen(node) == start + (whole ? 0 : 4),
                         "%s: %s", rows[i].text, node);
    }
    settings_node_of("judge-server-1", node);
    settings_node_of("judge-server-2", other);
    CU_ASSERT_STRING_NOT_EQUAL(node, other);
}

static const struct unit_test tests[] = {
    {"stock", test_stock},
    {"lines", test_lines},
    {"long_lines", test_long_lines},
    {"download", test_download},
    {"readable", test_readable},
    {"quiet", test_quiet},
    {"environment", test_environment},
    {"environment_wins", test_environment_wins},
    {"node_default", test_node_default},
    {"node_of", test_node_of},
};

UNIT_MAIN("settings_hustoj", tests)
