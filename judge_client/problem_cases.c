/*
 * problem_cases.c - which cases a problem's folder holds, in which order and with which scores. Runs in judge_client as
 * root; reads names and sizes, never a file's content.
 */
#include "judge_client/problem_parts.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { MOST_CASES = 100000, MOST_HEADERS = 1000, MOST_SCORE = 1000000, DEFAULT_SCORE = 10, ANSWER_SUFFIX = 4 };

/* ---- names */

/* The length of name without suffix, or 0 where it does not end so. */
static size_t stem_length(const char *name, const char *suffix)
{
    return str_ends(name, suffix) ? strlen(name) - strlen(suffix) : 0;
}

/* The score in a case's name: "a[30]". 0, or -1 with e. */
static int read_score(struct problem_case *one, struct err *e)
{
    one->score = DEFAULT_SCORE;
    const char *open = strchr(one->name, '[');
    if (open == NULL)
        return 0;
    const char *end = strchr(open, ']');
    char digits[PROBLEM_NAME_SIZE];
    if (end == NULL || str_format(digits, sizeof digits, "%.*s", (int)(end - open - 1), open + 1) != 0 ||
        str_to_int64(digits, 0, MOST_SCORE, &one->score) != 0)
        return err_set(e, "the score in brackets must be a whole number from 0 to %d", MOST_SCORE);
    one->has_score = true;
    return 0;
}

static int check_file_name(const char *name, size_t most, struct err *e)
{
    if (strlen(name) > most)
        return err_set(e, "the name is longer than %zu characters", most);
    return problem_check_name(name, e);
}

/* ---- order */

/* Compares two texts; runs of digits count as numbers, so that 2 comes before 10. */
static int compare_natural(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const char *a_end = a + a_length;
    const char *b_end = b + b_length;
    while (a < a_end && b < b_end) {
        if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b)) {
            if (*a != *b)
                return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
            continue;
        }
        while (a < a_end && *a == '0')
            a++;
        while (b < b_end && *b == '0')
            b++;
        size_t a_digits = 0;
        size_t b_digits = 0;
        while (a + a_digits < a_end && isdigit((unsigned char)a[a_digits]))
            a_digits++;
        while (b + b_digits < b_end && isdigit((unsigned char)b[b_digits]))
            b_digits++;
        int order = a_digits == b_digits ? memcmp(a, b, a_digits) : a_digits < b_digits ? -1 : 1;
        if (order != 0)
            return order;
        a += a_digits;
        b += b_digits;
    }
    return (a < a_end) - (b < b_end);
}

/* By the names without their scores first: a case keeps its place when its score changes. */
static int order_natural(const void *a, const void *b)
{
    const char *one = ((const struct problem_case *)a)->name;
    const char *two = ((const struct problem_case *)b)->name;
    int order = compare_natural(one, strcspn(one, "["), two, strcspn(two, "["));
    if (order == 0)
        order = compare_natural(one, strlen(one), two, strlen(two));
    return order != 0 ? order : strcmp(one, two);
}

/* HUSTOJ's order: by the files' names, with their ".in". */
static int order_alphabetical(const void *a, const void *b)
{
    return strcmp(((const struct problem_case *)a)->input, ((const struct problem_case *)b)->input);
}

