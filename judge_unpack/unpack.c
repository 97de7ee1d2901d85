/*
 * unpack.c - see unpack.h. Runs in judge_unpack, inside the sandbox; the only file that knows zlib. It trusts no name, no size, no
 * offset and no count of a zip, and makes no file itself.
 *
 * A zip is read by the directory at its end. Stored and deflated files are what every program writes; others are told.
 */
#include "judge_unpack/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include "common/str.h"

#include "common/banned.h"

enum {
    END_BYTES = 22, /* of the record at the end, of a row of the directory, of the head of a file */
    ROW_BYTES = 46,
    HEAD_BYTES = 30,
    MOST_COMMENT = 65535,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1,   /* bit of a row's flags */
    UNIX = 3,        /* who made it: the mode is there */
    LARGE_EXTRA = 1, /* the extra field with sizes over 4 GiB */
    PIECE = 64 << 10,
};

struct bytes {
    const unsigned char *at;
    size_t size;
};

struct row {
    struct bytes name;
    uint64_t packed, size, offset;
    uint32_t crc;
    unsigned method, flags, mode;
};

/* The number of `count` bytes, the least first; within what the caller has seen to be there. */
static uint64_t number(const unsigned char *at, size_t count)
{
    uint64_t value = 0;
    for (size_t i = count; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

static bool is_at(const struct bytes *zip, uint64_t at, uint64_t room, uint32_t mark)
{
    return at <= zip->size && room <= zip->size - at && number(zip->at + at, 4) == mark;
}

/* ---- names */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct unpack_file *)a)->name, ((const struct unpack_file *)b)->name);
}

void unpack_sort(struct unpack *unpack)
{
    if (unpack->count > 0)
        qsort(unpack->files, unpack->count, sizeof *unpack->files, by_name);
}

/* Does it lead out, by a root, a drive or ".."? Either slash parts folders. */
static bool leads_out(const char *path)
{
    if (path[0] == '/' || path[0] == '\\' || (path[0] != '\0' && path[1] == ':'))
        return true;
    for (const char *at = path; *at != '\0';) {
        size_t length = strcspn(at, "/\\");
        if (length == 2 && at[0] == '.' && at[1] == '.')
            return true;
        at += length + (at[length] != '\0');
    }
    return false;
}

/* Its last part; NULL where a file manager put it there, or it is a folder. */
static const char *plain_name(const char *path)
{
    const char *name = NULL;
    for (const char *at = path; *at != '\0';) {
        size_t length = strcspn(at, "/\\");
        if ((length > 1 && at[0] == '.') || (length == 8 && memcmp(at, "__MACOSX", 8) == 0))
            return NULL;
        name = at[length] == '\0' ? at : NULL;
        at += length + (at[length] != '\0');
    }
    return name;
}

/* ---- a file */

struct taking {
    struct unpack *unpack;
    const struct unpack_file *file;
    uint64_t used;
    uint32_t crc;
    bool begun;
};

/* More of the file; no more than its limit and a byte is kept. */
static bool keep(struct taking *taking, const void *bytes, size_t size)
{
    uint64_t room = (uint64_t)taking->file->limit + 1 - taking->used;
    size_t count = size < room ? size : (size_t)room;
    if (count > 0 || !taking->begun) {
        if (taking->unpack->write(taking->unpack->context, taking->file->index, !taking->begun, bytes, count) != 0)
            return false;
        taking->begun = true;
    }
    taking->used += count;
    taking->crc = (uint32_t)crc32(taking->crc, bytes, (uInt)count);
    return true;
}

static bool is_cut(const struct taking *taking)
{
    return taking->used > (uint64_t)taking->file->limit;
}

static enum unpack_result inflate_file(struct taking *taking, const unsigned char *packed, size_t size)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)size};
    unsigned char *piece = malloc(PIECE);
    int code = piece == NULL ? Z_MEM_ERROR : inflateInit2(&stream, -MAX_WBITS);
    if (code != Z_OK) {
        free(piece);
        return UNPACK_FAILED;
    }
    enum unpack_result result = UNPACK_DONE;
    while (result == UNPACK_DONE && code != Z_STREAM_END && !is_cut(taking)) {
        stream.next_out = piece;
        stream.avail_out = PIECE;
        code = inflate(&stream, Z_NO_FLUSH);
        size_t count = PIECE - stream.avail_out;
        if ((code != Z_OK && code != Z_STREAM_END) || (count == 0 && code == Z_OK))
            result = code == Z_MEM_ERROR ? UNPACK_FAILED : UNPACK_DAMAGED;
        else if (!keep(taking, piece, count))
            result = UNPACK_FAILED;
    }
    (void)inflateEnd(&stream); /* it has nothing to say any more */
    free(piece);
    return result;
}

static enum unpack_result take(struct unpack *unpack, const struct bytes *zip, const struct row *row,
                               const struct unpack_file *file)
{
    struct taking taking = {.unpack = unpack, .file = file, .crc = (uint32_t)crc32(0, NULL, 0)};
    if (!is_at(zip, row->offset, HEAD_BYTES, 0x04034b50))
        return UNPACK_DAMAGED;
    const unsigned char *head = zip->at + row->offset;
    uint64_t at = row->offset + HEAD_BYTES + number(head + 26, 2) + number(head + 28, 2);
    if (at > zip->size || row->packed > zip->size - at || (row->method == STORED && row->packed != row->size))
        return UNPACK_DAMAGED;
    enum unpack_result result = UNPACK_DONE;
    if (row->method == DEFLATED)
        result = inflate_file(&taking, zip->at + at, (size_t)row->packed);
    else if (!keep(&taking, zip->at + at, (size_t)row->packed))
        result = UNPACK_FAILED;
    if (result != UNPACK_DONE || is_cut(&taking))
        return result; /* it is too large, however large it is */
    return taking.used == row->size && taking.crc == row->crc ? UNPACK_DONE : UNPACK_DAMAGED;
}

