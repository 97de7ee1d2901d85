/*
 * local_languages.c - see local_languages.h. Runs in judge_client's local form; any uid that may read the files.
 */
#include "judge_client/local_languages.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/str.h"
#include "judge_client/language.h"
#include "judge_client/places.h"

#include "common/banned.h"

static const char usage[] = "usage: judgectl languages [--home OJ_HOME]\n"
                            "       judgectl languages --number --name NAME | --file FILE   (only its number)\n"
                            "       --installed: one that is not installed here is an error\n"
                            "\n"
                            "Exit: 0, or 2 where the files of the languages are wrong or none is meant.\n";

struct wanted {
    const char *home, *name, *file;
    bool number, installed;
};

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct wanted *wanted, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {
        {"home", required_argument, NULL, 'H'},
        {"name", required_argument, NULL, 'n'},
        {"file", required_argument, NULL, 'f'},
        {"number", no_argument, NULL, 'i'},
        {"installed", no_argument, NULL, 'I'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int word;
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        switch (word) {
        case 'H':
            wanted->home = optarg;
            break;
        case 'n':
            wanted->name = optarg;
            break;
        case 'f':
            wanted->file = optarg;
            break;
        case 'i':
            wanted->number = true;
            break;
        case 'I':
            wanted->installed = true;
            break;
        case 'h':
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        default:
            return err_set(e, "%s '%s': judgectl languages --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1]);
        }
    }
    if (optind != argc)
        return err_set(e, "'%s': no argument is taken", argv[optind]);
    if (wanted->number != ((wanted->name != NULL) != (wanted->file != NULL)))
        return err_set(e, "--number needs one of --name and --file");
    return 0;
}

static int print_number(const struct languages *languages, const struct wanted *wanted, struct err *e)
{
    int64_t id;
    const struct language *language = NULL;
    if (wanted->file != NULL)
        language = languages_by_file(languages, wanted->file);
    else if (str_to_int64(wanted->name, 0, INT32_MAX, &id) == 0)
        language = languages_by_id(languages, (int)id);
    else
        language = languages_by_name(languages, wanted->name);
    if (language == NULL && wanted->file != NULL)
        return err_set(e, "%s: no language has files of this kind: say it with -l LANG", wanted->file);
    if (language == NULL) {
        const char *nearest = languages_nearest(languages, wanted->name);
        return err_set(e, "unknown language '%s'%s%s%s: judgectl languages lists them", wanted->name,
                       nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                       nearest == NULL ? "" : "?)");
    }
    if (wanted->installed && !language->installed)
        return err_set(e, "%s is not installed here: apt-get install %s", language->name, language->package);
    printf("%d\n", language->id);
    return 0;
}

static void print_table(const struct languages *languages)
{
    const struct language *language;
    printf("%3s  %-11s %-9s %s\n", "id", "name", "suffix", "installed");
    for (size_t i = 0; (language = languages_at(languages, i)) != NULL; i++) {
        printf("%3d  %-11s %-9s ", language->id, language->name,
               language->suffixes[0] == NULL ? "" : language->suffixes[0]);
        if (language->installed)
            printf("yes\n");
        else
            printf("no: apt-get install %s\n", language->package);
    }
}

int local_languages(int argc, char **argv)
{
    struct err e = {""};
    struct wanted wanted = {0};
    struct places places;
    struct languages *languages = NULL;
    int code = parse(&wanted, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0) {
        places_find(&places, wanted.home);
        languages = languages_open(places.languages, &e);
        code = languages == NULL ? -1 : 0;
    }
    if (code == 0 && wanted.number)
        code = print_number(languages, &wanted, &e);
    else if (code == 0)
        print_table(languages);
    if (code != 0)
        (void)fprintf(stderr, "judgectl languages: %s\n", e.text); /* nowhere else to say it */
    languages_close(languages);
    return code == 0 ? 0 : 2;
}
