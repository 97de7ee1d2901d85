/*
 * test_store_redis.c - self-contained jobs as JSON: what is read, what is refused in which words, what a result looks like.
 */
#include "store/store_redis.h"

#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define READ(job, text, e) store_job_read((job), (text), sizeof(text) - 1, (e))

static void test_whole(void)
{
    static const char text[] =
        "{\"job\": {\"id\": \"a-1\", \"language\": \"c++\", \"source_code\": \"int main(){}\", \"time_limit\": 1.5,"
        " \"memory_limit\": 64, \"network_allowed\": false, \"user_id\": 7, \"test_cases\": [{\"expected_output\": "
        "\"\"},"
        " {\"input\": \"a\\u0000b\", \"output\": \"2\"}]}, \"enqueue_time\": 1.0, \"priority\": 3}";
    struct store_job job;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(READ(&job, text, &e), 0);
    CU_ASSERT_STRING_EQUAL(job.id, "a-1");
    CU_ASSERT_STRING_EQUAL(job.language, "c++");
    CU_ASSERT_STRING_EQUAL(job.user, "7");
    CU_ASSERT(job.source_bytes == 12 && job.time_ms == 1500 && job.memory_mib == 64 && job.priority > 2.9);
    CU_ASSERT(job.test_count == 2 && job.problem_id == 0);
    CU_ASSERT(job.tests[0].input_bytes == 0 && job.tests[0].answer_bytes == 0);
    CU_ASSERT(job.tests[1].input_bytes == 3 && memcmp(job.tests[1].input, "a\0b", 3) == 0);
    char *inner = store_job_text(&job);
    store_job_fini(&job);
    CU_ASSERT_PTR_NOT_NULL_FATAL(inner);
    CU_ASSERT(str_starts(inner, "{\"id\"") || strstr(inner, "\"id\":\"a-1\"") != NULL);
    CU_ASSERT_EQUAL(store_job_read(&job, inner, strlen(inner), &e), 0); /* and once more, as a worker does */
    CU_ASSERT(job.test_count == 2 && job.tests[1].input_bytes == 3);
    store_job_fini(&job);
    free(inner);
}

static void test_least(void)
{
    static const char text[] =
        "{\"id\": 12, \"language\": 6, \"code\": \"x\", \"priority\": -1.5, \"problem_id\": \"1000\"}";
    struct store_job job;
    struct err e = {""};
    CU_ASSERT_EQUAL_FATAL(READ(&job, text, &e), 0);
    CU_ASSERT_STRING_EQUAL(job.id, "12");
    CU_ASSERT_STRING_EQUAL(job.language, "6");
    CU_ASSERT(job.time_ms == 0 && job.memory_mib == 0 && job.problem_id == 1000 && job.priority < 0);
    CU_ASSERT(job.test_count == 0 && job.input_bytes == 0);
    CU_ASSERT_STRING_EQUAL(job.input, "");
    store_job_fini(&job);
}

#define GOOD "\"id\": \"a\", \"language\": \"c\", \"source_code\": \"x\""

