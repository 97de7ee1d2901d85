/*
 * board.c - see board.h. Used by all three threads of judge_node.
 */
#include "judge_node/board.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_node/contact.h"

#include "common/banned.h"

int board_init(struct board *board, struct err *e)
{
    memset(board, 0, sizeof *board);
    board->stop_fd = board->wake_fd = board->done_fd = board->events_fd = -1;
    int error = pthread_mutex_init(&board->lock, NULL);
    if (error != 0)
        return err_sys(e, error, "make a lock");
    int *const fds[] = {&board->stop_fd, &board->wake_fd, &board->done_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        *fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (*fds[i] < 0) {
            error = errno;
            board_fini(board);
            return err_sys(e, error, "make an eventfd");
        }
    }
    for (size_t i = 0; i < BOARD_THREADS; i++)
        atomic_store(&board->seen_us[i], contact_now_us());
    atomic_store(&board->contact_us, -1);
    atomic_store(&board->shared_us, -1);
    return 0;
}

void board_fini(struct board *board)
{
    file_close(&board->stop_fd);
    file_close(&board->wake_fd);
    file_close(&board->done_fd);
    (void)pthread_mutex_destroy(&board->lock); /* nobody holds it */
}

/* Makes an eventfd readable; it stays so when it is full. */
static void board_ring(int fd)
{
    uint64_t one = 1;
    ssize_t count = write(fd, &one, sizeof one);
    (void)count; /* EAGAIN: it is readable already */
}

void board_stop(struct board *board)
{
    atomic_store(&board->stop, true);
    board_ring(board->stop_fd);
}

void board_wake(struct board *board, bool soon)
{
    if (soon)
        atomic_store(&board->look, true);
    board_ring(board->wake_fd);
}

/* Adds a row to one of the lists, where it has room. */
static void board_add(struct board *board, struct board_row *rows, size_t *count, size_t most, const char *id,
                      const char *token)
{
    (void)pthread_mutex_lock(&board->lock); /* fails only for a lock that is none */
    if (*count < most && str_copy(rows[*count].id, sizeof rows->id, id) == 0 &&
        str_copy(rows[*count].token, sizeof rows->token, token) == 0)
        ++*count;
    (void)pthread_mutex_unlock(&board->lock);
    board_wake(board, false);
}

/* Moves up to max rows out of one. Returns how many. */
static size_t board_take(struct board *board, struct board_row *rows, size_t *count, struct board_row *into, size_t max)
{
    (void)pthread_mutex_lock(&board->lock);
    size_t n = *count < max ? *count : max;
    memcpy(into, rows, n * sizeof *into);
    *count -= n;
    memmove(rows, rows + n, *count * sizeof *rows);
    (void)pthread_mutex_unlock(&board->lock);
    return n;
}

void board_add_put_back(struct board *board, const char *id, const char *token)
{
    board_add(board, board->put_backs, &board->put_back_count, BOARD_PUT_BACKS, id, token);
}

size_t board_take_put_backs(struct board *board, struct board_row *put_backs, size_t max)
{
    return board_take(board, board->put_backs, &board->put_back_count, put_backs, max);
}

void board_add_run(struct board *board, const char *id, const char *token)
{
    board_add(board, board->runs, &board->run_count, POOL_SLOTS, id, token);
}

size_t board_take_runs(struct board *board, struct board_row *runs)
{
    return board_take(board, board->runs, &board->run_count, runs, POOL_SLOTS);
}

void board_set_live(struct board *board, const struct queue_lease *leases, size_t n)
{
    (void)pthread_mutex_lock(&board->lock);
    board->live_count = n < POOL_SLOTS ? n : POOL_SLOTS;
    for (size_t i = 0; i < board->live_count; i++)
        memcpy(board->live[i], leases[i].token, sizeof board->live[i]);
    (void)pthread_mutex_unlock(&board->lock);
}

bool board_is_live(struct board *board, const char *token)
{
    bool found = false;
    (void)pthread_mutex_lock(&board->lock);
    for (size_t i = 0; i < board->live_count && !found; i++)
        found = strcmp(board->live[i], token) == 0;
    (void)pthread_mutex_unlock(&board->lock);
    return found;
}
