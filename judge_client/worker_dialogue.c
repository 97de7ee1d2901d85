/*
 * worker_dialogue.c - the dialogue of a submission to an interactive problem that failed, where its problem.ini has it kept: in
 * OJ_HOME/run/dialogue/PROBLEM.txt, for root, the last one only. Runs in a worker, as root; no page shows it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"
#include "judge_client/worker_parts.h"

#include "common/banned.h"

void worker_keep_dialogue(const struct worker *worker, int64_t problem, int64_t submission,
                          const struct judgement *judgement)
{
    char folder[PATH_MAX], path[PATH_MAX], fresh[PATH_MAX], head[PROBLEM_NAME_SIZE + 128];
    if (judgement->failed_dialogue == NULL || judgement->failed >= judgement->case_count)
        return;
    const struct case_judgement *one = &judgement->cases[judgement->failed];
    (void)str_format(head, sizeof head, "submission %lld, case %s: %s\n", (long long)submission, one->test->name,
                     verdict_code(one->verdict)); /* it fits */
    bool fits =
        str_format(folder, sizeof folder, "%s/run/dialogue", worker->settings.home) == 0 &&
        str_format(path, sizeof path, "%s/run/dialogue/%lld.txt", worker->settings.home, (long long)problem) == 0 &&
        str_format(fresh, sizeof fresh, "%s/run/dialogue/.%d", worker->settings.home, worker->slot) == 0;
    int fd = -1;
    if (fits && (mkdir(folder, 0700) == 0 || errno == EEXIST))
        fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || file_write_all(fd, head, strlen(head)) != 0 ||
        file_write_all(fd, judgement->failed_dialogue, strlen(judgement->failed_dialogue)) != 0 ||
        rename(fresh, path) != 0)
        log_warn("keep the dialogue of submission=%lld in %s/run/dialogue", (long long)submission,
                 worker->settings.home);
    file_close(&fd);
}
