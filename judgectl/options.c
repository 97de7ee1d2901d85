/*
 * options.c - see options.h.
 */
#include "judgectl/options.h"

#include <getopt.h>
#include <stdio.h>

#include "common/banned.h"

int options_read(const char *command, const char *usage, int argc, char **argv, bool *json, const char **home,
                 struct err *e)
{
    static const struct option table[] = {{"json", no_argument, NULL, 'j'},
                                          {"home", required_argument, NULL, 'H'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int word;
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        switch (word) {
        case 'j':
            *json = true;
            break;
        case 'H':
            *home = optarg;
            break;
        case 'h':
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        default:
            return err_set(e, "%s '%s': judgectl %s --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1], command);
        }
    }
    return 0;
}