/* ---- the directory */

/* Sizes that did not fit into 32 bits stand in an extra field, in this order, each only where it is needed. */
static bool read_large(struct row *row, struct bytes extra)
{
    uint64_t *const values[] = {&row->size, &row->packed, &row->offset};
    size_t needed = 0;
    for (size_t i = 0; i < 3; i++)
        needed += *values[i] == UINT32_MAX;
    while (needed > 0 && extra.size >= 4) {
        size_t size = (size_t)number(extra.at + 2, 2);
        if (size > extra.size - 4)
            return false;
        if (number(extra.at, 2) == LARGE_EXTRA) {
            const unsigned char *at = extra.at + 4;
            for (size_t i = 0; i < 3; i++) {
                if (*values[i] != UINT32_MAX)
                    continue;
                if (size < 8)
                    return false;
                *values[i] = number(at, 8);
                at += 8;
                size -= 8;
            }
            return true;
        }
        extra.at += 4 + size;
        extra.size -= 4 + size;
    }
    return needed == 0;
}

/* Reads the row at *at, and goes behind it. */
static bool read_row(const struct bytes *zip, uint64_t *at, struct row *row)
{
    if (!is_at(zip, *at, ROW_BYTES, 0x02014b50))
        return false;
    const unsigned char *from = zip->at + *at;
    size_t name = (size_t)number(from + 28, 2), extra = (size_t)number(from + 30, 2);
    size_t whole = ROW_BYTES + name + extra + (size_t)number(from + 32, 2);
    if (whole > zip->size - *at)
        return false;
    bool is_unix = from[5] == UNIX;
    *row = (struct row){.name = {from + ROW_BYTES, name},
                        .packed = number(from + 20, 4),
                        .size = number(from + 24, 4),
                        .offset = number(from + 42, 4),
                        .crc = (uint32_t)number(from + 16, 4),
                        .method = (unsigned)number(from + 10, 2),
                        .flags = (unsigned)number(from + 8, 2),
                        .mode = is_unix ? (unsigned)number(from + 40, 2) : 0};
    *at += whole;
    return read_large(row, (struct bytes){from + ROW_BYTES + name, extra});
}

static enum unpack_result look_at(struct unpack *unpack, const struct bytes *zip, const struct row *row)
{
    char path[UNPACK_NAME];
    if (row->name.size >= sizeof path || memchr(row->name.at, '\0', row->name.size) != NULL)
        return UNPACK_DONE; /* none of those that are wanted */
    memcpy(path, row->name.at, row->name.size);
    path[row->name.size] = '\0';
    (void)str_copy(unpack->name, sizeof unpack->name, path); /* of the same size */
    if (leads_out(path))
        return UNPACK_OUTSIDE;
    unsigned kind = row->mode & S_IFMT;
    if (kind != 0 && kind != S_IFREG && kind != S_IFDIR)
        return UNPACK_LINK;
    const struct unpack_file wanted = {.name = plain_name(path)};
    const struct unpack_file *file =
        wanted.name == NULL || kind == S_IFDIR || unpack->count == 0
            ? NULL
            : bsearch(&wanted, unpack->files, unpack->count, sizeof *unpack->files, by_name);
    if (file == NULL)
        return UNPACK_DONE;
    if ((row->flags & ENCRYPTED) != 0)
        return UNPACK_ENCRYPTED;
    if (row->method != STORED && row->method != DEFLATED)
        return UNPACK_METHOD;
    if (unpack->taken[file->index])
        return UNPACK_TWICE;
    unpack->taken[file->index] = true;
    return take(unpack, zip, row, file);
}

/* The record at the end, which a comment may follow; false where there is none. */
static bool find_end(const struct bytes *zip, size_t *end)
{
    for (size_t back = END_BYTES; back <= zip->size && back <= END_BYTES + MOST_COMMENT; back++) {
        *end = zip->size - back;
        if (is_at(zip, *end, END_BYTES, 0x06054b50) && number(zip->at + *end + 20, 2) == back - END_BYTES)
            return true;
    }
    return false;
}

enum unpack_result unpack_zip(struct unpack *unpack, const void *bytes, size_t size)
{
    const struct bytes zip = {bytes, size};
    size_t end;
    unpack->name[0] = '\0';
    if (!find_end(&zip, &end))
        return UNPACK_DAMAGED;
    uint64_t entries = number(zip.at + end + 10, 2);
    uint64_t at = number(zip.at + end + 16, 4);
    enum unpack_result result = UNPACK_DONE;
    if (entries > UNPACK_ENTRIES)
        return UNPACK_MANY;
    for (uint64_t i = 0; i < entries && result == UNPACK_DONE; i++) {
        struct row row;
        unpack->name[0] = '\0';
        result = read_row(&zip, &at, &row) ? look_at(unpack, &zip, &row) : UNPACK_DAMAGED;
    }
    return result;
}
