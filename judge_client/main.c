/*
 * main.c - judge_client: judges. Root.
 *
 * `judge_client --slot N ...` is a worker of judged. The local forms serve judgectl: `judge_client run ...`, `judge ...` and
 * `doctor ...` need no server. `judge_client SUBMISSION RUNNER ...` is the form that scripts around HUSTOJ know.
 */
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "judge_client/doctor.h"
#include "judge_client/local_judge.h"
#include "judge_client/local_languages.h"
#include "judge_client/local_policy.h"
#include "judge_client/local_problem.h"
#include "judge_client/local_record.h"
#include "judge_client/local_run.h"
#include "judge_client/worker.h"
#include "judge_client/worker_hand.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*form)(int argc, char **argv);
    } forms[] = {{"doctor", doctor_main},  {"judge", local_judge},     {"languages", local_languages},
                 {"policy", local_policy}, {"problem", local_problem}, {"record", local_record},
                 {"run", local_run}};
    struct err e;
    log_init("judge_client", 0);
    if (file_open_standard(&e) != 0)
        fatal("%s", e.text);
    for (size_t i = 0; argc > 1 && i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].form(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "--slot") == 0)
        return worker_main(argc, argv);
    if (argc > 1 && argv[1][strspn(argv[1], "0123456789")] == '\0')
        return worker_hand(argc, argv, local_record);
    fatal("judgectl starts it: judgectl run ..., judgectl doctor");
}
