/*
 * store_site.h - a site to test the store on: a database of its own on a private server, or a folder with judge.db, and SQL
 * past the store to set it up and to look at what the store did.
 */
#ifndef JUDGE_TEST_STORE_SITE_H
#define JUDGE_TEST_STORE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/settings.h"
#include "tests/sandbox/lib/mariadb_server.h"

enum store_site_kind {
    SITE_INNODB, /* data/schema.sql */
    SITE_MYISAM, /* tests/sql/hustoj.sql */
    SITE_EMPTY,  /* a database without tables */
    SITE_SQLITE
};

struct store_site {
    enum store_site_kind kind;
    struct settings
        settings; /* to open a store with: the user "judge", who has the rights that docs/database.md lists */
    struct mariadb_server *server;
    void *admin; /* a connection of root's, or a handle of SQLite */
    char name[32];
};

/* True and *site, or false and why: kinds on MariaDB use `server`. */
bool store_site_open(struct store_site *site, enum store_site_kind kind, struct mariadb_server *server, char *why,
                     size_t why_size);
void store_site_close(struct store_site *site);

/* Runs SQL: the first column of the first row as a number; -1 where there is none or it is NULL. A statement that fails is
 * printed, and gives INT64_MIN. */
int64_t store_site_number(struct store_site *site, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same as a text ("" where there is none). */
const char *store_site_text(struct store_site *site, char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with root's connection opened again, after the server was started again. */
bool store_site_again(struct store_site *site);

/* A row as a site's web writes it, with its source: its number. */
struct store_site_row {
    int64_t problem, contest;
    const char *user;
    const char *source; /* NULL: "int main;" */
    const char *input;  /* NULL: none */
    int language, result;
};
int64_t store_site_add(struct store_site *site, const struct store_site_row *row);

#endif