static int order_headers(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* ---- the folder */

struct room {
    size_t cases, headers;
};

/* Makes room in *rows, of size bytes each, for one more than count. */
static int grow(void **rows, size_t *room, size_t count, size_t size, struct err *e)
{
    if (count < *room)
        return 0;
    size_t more = *room == 0 ? 32 : *room * 2;
    void *larger = realloc(*rows, more * size);
    if (larger == NULL)
        return err_sys(e, ENOMEM, "list the cases");
    *rows = larger;
    *room = more;
    return 0;
}

static int add_case(struct problem *problem, struct room *room, const char *name, size_t stem, struct err *e)
{
    if (check_file_name(name, PROBLEM_NAME_SIZE - 1 - (ANSWER_SUFFIX - strlen(".in")), e) != 0)
        return err_add(e, "%s/%s", problem->folder, name);
    if (problem->case_count == MOST_CASES)
        return err_set(e, "%s: more than %d cases", problem->folder, MOST_CASES);
    void *rows = problem->cases;
    int result = grow(&rows, &room->cases, problem->case_count, sizeof *problem->cases, e);
    problem->cases = rows;
    if (result != 0)
        return -1;
    struct problem_case *one = &problem->cases[problem->case_count++];
    memset(one, 0, sizeof *one);
    (void)str_copy(one->input, sizeof one->input, name); /* it was checked to fit */
    memcpy(one->name, name, stem);
    if (read_score(one, e) != 0)
        return err_add(e, "%s/%s", problem->folder, name);
    return 0;
}

static int add_header(struct problem *problem, struct room *room, const char *name, struct err *e)
{
    if (check_file_name(name, PROBLEM_NAME_SIZE - 1, e) != 0)
        return err_add(e, "%s/%s", problem->folder, name);
    if (problem->header_count == MOST_HEADERS)
        return err_set(e, "%s: more than %d files *.h and *.dic", problem->folder, MOST_HEADERS);
    void *rows = problem->headers;
    int result = grow(&rows, &room->headers, problem->header_count, sizeof *problem->headers, e);
    problem->headers = rows;
    if (result != 0)
        return -1;
    (void)str_copy(problem->headers[problem->header_count++], PROBLEM_NAME_SIZE, name); /* it was checked to fit */
    return 0;
}

static int add_name(struct problem *problem, struct room *room, struct problem_folder *folder, const char *name,
                    struct err *e)
{
    size_t stem = stem_length(name, ".in");
    if (name[0] == '.') /* "." and "..", and what file managers leave ("._1.in") */
        return 0;
    if (stem > 0)
        return add_case(problem, room, name, stem, e);
    if (stem_length(name, ".h") > 0 || stem_length(name, ".dic") > 0)
        return add_header(problem, room, name, e);
    folder->input_name = folder->input_name || strcmp(name, "input.name") == 0;
    folder->output_name = folder->output_name || strcmp(name, "output.name") == 0;
    return 0;
}

static int list_folder(struct problem *problem, struct problem_folder *folder, struct err *e)
{
    int fd = openat(problem->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "open %s", problem->folder);
    }
    struct room room = {0, 0};
    int result = 0;
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && result == 0; entry = readdir(dir)) {
        result = add_name(problem, &room, folder, entry->d_name, e);
        errno = 0; /* after the last entry it tells whether readdir failed */
    }
    if (result == 0 && errno != 0)
        result = err_sys(e, errno, "read %s", problem->folder);
    (void)closedir(dir); /* it was only read */
    return result;
}

/* ---- the files of a case */

/* Sets one->answer to the case's name with suffix. True where there is such a file, of whatever kind. */
static bool try_answer(const struct problem *problem, struct problem_case *one, const char *suffix)
{
    struct stat info;
    return str_format(one->answer, sizeof one->answer, "%s%s", one->name, suffix) == 0 &&
           (fstatat(problem->folder_fd, one->answer, &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT);
}

static int check_case(const struct problem *problem, struct problem_case *one, struct err *e)
{
    if (problem_file_size(problem, one->input, &one->input_bytes, e) != 0)
        return -1;
    bool answered = try_answer(problem, one, ".out") || try_answer(problem, one, ".ans");
    if (problem->making) {
        if (!answered)
            (void)try_answer(problem, one, ".out"); /* it leaves the name */
        return 0;
    }
    if (!answered && problem->interactor.kind != CHECKER_NONE) {
        one->answer[0] = '\0'; /* only the interactor would read it */
        return 0;
    }
    if (!answered)
        return err_set(e, "%s/%s has no %s.out (nor %s.ans)", problem->folder, one->input, one->name, one->name);
    return problem_file_size(problem, one->answer, &one->answer_bytes, e);
}

int problem_find_cases(struct problem *problem, bool alphabetical, struct problem_folder *folder, struct err *e)
{
    if (list_folder(problem, folder, e) != 0)
        return -1;
    if (problem->case_count == 0)
        return err_set(e, "%s: no test data (no *.in)", problem->folder);
    qsort(problem->cases, problem->case_count, sizeof *problem->cases,
          alphabetical ? order_alphabetical : order_natural);
    for (size_t i = 0; i < problem->case_count; i++) {
        if (check_case(problem, &problem->cases[i], e) != 0)
            return -1;
    }
    if (problem->header_count > 0)
        qsort(problem->headers, problem->header_count, sizeof *problem->headers, order_headers);
    for (size_t i = 0; i < problem->header_count; i++) {
        int64_t bytes;
        if (problem_file_size(problem, problem->headers[i], &bytes, e) != 0)
            return -1;
    }
    return 0;
}
