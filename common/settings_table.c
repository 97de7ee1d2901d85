/*
 * settings_table.c - settings.def as tables: of rows, and of keys for conf.c. Used by every program under any uid; constant.
 */
#include "common/settings_parts.h"

#include <string.h>

#include "common/banned.h"

#define SETTING(section, name, kind, field, fallback, low, high, scale, words, hustoj, hustoj_fallback, environment,   \
                help)                                                                                                  \
    {section,                                                                                                          \
     name,                                                                                                             \
     SETTINGS_##kind,                                                                                                  \
     offsetof(struct settings, field),                                                                                 \
     sizeof(((struct settings *)NULL)->field),                                                                         \
     fallback,                                                                                                         \
     low,                                                                                                              \
     high,                                                                                                             \
     scale,                                                                                                            \
     words,                                                                                                            \
     hustoj,                                                                                                           \
     hustoj_fallback,                                                                                                  \
     environment,                                                                                                      \
     help},
const struct settings_row settings_rows[] = {
#include "common/settings.def"
    {NULL, NULL, SETTINGS_TEXT_LINE, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL},
};
#undef SETTING

/* What conf.c can check by itself, with the line in hand. */
#define CONF_OF_TEXT_LINE CONF_TEXT
#define CONF_OF_SECRET CONF_TEXT
#define CONF_OF_FILE CONF_TEXT
#define CONF_OF_PLACE CONF_TEXT
#define CONF_OF_NODE_NAME CONF_TEXT
#define CONF_OF_INT CONF_INT
#define CONF_OF_AUTO CONF_TEXT
#define CONF_OF_DECIMAL CONF_DECIMAL
#define CONF_OF_BOOL CONF_BOOL
#define CONF_OF_CHOICE CONF_CHOICE
#define CONF_OF_LANGUAGES CONF_TEXT
#define CONF_OF_EXAM CONF_TEXT

#define SETTING(section, name, kind, field, fallback, low, high, scale, words, hustoj, hustoj_fallback, environment,   \
                help)                                                                                                  \
    {section, name, CONF_OF_##kind, low, high, words, help},
const struct conf_key settings_keys[] = {
#include "common/settings.def"
    {NULL, NULL, CONF_TEXT, 0, 0, NULL, NULL},
};
#undef SETTING

const struct settings_row *settings_find(const char *section, const char *name)
{
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        if (strcmp(row->section, section) == 0 && strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}
