/*
 * main.c - judge_unpack: the outputs that a student submitted as a zip, each into a file of its own.
 *
 * Started by judge_client inside the sandbox, as the cell's uid, and never outside of it. Standard input is the zip; the file
 * `wanted` has a line an output, `LIMIT INDEX NAME`; what is found becomes the file INDEX in the current folder. The exit code
 * is an enum unpack_result; the name of what is at fault goes to standard output. It never opens a name of the zip's.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_unpack/unpack.h"

#include "common/banned.h"

enum { MOST_BYTES = 64 << 20, MOST_WANTED = 200000 };

struct files {
    int fd; /* of the file that is written */
};

static int write_piece(void *context, int64_t index, bool first, const void *bytes, size_t size)
{
    struct files *files = context;
    char name[24];
    if (first) {
        file_close(&files->fd);
        (void)str_format(name, sizeof name, "%lld", (long long)index); /* it fits */
        files->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    }
    return files->fd < 0 ? -1 : file_write_all(files->fd, bytes, size);
}

/* All of the descriptor, terminated; NULL where there is no memory, or too much of it. */
static char *read_all(int fd, size_t *size)
{
    size_t room = 1 << 16;
    char *bytes = malloc(room);
    *size = 0;
    if (bytes == NULL)
        return NULL;
    for (;;) {
        ssize_t count = read(fd, bytes + *size, room - *size - 1);
        if (count == 0) {
            bytes[*size] = '\0';
            return bytes;
        }
        *size += count > 0 ? (size_t)count : 0;
        char *more = bytes;
        if (count > 0 && room - *size < 2) {
            room *= 2;
            more = room > MOST_BYTES ? NULL : realloc(bytes, room);
        }
        if (count < 0 || more == NULL) {
            free(bytes);
            return NULL;
        }
        bytes = more;
    }
}

/* The lines of `wanted`; names stay in text. -1 for what judge_client does not write. */
static int read_wanted(struct unpack *unpack, char *text)
{
    char *rest = NULL;
    unpack->files = calloc(MOST_WANTED, sizeof *unpack->files);
    unpack->taken = calloc(MOST_WANTED, sizeof *unpack->taken);
    if (unpack->files == NULL || unpack->taken == NULL)
        return -1;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct unpack_file file = {.name = NULL};
        char *second = strchr(line, ' ');
        char *third = second == NULL ? NULL : strchr(second + 1, ' ');
        if (third == NULL || unpack->count == MOST_WANTED)
            return -1;
        *second++ = *third++ = '\0';
        file.name = third;
        if (str_to_int64(line, 0, INT64_MAX - 1, &file.limit) != 0 ||
            str_to_int64(second, 0, MOST_WANTED - 1, &file.index) != 0)
            return -1;
        unpack->files[unpack->count++] = file;
    }
    unpack_sort(unpack);
    return 0;
}

int main(void)
{
    struct files files = {-1};
    struct unpack unpack = {.write = write_piece, .context = &files};
    size_t zip_size = 0, wanted_size = 0;
    int result = UNPACK_FAILED;
    int wanted_fd = open("wanted", O_RDONLY | O_CLOEXEC);
    (void)setlocale(LC_ALL, "C.UTF-8"); /* without it names are bytes, which does as well */
    char *wanted = wanted_fd < 0 ? NULL : read_all(wanted_fd, &wanted_size);
    char *zip = read_all(STDIN_FILENO, &zip_size);
    if (wanted != NULL && zip != NULL && read_wanted(&unpack, wanted) == 0)
        result = (int)unpack_zip(&unpack, zip, zip_size);
    if (unpack.name[0] != '\0')
        (void)printf("%s", unpack.name); /* the exit code tells what matters */
    file_close(&files.fd);
    file_close(&wanted_fd);
    free(unpack.files);
    free(unpack.taken);
    free(wanted);
    free(zip);
    return fflush(stdout) == 0 ? result : UNPACK_FAILED;
}
