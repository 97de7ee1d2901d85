/*
 * settings_environment.c - the environment's names for the database and Redis, which win over a file. Used by every program
 * under any uid. A wrong value names its variable; what a password could stand in is never shown.
 */
#include "common/settings_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

/* Names of the same documents that nothing here asks for. */
static const char *const idle_names[] = {"DB_SLAVE_HOST", "DB_SLAVE_PORT", "REDIS_MAX_RETRIES", "REDIS_RETRY_DELAY",
                                         "REDIS_MASTER_NAME"};

struct part {
    const char *name; /* of the row in its section */
    const char *text;
};

static int set_parts(struct settings *settings, const char *section, const struct part *parts, size_t count,
                     struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        const struct settings_row *row = settings_find(section, parts[i].name);
        if (parts[i].text != NULL && settings_set(settings, row, row->name, parts[i].text, e) != 0)
            return -1;
    }
    return 0;
}

/* Undoes %XX in place. 0, or -1. */
static int decode(char *text, struct err *e)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            *to++ = *text;
            continue;
        }
        const char *high = text[1] == '\0' ? NULL : strchr(digits, text[1]);
        const char *low = high == NULL || text[2] == '\0' ? NULL : strchr(digits, text[2]);
        if (low == NULL)
            return err_set(e, "a '%%' without two hexadecimal digits");
        int value = (int)(((high - digits) & 15) * 16 + ((low - digits) & 15));
        if (value == 0)
            return err_set(e, "a NUL byte");
        *to++ = (char)value;
        text += 2;
    }
    *to = '\0';
    return 0;
}

/* Cuts `host`, `host:port`, `[v6]` or `[v6]:port` apart in place; *port is NULL where there is none. 0, or -1. */
static int cut_address(char *text, char **host, char **port, struct err *e)
{
    char *after = text;
    *port = NULL;
    *host = text;
    if (*text == '[') {
        *host = text + 1;
        after = strchr(text, ']');
        if (after == NULL)
            return err_set(e, "'[' without ']'");
        *after++ = '\0';
        if (*after != '\0' && *after != ':')
            return err_set(e, "text behind ']'");
    } else {
        after += strcspn(text, ":");
    }
    if (*after == ':') {
        *after = '\0';
        *port = after + 1;
    }
    if (**host == '\0')
        return err_set(e, "no host");
    return 0;
}

int settings_dsn(struct settings *settings, char *text, struct err *e)
{
    char *slash = strrchr(text, '/'); /* as Go's driver: a password may hold one, a name may not */
    char *query = strchr(text, '?');
    if (query != NULL && (slash == NULL || slash > query)) { /* an option's value may hold one too */
        for (slash = query; slash > text && *slash != '/';)
            slash--;
    }
    if (slash == NULL || *slash != '/')
        return err_set(e, "must be user:password@tcp(host:port)/database");
    *slash = '\0';
    char *name = slash + 1;
    name[strcspn(name, "?")] = '\0';
    char *user = NULL;
    char *password = NULL;
    char *address = strrchr(text, '@');
    if (address == NULL) {
        address = text;
    } else {
        *address++ = '\0';
        user = text;
        password = strchr(user, ':');
        if (password != NULL)
            *password++ = '\0';
    }
    struct part parts[] = {{"user", user}, {"password", password}, {"host", NULL},
                           {"port", NULL}, {"socket", NULL},       {"name", *name == '\0' ? NULL : name}};
    char *host;
    char *port;
    size_t length = strlen(address);
    bool tcp = str_starts(address, "tcp(");
    if (tcp || str_starts(address, "unix(")) {
        if (address[length - 1] != ')')
            return err_set(e, "'(' without ')'");
        address[length - 1] = '\0';
        address = strchr(address, '(') + 1;
        if (!tcp)
            parts[4].text = address;
        else if (cut_address(address, &host, &port, e) != 0)
            return -1;
        if (tcp) {
            parts[2].text = host;
            parts[3].text = port;
        }
    } else if (*address != '\0' && strcmp(address, "tcp") != 0) {
        return err_set(e, "must be user:password@tcp(host:port)/database");
    } else {
        parts[2].text = "127.0.0.1";
    }
    return set_parts(settings, "database", parts, sizeof parts / sizeof *parts, e);
}

int settings_redis_url(struct settings *settings, char *text, struct err *e)
{
    static const char scheme[] = "redis://";
    if (!str_starts(text, scheme))
        return err_set(e, "must be redis://:password@host:port/database");
    text += sizeof scheme - 1;
    text[strcspn(text, "?#")] = '\0';
    char *password = NULL;
    char *address = strrchr(text, '@');
    if (address == NULL) {
        address = text;
    } else {
        *address++ = '\0';
        password = strchr(text, ':');
        if (password == NULL)
            return err_set(e, "no ':' before the password");
        *password++ = '\0';
        if (*text != '\0' && strcmp(text, "default") != 0)
            return err_set(e, "a user's name: only the password's form is served");
        if (decode(password, e) != 0)
            return err_add(e, "password");
    }
    char *database = strchr(address, '/');
    if (database != NULL) {
        *database++ = '\0';
        if (*database == '\0')
            database = NULL;
    }
    char *host;
    char *port;
    if (cut_address(address, &host, &port, e) != 0)
        return -1;
    const struct part parts[] = {{"host", host}, {"port", port}, {"password", password}, {"database", database}};
    return set_parts(settings, "redis", parts, sizeof parts / sizeof *parts, e);
}

/* A whole address in one variable. */
static int apply_address(struct settings *settings, const char *variable,
                         int (*apply)(struct settings *, char *, struct err *), struct err *e)
{
    const char *value = getenv(variable);
    if (value == NULL || *value == '\0')
        return 0;
    char *copy = strdup(value);
    if (copy == NULL)
        return err_set(e, "%s: no memory", variable);
    int result = apply(settings, copy, e);
    explicit_bzero(copy, strlen(value));
    free(copy);
    return result == 0 ? 0 : err_add(e, "%s in the environment", variable);
}

int settings_environment(struct settings *settings, struct err *e)
{
    if (apply_address(settings, "SQL_DSN", settings_dsn, e) != 0 ||
        apply_address(settings, "REDIS_CONN_STRING", settings_redis_url, e) != 0)
        return -1;
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        const char *value = row->environment == NULL ? NULL : getenv(row->environment);
        if (value != NULL && *value != '\0' && settings_set(settings, row, row->environment, value, e) != 0)
            return err_add(e, "in the environment");
    }
    char idle[128] = "";
    for (size_t i = 0; i < sizeof idle_names / sizeof *idle_names; i++) {
        const char *value = getenv(idle_names[i]);
        size_t used = strlen(idle);
        if (value != NULL && *value != '\0')
            (void)str_format(idle + used, sizeof idle - used, " %s", idle_names[i]); /* all of them fit */
    }
    if (idle[0] != '\0')
        log_warnx("in the environment, without a meaning for this judge:%s", idle);
    return 0;
}
