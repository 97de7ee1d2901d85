/*
 * fuzz_conf.c - files of settings under libFuzzer: any bytes are refused with one line, or give values that keep their
 * table's promises; and a text of words splits into words that join to it again.
 */
#include "common/conf.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct conf_key keys[] = {
    {"", "name", CONF_TEXT, 0, 0, NULL, "text"},
    {"a", "int", CONF_INT, -5, 500, NULL, "number"},
    {"a", "decimal", CONF_DECIMAL, -1, 100, NULL, "number"},
    {"a", "text", CONF_TEXT, 0, 0, NULL, "text"},
    {"b.*", "words", CONF_WORDS, 0, 0, NULL, "words"},
    {"b.*", "bool", CONF_BOOL, 0, 0, NULL, "bool"},
    {"b.*", "choice", CONF_CHOICE, 0, 0, "one two three", "choice"},
    {NULL, NULL, CONF_TEXT, 0, 0, NULL, NULL},
};

/* A value holds no line end, and what a comment or a quote would make of it was settled before. */
static void check_text(const char *text)
{
    assert(text == NULL || strpbrk(text, "\r\n") == NULL);
}

/* Quotes each word and splits again: the same words come back. */
static void check_words(const char *text)
{
    struct err e = {""};
    char **words = conf_words(text, &e);
    if (words == NULL) {
        assert(e.text[0] != '\0');
        return;
    }
    char *again = malloc(5 * strlen(text) + 8);
    assert(again != NULL);
    char *to = again;
    for (size_t i = 0; words[i] != NULL; i++) {
        *to++ = ' ';
        *to++ = '"';
        for (const char *at = words[i]; *at != '\0'; at++) {
            if (*at == '"' || *at == '\\')
                *to++ = '\\';
            *to++ = *at;
        }
        *to++ = '"';
    }
    *to = '\0';
    char **other = conf_words(again, &e);
    assert(other != NULL);
    size_t i = 0;
    for (; words[i] != NULL && other[i] != NULL; i++)
        assert(strcmp(words[i], other[i]) == 0);
    assert(words[i] == NULL && other[i] == NULL);
    free(other);
    free(again);
    free(words);
}

static void check_section(const struct conf *conf, const char *section)
{
    assert(conf_line(conf, section, NULL) > 0);
    if (strcmp(section, "a") == 0) {
        int64_t number = conf_int(conf, section, "int", 0);
        double decimal = conf_decimal(conf, section, "decimal", 0);
        assert(number >= -5 && number <= 500);
        assert(decimal >= -1 && decimal <= 100);
        check_text(conf_text(conf, section, "text", NULL));
        return;
    }
    assert(str_starts(section, "b.") && section[2] != '\0');
    const char *words = conf_text(conf, section, "words", "");
    check_text(words);
    struct err e = {""};
    char **list = conf_words(words, &e);
    assert(list != NULL); /* conf_open has made sure */
    free(list);
    (void)conf_bool(conf, section, "bool", false); /* either is fine */
    int choice = conf_choice(conf, section, "choice", 0);
    assert(choice >= 0 && choice <= 2);
}

static void check_conf(int fd)
{
    struct err e = {""};
    struct conf *conf = conf_open_fd(fd, "f", keys, &e);
    if (conf == NULL) {
        assert(str_starts(e.text, "f:"));
        for (const char *at = e.text; *at != '\0'; at++)
            assert((unsigned char)*at >= ' ');
        return;
    }
    assert(e.text[0] == '\0');
    check_text(conf_text(conf, "", "name", NULL));
    const char *section;
    for (size_t i = 0; (section = conf_section(conf, i)) != NULL; i++)
        check_section(conf, section);
    conf_close(conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("conf", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    if (file_write_all(fd, data, size) == 0)
        check_conf(fd);
    file_close(&fd);
    char *text = malloc(size + 1); /* exactly as large as it must be, so that the sanitizer sees a step too far */
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check_words(text);
    free(text);
    return 0;
}
