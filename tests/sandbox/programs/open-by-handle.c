/* expect: RE syscall=open_by_handle_at|name_to_handle_at */
/* expect everything: exit 0 */
/*
 * Files by their handle: inode 2 is the root of the whole disk, wherever the process's own root is.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    union {
        struct file_handle handle;
        char room[sizeof(struct file_handle) + 128];
    } file;
    static const char *const roots[] = {"/usr", "/", "/bin/true", "/box", "/program"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        int mount_id, root = open(roots[i], O_RDONLY);
        memset(&file, 0, sizeof file);
        file.handle.handle_bytes = 128;
        if (root < 0 || name_to_handle_at(AT_FDCWD, roots[i], &file.handle, &mount_id, 0) != 0)
            continue;
        attack_errno("its own handle", open_by_handle_at(root, &file.handle, O_RDONLY), EPERM, EPERM);
        file.handle.handle_bytes = 8;
        file.handle.handle_type = 1;
        static const unsigned inode_2[2] = {2, 0};
        memcpy(file.handle.f_handle, inode_2, sizeof inode_2);
        attack_errno("inode 2", open_by_handle_at(root, &file.handle, O_RDONLY), EPERM, EPERM);
    }
    memset(&file, 0, sizeof file);
    file.handle.handle_bytes = 8;
    file.handle.handle_type = 1;
    attack("without a root", open_by_handle_at(AT_FDCWD, &file.handle, O_RDONLY));
    return outcome();
}
