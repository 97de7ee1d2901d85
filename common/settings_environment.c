/*
 * settings_environment.c - the environment's names for the database and Redis, which win over a file. Used by every program
 * under any uid. A wrong value names its variable; what a password could stand in is never shown.
 */
#include "common/settings_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

/* Names of the same documents that nothing here asks for. */
static const char *const idle_names[] = {"DB_SLAVE_HOST", "DB_SLAVE_PORT", "REDIS_MAX_RETRIES", "REDIS_RETRY_DELAY",
                                         "REDIS_MASTER_NAME"};

struct part {
    const char *name; /* of the row in its section */
    const char *text;
};

/* A host takes the place of a socket that a file names, and a socket that of a host. */
static int set_one(struct settings *settings, const struct settings_row *row, const char *called, const char *text,
                   struct err *e)
{
    const char *other = strcmp(row->name, "host") == 0 ? "socket" : strcmp(row->name, "socket") == 0 ? "host" : NULL;
    if (other != NULL && settings_set(settings, settings_find(row->section, other), other, "", e) != 0)
        return -1;
    return settings_set(settings, row, called, text, e);
}

static int set_parts(struct settings *settings, const char *section, const struct part *parts, size_t count,
                     struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        const struct settings_row *row = settings_find(section, parts[i].name);
        if (parts[i].text == NULL)
            continue;
        if (row->kind != SETTINGS_INT && set_one(settings, row, row->name, parts[i].text, e) != 0)
            return -1;
        /* Where an '@' was forgotten, this is the password. */
        if (row->kind == SETTINGS_INT && set_one(settings, row, row->name, parts[i].text, NULL) != 0)
            return err_set(e, "%s: must be a whole number from %" PRId64 " to %" PRId64, row->name, row->low,
                           row->high);
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
static int cut_address(char *text, const char **host, const char **port, struct err *e)
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

/* `tcp(host:port)`, `tcp`, `unix(path)` or nothing, in place. */
static int cut_transport(char *text, const char **host, const char **port, const char **path, struct err *e)
{
    char *open = strchr(text, '(');
    size_t length = strlen(text);
    *host = *path = *port = NULL;
    if (open != NULL) {
        if (text[length - 1] != ')')
            return err_set(e, "'(' without ')'");
        text[length - 1] = '\0';
        *open++ = '\0';
    }
    if (strcmp(text, "unix") == 0 && open != NULL && *open != '\0') {
        *path = open;
        return 0;
    }
    if (*text != '\0' && strcmp(text, "tcp") != 0)
        return err_set(e, "must be user:password@tcp(host:port)/database");
    *host = "127.0.0.1";
    return open == NULL || *open == '\0' ? 0 : cut_address(open, host, port, e);
}

int settings_dsn(struct settings *settings, char *text, struct err *e)
{
    char *slash = strrchr(text, '/'); /* the last one, as Go's driver has it: a password may hold one */
    if (slash == NULL)
        return err_set(e, "must be user:password@tcp(host:port)/database");
    *slash = '\0';
    char *name = slash + 1;
    name[strcspn(name, "?")] = '\0';
    char *user = NULL;
    char *password = NULL;
    char *transport = strrchr(text, '@');
    if (transport == NULL) {
        transport = text;
    } else {
        *transport++ = '\0';
        user = text;
        password = strchr(user, ':');
        if (password != NULL)
            *password++ = '\0';
    }
    const char *host;
    const char *port;
    const char *path;
    if (cut_transport(transport, &host, &port, &path, e) != 0)
        return -1;
    const struct part parts[] = {{"user", user}, {"password", password}, {"host", host},
                                 {"port", port}, {"socket", path},       {"name", *name == '\0' ? NULL : name}};
    return set_parts(settings, "database", parts, sizeof parts / sizeof *parts, e);
}

int settings_redis_url(struct settings *settings, char *text, struct err *e)
{
    static const char scheme[] = "redis://";
    if (!str_starts(text, scheme))
        return err_set(e, "must be redis://:password@host:port/database");
    text += sizeof scheme - 1;
    char *password = NULL;
    char *address = strrchr(text, '@'); /* a password may hold what should be written as %23 */
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
    address[strcspn(address, "?#")] = '\0';
    char *database = strchr(address, '/');
    if (database != NULL) {
        *database++ = '\0';
        if (*database == '\0')
            database = NULL;
    }
    const char *host;
    const char *port;
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
        if (value != NULL && *value != '\0' && set_one(settings, row, row->environment, value, e) != 0)
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
        settings_warn(settings, "in the environment, without a meaning for this judge:%s", idle);
    return 0;
}
