/* expect everything: exit 0 */
/* args: stat / */
/*
 * Not an attack: does what the tests of cells ask for: read, write, add, stat, list a path; leave one thing of each kind.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static int copy_out(const char *path)
{
    char text[4096];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 10;
    ssize_t count = read(fd, text, sizeof text);
    need("read", count >= 0);
    return write(1, text, (size_t)count) == count ? 0 : 1;
}

static int put(const char *path, int flags)
{
    int fd = open(path, O_WRONLY | flags, 0644);
    if (fd < 0)
        return errno == EROFS ? 11 : 10;
    return write(fd, "more", 4) == 4 ? 0 : 1;
}

static int say_what(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return 10;
    printf("%s %o %ld\n", info.st_uid == getuid() && info.st_gid == getgid() ? "mine" : "other", info.st_mode & 07777,
           (long)info.st_size);
    return 0;
}

static int list(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return 10;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.')
            printf("%s ", entry->d_name);
    }
    return 0;
}

static int leave(void)
{
    need("plain", put("plain", O_CREAT) == 0);
    need("link", symlink("plain", "link") == 0 && symlink(".", "loop") == 0 && symlink("/etc/passwd", "outside") == 0);
    need("folder", mkdir("folder", 0755) == 0 && put("folder/inner", O_CREAT) == 0);
    need("fifo", mkfifo("fifo", 0666) == 0);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    need("socket", fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return 0;
}

int main(int argc, char **argv)
{
    begin();
    need("two arguments", argc == 3);
    if (strcmp(argv[1], "read") == 0)
        return copy_out(argv[2]);
    if (strcmp(argv[1], "write") == 0)
        return put(argv[2], O_CREAT | O_TRUNC);
    if (strcmp(argv[1], "add") == 0)
        return put(argv[2], O_APPEND);
    if (strcmp(argv[1], "stat") == 0)
        return say_what(argv[2]);
    if (strcmp(argv[1], "list") == 0)
        return list(argv[2]);
    return leave();
}
