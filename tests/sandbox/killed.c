/*
 * killed.c - kills the worker with -9 in the middle of each hostile program, and looks whether anything is left.
 *
 * Runs as root, as three processes: this one, which looks; a worker that it forks, which opens a sandbox and runs the
 * program; what the sandbox starts. The program's first byte on standard error says that it has begun. A second worker
 * then opens the same slot: the lock must be free again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/drive.h"
#include "tests/sandbox/lib/header.h"
#include "tests/sandbox/lib/program.h"
#include "tests/sandbox/lib/residue.h"

#include "common/banned.h"

enum { LEFT_WAIT_MS = 10000, BEGIN_WAIT_MS = 30000 };

struct killed {
    struct drive drive;
    struct residue residue;
    struct program_list list;
    int input_fd;
};

/* What the worker tells: the slot and whether the program was built, or what failed. */
struct word {
    int slot;
    int not_built;
    struct err e;
};

/* In the worker. Its words go to words_fd, what the program writes to standard error to begun_fd. */
static int work(struct killed *killed, const char *name, struct header *header, int words_fd, int begun_fd)
{
    struct word word = {.slot = -1};
    struct program_run run;
    struct sandbox_result result;
    int64_t number = header->range_count > 0 ? header->ranges[0].first : -1;
    const struct expect *expect = &header->expects[header->expect_count - 1];
    const struct policy *policy = drive_policy(&killed->drive, expect->policy, &word.e);
    struct sandbox *sandbox = policy == NULL ? NULL : drive_open(&killed->drive, -1, &word.e);
    if (sandbox != NULL) {
        word.slot = sandbox_slot(sandbox);
        int put = drive_put(&killed->drive, sandbox, 0, name, &word.e);
        word.not_built = put > 0;
        if (put != 0 || program_fill(&run, name, header, policy, number, killed->input_fd, &word.e) != 0)
            word.slot = put > 0 ? word.slot : -1;
    }
    if (file_write_all(words_fd, &word, sizeof word) != 0)
        return 3;
    if (word.slot < 0 || word.not_built)
        return 2;
    run.spec.fd[2] = begun_fd;
    return sandbox_run(sandbox, &run.spec, &result, 1, NULL, &word.e) == 0 ? 0 : 1;
}

/* Waits for a byte or the end of fd. 1: a byte; 0: the end; -1: neither came in time. */
static int wait_for_byte(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    char byte;
    if (poll(&polled, 1, BEGIN_WAIT_MS) <= 0)
        return -1;
    return (int)read(fd, &byte, 1);
}

/* The worker runs: waits until its program has begun, notes the groups, and kills it. */
static int kill_in_the_middle(struct killed *killed, pid_t worker, int words_fd, int begun_fd, struct word *word,
                              struct err *e)
{
    int result = 0;
    if (read(words_fd, word, sizeof *word) != (ssize_t)sizeof *word)
        result = err_set(e, "the worker said nothing");
    else if (word->slot < 0)
        result = err_set(e, "%s", word->e.text);
    if (result == 0 && !word->not_built) {
        int begun = wait_for_byte(begun_fd);
        if (begun < 0)
            result = err_set(e, "the program did not begin");
        /* Where the run is over already there is a cell all the same, unless memory took it. */
        struct err none;
        if (residue_note_sandbox(&killed->residue, word->slot, &none) != 0)
            killed->residue.group_count = 0;
    }
    if (kill(worker, SIGKILL) != 0 && result == 0)
        result = err_sys(e, errno, "kill the worker");
    int status;
    while (waitpid(worker, &status, 0) < 0 && errno == EINTR)
        continue;
    return result;
}

static int start_worker(struct killed *killed, const char *name, struct header *header, int words[2], int begun[2],
                        pid_t *worker, struct err *e)
{
    if (pipe2(words, O_CLOEXEC) != 0 || pipe2(begun, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    *worker = fork();
    if (*worker == 0) {
        (void)close(words[0]); /* the other process's ends */
        (void)close(begun[0]);
        _exit(work(killed, name, header, words[1], begun[1]));
    }
    if (*worker < 0)
        return err_sys(e, errno, "start a worker");
    file_close(&words[1]);
    file_close(&begun[1]);
    return 0;
}

/* 0, 1 where the program is not built, 2 where it is one of another architecture, -1 with e. */
static int run_program(struct killed *killed, const char *name, struct err *e)
{
    struct header header;
    struct word word = {.slot = -1};
    int words[2] = {-1, -1}, begun[2] = {-1, -1};
    pid_t worker = 0;
    if (program_header(&killed->drive, name, &header, e) != 0)
        return -1;
    if (!header_fits(&header))
        return 2;
    header.beside[0] = '\0';
    int result = start_worker(killed, name, &header, words, begun, &worker, e);
    if (result == 0)
        result = kill_in_the_middle(killed, worker, words[0], begun[0], &word, e);
    for (int i = 0; i < 2; i++) {
        file_close(&words[i]);
        file_close(&begun[i]);
    }
    struct err left;
    if (residue_wait(&killed->residue, LEFT_WAIT_MS, &left) != 0) {
        *e = left;
        return -1;
    }
    if (result != 0 || word.not_built)
        return result != 0 ? -1 : 1;
    return program_check_input(killed->input_fd, e);
}

/* The slot that the last worker had can be taken at once. */
static int open_again(struct killed *killed, struct err *e)
{
    int slot = (int)(killed->residue.first_uid - 40000) / SANDBOX_CELLS;
    pid_t pid = fork();
    if (pid < 0)
        return err_sys(e, errno, "fork");
    if (pid == 0) {
        struct err fault;
        struct sandbox *sandbox = drive_open(&killed->drive, slot, &fault);
        if (sandbox == NULL)
            fprintf(stderr, "killed: %s\n", fault.text);
        sandbox_close(sandbox);
        _exit(sandbox == NULL ? 1 : 0);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(e, "slot %d cannot be taken again", slot);
    return residue_wait(&killed->residue, LEFT_WAIT_MS, e);
}

static void run_all(struct killed *killed)
{
    struct err e;
    killed->input_fd = program_make_input(&e);
    if (killed->input_fd < 0 || program_list(&killed->drive, &killed->list, &e) != 0 ||
        residue_note(&killed->residue, &e) != 0) {
        drive_not_ok(&killed->drive, "start", "%s", e.text);
        return;
    }
    for (size_t i = 0; i < killed->list.count; i++) {
        const char *name = killed->list.names[i];
        int result = run_program(killed, name, &e);
        if (result == 2)
            drive_skip(&killed->drive, name, "a program of another architecture");
        else if (result > 0)
            drive_skip(&killed->drive, name, "not built in %s", killed->drive.programs);
        else
            drive_say(&killed->drive, name, result, &e);
    }
    drive_say(&killed->drive, "slot-is-free", open_again(killed, &e), &e);
}

int main(int argc, char **argv)
{
    static struct killed killed; /* too large for the stack */
    if (drive_init(&killed.drive, "killed", argc, argv) != 0)
        return 2;
    if (drive_ready(&killed.drive))
        run_all(&killed);
    return drive_fini(&killed.drive);
}
