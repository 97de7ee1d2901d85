/*
 * test_redis_scripts.c - the scripts in the program are those of the tree: a file of queue/scripts that was changed is taken in
 * when redis_scripts.c is compiled again.
 *
 * Runs in the tree's top folder, as tests/run starts it.
 */
#include "queue/redis_scripts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_same_as_files(void)
{
    enum { SIZE = 65536 };
    static char common[SIZE], own[SIZE];
    struct err e = {""};
    if (access("queue/scripts/common.lua", R_OK) != 0) {
        unit_skip("not started in the tree's top folder");
        return;
    }
    ssize_t shared = file_read(AT_FDCWD, "queue/scripts/common.lua", common, sizeof common, &e);
    CU_ASSERT_TRUE_FATAL(shared > 0);
    for (int i = 0; i < REDIS_SCRIPT_COUNT; i++) {
        char path[128];
        size_t size = 0;
        const char *name = redis_script_name((enum redis_script)i);
        (void)str_format(path, sizeof path, "queue/scripts/%s.lua", name); /* it fits */
        ssize_t length = file_read(AT_FDCWD, path, own, sizeof own, &e);
        char *text = redis_script_text((enum redis_script)i, &size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        UNIT_CHECK(length > 0 && size == (size_t)(shared + length) && memcmp(text, common, (size_t)shared) == 0 &&
                       memcmp(text + shared, own, (size_t)length) == 0,
                   "%s is another one: touch queue/redis_scripts.c and make", path);
        free(text);
    }
}

static const struct unit_test tests[] = {{"same_as_files", test_same_as_files}};

UNIT_MAIN("redis_scripts", tests)
