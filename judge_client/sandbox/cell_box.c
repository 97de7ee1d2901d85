/*
 * cell_box.c - the writable folders of a cell, /box and /tmp, before and after a run.
 *
 * Runs in judge_cell as root. Both are small file systems in memory; what a program leaves there is removed by mounting
 * fresh ones, which takes the same time for one file and for a million, and follows no link. Where nothing was made the
 * old ones stay. Must never open by name what a program made.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "judge_client/sandbox/cell_inner.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

/* The change times say later whether a name was made; setting them also hides that an earlier run was there. */
static int box_note(const char *folder, struct timespec *time)
{
    struct stat info;
    if (utimensat(AT_FDCWD, folder, NULL, 0) != 0 || stat(folder, &info) != 0)
        return -1;
    *time = info.st_ctim;
    return 0;
}

int cell_box_begin(struct cell_state *cell)
{
    if (box_note(SANDBOX_RUN_FOLDER, &cell->box_time) != 0 || box_note(CELL_TMP_FOLDER, &cell->tmp_time) != 0)
        return cell_fail(cell, CELL_STEP_MOUNT_BOX, NULL);
    return 0;
}

/* *clean: nothing but the folder itself is there, and no name was made in it since it was noted. Returns the bytes in it. */
static int64_t box_look(const char *folder, const struct timespec *time, bool *clean)
{
    struct statfs info;
    struct stat now;
    *clean = false;
    if (statfs(folder, &info) != 0)
        return 0;
    *clean = info.f_blocks == info.f_bfree && info.f_files - info.f_ffree == 1 && stat(folder, &now) == 0 &&
             now.st_ctim.tv_sec == time->tv_sec && now.st_ctim.tv_nsec == time->tv_nsec;
    return (int64_t)(info.f_blocks - info.f_bfree) * info.f_bsize;
}

int64_t cell_box_end(struct cell_state *cell)
{
    int64_t bytes = box_look(SANDBOX_RUN_FOLDER, &cell->box_time, &cell->box_clean);
    return bytes + box_look(CELL_TMP_FOLDER, &cell->tmp_time, &cell->tmp_clean);
}

/* Detached: judge_client may still hold the old folder. */
static int reset_folder(struct cell_state *cell, const char *folder)
{
    if (umount2(folder, MNT_DETACH) != 0)
        return cell_fail(cell, CELL_STEP_RESET, folder);
    return cell_mount_writable(cell, folder);
}

/* *cpu_us is what it took: freeing half a GiB is work, and where the cell is in the program's group not the program's. */
int cell_box_reset(struct cell_state *cell, bool *new_box, int64_t *cpu_us)
{
    *new_box = !cell->box_clean;
    *cpu_us = 0;
    if (cell->box_clean && cell->tmp_clean)
        return 0;
    int64_t start_us = cell_cpu_us(RUSAGE_SELF);
    if ((!cell->box_clean && reset_folder(cell, SANDBOX_RUN_FOLDER) != 0) ||
        (!cell->tmp_clean && reset_folder(cell, CELL_TMP_FOLDER) != 0))
        return -1;
    *cpu_us = cell_cpu_us(RUSAGE_SELF) - start_us;
    return 0;
}
