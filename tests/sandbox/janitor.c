/*
 * janitor.c - the process that clears up after a killed worker is killed itself: the worker then does its work at the end.
 *
 * Runs as root.
 */
#include <signal.h>
#include <string.h>

#include "judge_client/sandbox/sandbox_parts.h"
#include "tests/sandbox/lib/cellrun.h"
#include "tests/sandbox/lib/residue.h"

#include "common/banned.h"

enum { LEFT_WAIT_MS = 5000 };

/* Kills the janitor before or after a program runs: it is reaped with the program's processes, or at the end. */
static int check(struct cells *cells, bool before, struct err *e)
{
    struct residue residue;
    if (residue_note(&residue, e) != 0)
        return -1;
    cells->sandbox = drive_open(&cells->drive, -1, e);
    if (cells->sandbox == NULL)
        return -1;
    pid_t janitor = cells->sandbox->slot.janitor;
    int result = before && kill(janitor, SIGKILL) != 0 ? err_set(e, "kill the janitor") : 0;
    if (result == 0)
        result = cellrun_expect(cells, NULL, "c", "exit-codes", "3", NULL, 3, e);
    if (result == 0)
        result = residue_note_sandbox(&residue, sandbox_slot(cells->sandbox), e);
    if (result == 0 && !before && kill(janitor, SIGKILL) != 0)
        result = err_set(e, "kill the janitor");
    sandbox_close(cells->sandbox);
    cells->sandbox = NULL;
    return result == 0 ? residue_wait(&residue, LEFT_WAIT_MS, e) : result;
}

int main(int argc, char **argv)
{
    static struct cells cells; /* too large for the stack */
    struct err e;
    if (drive_init(&cells.drive, "janitor", argc, argv) != 0)
        return 2;
    if (!drive_ready(&cells.drive))
        return drive_fini(&cells.drive);
    cells.sink = drive_memory("sink");
    drive_say(&cells.drive, "killed-before-a-run", check(&cells, true, &e), &e);
    drive_say(&cells.drive, "killed-after-a-run", check(&cells, false, &e), &e);
    return drive_fini(&cells.drive);
}
