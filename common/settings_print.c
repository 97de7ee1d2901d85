/*
 * settings_print.c - the settings as a file of our form, on standard output: those in force, or a sample. Used by judgectl,
 * under any uid. It never prints a secret.
 */
#include "common/settings_parts.h"

#include <stdio.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

enum { LINE = 110 };

/* `key = value`, quoted where our form wants it. */
static void print_value(const char *name, const char *value)
{
    size_t length = strlen(value);
    bool blanks = length > 0 && (value[0] == ' ' || value[length - 1] == ' ');
    if (!blanks && strpbrk(value, "#;\"") == NULL) {
        printf(*value == '\0' ? "%s =\n" : "%s = %s\n", name, value);
        return;
    }
    printf("%s = \"", name);
    for (const char *at = value; *at != '\0'; at++)
        printf(*at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
    printf("\"\n");
}

/* Text as comment lines of a bearable length. */
static void print_help(const char *text)
{
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > LINE) {
            for (length = LINE; length > 1 && text[length] != ' ';)
                length--;
        }
        printf("# %.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void print_section(const struct settings_row *row)
{
    if (row == settings_rows || strcmp(row->section, row[-1].section) != 0)
        printf("%s[%s]\n", row == settings_rows ? "" : "\n", row->section);
}

void settings_print(const struct settings *settings)
{
    struct settings defaults = {.hustoj = false};
    (void)str_copy(defaults.home, sizeof defaults.home, settings->home); /* it is as large */
    settings_defaults(&defaults, false);
    printf("# In force below %s; a line that begins with # is a default.\n", settings->home);
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        char value[PATH_MAX];
        char fallback[PATH_MAX];
        print_section(row);
        if (row->kind == SETTINGS_FILE)
            continue;
        (void)settings_get(settings, row, value, sizeof value);
        (void)settings_get(&defaults, row, fallback, sizeof fallback);
        if (row->kind == SETTINGS_SECRET) {
            printf("#%s =%s\n", row->name, *value == '\0' ? "" : " (set)");
            continue;
        }
        if (strcmp(value, fallback) == 0)
            printf("#");
        print_value(row->name, value);
    }
}

void settings_sample(void)
{
    printf("# judge.conf - the judge's settings, in OJ_HOME/etc. Each line here is a default; take the # away to "
           "change it.\n"
           "# A value that holds # or ; stands in double quotes. judgectl config check tells what is wrong with the "
           "file.\n"
           "# chmod 640 where it holds a password. A file of HUSTOJ's (OJ_KEY=value) is read as well.\n\n");
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        print_section(row);
        print_help(row->help);
        printf("#");
        print_value(row->name, row->fallback);
    }
}