static void test_refused(void)
{
    static const struct {
        const char *text, *why, *id;
    } rows[] = {
        {"", "no JSON", ""},
        {"nonsense", "no JSON", ""},
        {"{\"job\": {" GOOD "}", "no JSON", ""},
        {"{" GOOD "} x", "no JSON", ""},
        {"{\"n\": 99999999999999999999999}", "no JSON", ""},
        {"[]", "no job", ""},
        {"\"text\"", "no JSON", ""},
        {"{}", "no \"id\"", ""},
        {"{\"job\": 3}", "no \"id\"", ""},
        {"{\"id\": null}", "no \"id\"", ""},
        {"{\"id\": \"\"}", "\"id\": a text", ""},
        {"{\"id\": \"a b\"}", "without blanks", ""},
        {"{\"id\": \"a\\u0000b\"}", "\"id\": a text", ""},
        {"{\"id\": \"\\u00e9\"}", "printable", ""},
        {"{\"id\": 1.5}", "\"id\": a text", ""},
        {"{\"id\": \"12345678901234567890123456789012345678901234567890123456789012\"}", "1 to 61", ""},
        {"{\"id\": \"a\"}", "\"language\"", "a"},
        {"{\"id\": \"a\", \"language\": []}", "\"language\"", "a"},
        {"{\"id\": \"a\", \"language\": \"123456789012345678901234567890123\"}", "\"language\"", "a"},
        {"{\"id\": \"a\", \"language\": \"c\"}", "\"source_code\"", "a"},
        {"{\"id\": \"a\", \"language\": \"c\", \"source_code\": 3}", "\"source_code\"", "a"},
        {"{\"id\": \"a\", \"language\": \"c\", \"source_code\": \"\"}", "0 bytes", "a"},
        {"{" GOOD ", \"priority\": \"high\"}", "\"priority\"", "a"},
        {"{" GOOD ", \"user_id\": {}}", "\"user_id\"", "a"},
        {"{" GOOD ", \"network_allowed\": true}", "no program reaches a network", "a"},
        {"{" GOOD ", \"network_allowed\": 1}", "\"network_allowed\"", "a"},
        {"{" GOOD ", \"time_limit\": 0}", "\"time_limit\"", "a"},
        {"{" GOOD ", \"time_limit\": -1}", "\"time_limit\"", "a"},
        {"{" GOOD ", \"time_limit\": 301}", "at most 300", "a"},
        {"{" GOOD ", \"time_limit\": \"1\"}", "\"time_limit\"", "a"},
        {"{" GOOD ", \"memory_limit\": 1e9}", "\"memory_limit\"", "a"},
        {"{" GOOD ", \"problem_id\": -5}", "\"problem_id\"", "a"},
        {"{" GOOD ", \"problem_id\": \"../1\"}", "\"problem_id\"", "a"},
        {"{" GOOD ", \"problem_id\": 1.5}", "\"problem_id\"", "a"},
        {"{" GOOD ", \"input\": 5}", "\"input\"", "a"},
        {"{" GOOD ", \"test_cases\": []}", "\"test_cases\"", "a"},
        {"{" GOOD ", \"test_cases\": {}}", "\"test_cases\"", "a"},
        {"{" GOOD ", \"test_cases\": [3]}", "[0]", "a"},
        {"{" GOOD ", \"test_cases\": [{\"output\": \"\"}, {\"input\": \"1\"}]}", "[1]", "a"},
        {"{" GOOD ", \"test_cases\": [{\"input\": 1, \"output\": \"\"}]}", "[0]", "a"},
        {"{" GOOD ", \"problem_id\": 3, \"test_cases\": [{\"output\": \"\"}]}", "not both", "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store_job job;
        struct err e = {""};
        CU_ASSERT_EQUAL(store_job_read(&job, rows[i].text, strlen(rows[i].text), &e), -1);
        UNIT_CHECK(strstr(e.text, rows[i].why) != NULL, "%s: %s", rows[i].text, e.text);
        CU_ASSERT_STRING_EQUAL(job.id, rows[i].id);
        store_job_fini(&job);
    }
}

static void test_large(void)
{
    struct store_job job;
    struct err e = {""};
    size_t size = STORE_JOB_SOURCE_BYTES + 200;
    char *text = malloc(size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'x', size);
    static const char head[] = "{\"id\": \"a\", \"language\": \"c\", \"source_code\": \"";
    memcpy(text, head, sizeof head - 1);
    size_t most = sizeof head - 1 + STORE_JOB_SOURCE_BYTES;
    memcpy(text + most, "\"}", 2);
    CU_ASSERT_EQUAL(store_job_read(&job, text, most + 2, &e), 0);
    store_job_fini(&job);
    memcpy(text + most, "x\"}", 3);
    CU_ASSERT_EQUAL(store_job_read(&job, text, most + 3, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "1048577 bytes"));
    store_job_fini(&job);
    CU_ASSERT_EQUAL(store_job_read(&job, text, STORE_JOB_BYTES + 1, &e), -1); /* not looked at */
    store_job_fini(&job);
    memset(text, '[', size);
    CU_ASSERT_EQUAL(store_job_read(&job, text, size, &e), -1);
    store_job_fini(&job);
    free(text);
}

static void test_results(void)
{
    static const struct store_job_case cases[] = {
        {.name = "1", .status = "Accepted", .note = "", .cpu_us = 1500, .mem_kib = 512},
        {.name = "2", .status = "Wrong Answer", .note = "a \"quote\"\n\xff", .cpu_us = 2000, .mem_kib = 1024}};
    const struct store_job_result result = {.id = "a",
                                            .status = "Wrong Answer",
                                            .output = "\xe4\xb8\xad \xff\x01",
                                            .error = NULL,
                                            .compile_output = "",
                                            .judger = "n:12345678",
                                            .cpu_us = 2000,
                                            .mem_kib = 1024,
                                            .score = 50000,
                                            .attempt = 2,
                                            .cases = cases,
                                            .case_count = 2};
    char *text = store_job_result(&result);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    static const char *const parts[] = {"\"status\":\"Wrong Answer\"",
                                        "\"time\":0.002",
                                        "\"memory\":1.0",
                                        "\"time_us\":2000",
                                        "\"score\":50.0",
                                        "\"attempt\":2",
                                        "\"output\":\"\xe4\xb8\xad ?",
                                        "\"error\":\"\"",
                                        "\"memory_kib\":512",
                                        "a \\\"quote\\\"\\n?",
                                        "\"job_id\":\"a\""};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        UNIT_CHECK(strstr(text, parts[i]) != NULL, "no %s in %s", parts[i], text);
    }
    free(text);
    text = store_job_failure("b", "no source");
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT(strstr(text, "\"status\":\"System Error\"") != NULL && strstr(text, "\"error\":\"no source\"") != NULL);
    free(text);
}

static const struct unit_test tests[] = {
    {"whole", test_whole}, {"least", test_least},     {"refused", test_refused},
    {"large", test_large}, {"results", test_results},
};
UNIT_MAIN("store_redis", tests)
