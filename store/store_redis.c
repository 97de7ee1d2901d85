/*
 * store_redis.c - see store_redis.h. The only file that knows jansson. Used by judge_client and judge_node on texts from
 * whoever can write to Redis: every value is checked for its type and range.
 */
#include "store/store_redis.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/str.h"
#include "store/store_backend.h"

#include "common/banned.h"

enum { MOST_TIME_S = 300, MOST_MEMORY_MIB = 65536 };

/* The first of the names that is there and not null. */
static const json_t *member(const json_t *object, const char *const *names)
{
    for (; *names != NULL; names++) {
        const json_t *value = json_object_get(object, *names);
        if (value != NULL && !json_is_null(value))
            return value;
    }
    return NULL;
}

#define MEMBER(object, ...) member(object, (const char *const[]){__VA_ARGS__, NULL})

/* ---- reading */

static int read_id(struct store_job *job, const json_t *object, struct err *e)
{
    const json_t *value = MEMBER(object, "id", "job_id");
    char text[STORE_JOB_ID_SIZE];
    if (value == NULL)
        return err_set(e, "the job has no \"id\"");
    if (json_is_integer(value))
        (void)str_format(text, sizeof text, "%lld", (long long)json_integer_value(value)); /* it fits */
    else if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value) ||
             str_copy(text, sizeof text, json_string_value(value)) != 0 || text[0] == '\0')
        return err_set(e, "\"id\": a text of 1 to %d characters, or a number", STORE_JOB_ID_SIZE - 1);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~')
            return err_set(e, "\"id\": printable ASCII without blanks");
    }
    (void)str_copy(job->id, sizeof job->id, text); /* of one size */
    return 0;
}

/* A short text, or a number as text. 0, or -1. */
static int read_word(const json_t *value, char *text, size_t size)
{
    if (json_is_integer(value))
        return str_format(text, size, "%lld", (long long)json_integer_value(value));
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        return -1;
    return str_copy(text, size, json_string_value(value));
}

/* A number above 0 and at most `most`, times scale. 0 where it is not there; -1 with e. */
static int read_limit(const json_t *object, const char *name, int64_t most, int64_t scale, int64_t *limit,
                      struct err *e)
{
    const json_t *value = MEMBER(object, name);
    double number = json_number_value(value);
    if (value == NULL)
        return 0;
    if (!json_is_number(value) || !(number > 0) || number > (double)most)
        return err_set(e, "\"%s\": a number above 0, at most %lld", name, (long long)most);
    *limit = (int64_t)(number * (double)scale + 0.5);
    *limit += *limit == 0; /* 0 is "not said" */
    return 0;
}

static int read_limits(struct store_job *job, const json_t *object, struct err *e)
{
    const json_t *network = MEMBER(object, "network_allowed");
    if (network != NULL && !json_is_false(network))
        return err_set(e, json_is_true(network) ? "\"network_allowed\": true: no program reaches a network here"
                                                : "\"network_allowed\": false, or nothing");
    return read_limit(object, "time_limit", MOST_TIME_S, 1000, &job->time_ms, e) != 0 ||
                   read_limit(object, "memory_limit", MOST_MEMORY_MIB, 1, &job->memory_mib, e) != 0
               ? -1
               : 0;
}

static int read_source(struct store_job *job, const json_t *object, struct err *e)
{
    const json_t *language = MEMBER(object, "language");
    const json_t *source = MEMBER(object, "source_code", "source", "code");
    const json_t *user = MEMBER(object, "user_id", "user");
    if (language == NULL || read_word(language, job->language, sizeof job->language) != 0 || job->language[0] == '\0')
        return err_set(e, "\"language\": a name or a number of judgectl languages");
    if (!json_is_string(source))
        return err_set(e, "\"source_code\": the source as a text");
    job->source = json_string_value(source);
    job->source_bytes = json_string_length(source);
    if (job->source_bytes == 0 || job->source_bytes > STORE_JOB_SOURCE_BYTES)
        return err_set(e, "\"source_code\": %zu bytes; 1 to %d are judged", job->source_bytes, STORE_JOB_SOURCE_BYTES);
    if (user != NULL && read_word(user, job->user, sizeof job->user) != 0)
        return err_set(e, "\"user_id\": a text of at most 63 characters, or a number");
    return 0;
}

static int read_test(struct store_job_test *test, const json_t *object, size_t i, struct err *e)
{
    const json_t *input = MEMBER(object, "input");
    const json_t *answer = MEMBER(object, "expected_output", "output", "answer");
    if (!json_is_object(object) || (input != NULL && !json_is_string(input)) || !json_is_string(answer))
        return err_set(e, "\"test_cases\"[%zu]: {\"input\": text, \"expected_output\": text}", i);
    test->input = input == NULL ? "" : json_string_value(input);
    test->input_bytes = input == NULL ? 0 : json_string_length(input);
    test->answer = json_string_value(answer);
    test->answer_bytes = json_string_length(answer);
    return 0;
}

/* The cases of a folder, cases of its own, or one input. */
static int read_cases(struct store_job *job, const json_t *object, struct err *e)
{
    const json_t *problem = MEMBER(object, "problem_id");
    const json_t *tests = MEMBER(object, "test_cases", "testcases");
    const json_t *input = MEMBER(object, "input", "custom_input", "stdin");
    char word[24];
    if (problem != NULL &&
        (read_word(problem, word, sizeof word) != 0 || str_to_int64(word, 0, STORE_INT_MAX, &job->problem_id) != 0))
        return err_set(e, "\"problem_id\": the number of a folder of test data");
    if (input != NULL && !json_is_string(input))
        return err_set(e, "\"input\": a text");
    job->input = input == NULL ? "" : json_string_value(input);
    job->input_bytes = input == NULL ? 0 : json_string_length(input);
    if (tests == NULL)
        return 0;
    size_t count = json_array_size(tests);
    if (!json_is_array(tests) || count == 0 || count > STORE_JOB_TESTS)
        return err_set(e, "\"test_cases\": a list of 1 to %d", STORE_JOB_TESTS);
    if (job->problem_id > 0)
        return err_set(e, "\"problem_id\" or \"test_cases\", not both");
    job->tests = calloc(count, sizeof *job->tests);
    if (job->tests == NULL)
        return err_set(e, "out of memory");
    for (; job->test_count < count; job->test_count++) {
        if (read_test(&job->tests[job->test_count], json_array_get(tests, job->test_count), job->test_count, e) != 0)
            return -1;
    }
    return 0;
}

int store_job_read(struct store_job *job, const char *text, size_t bytes, struct err *e)
{
    json_error_t why;
    *job = (struct store_job){0};
    if (bytes > STORE_JOB_BYTES)
        return err_set(e, "a job of %zu bytes; at most %d are taken", bytes, STORE_JOB_BYTES);
    json_t *outer = json_loadb(text, bytes, JSON_ALLOW_NUL, &why);
    job->json = outer;
    if (outer == NULL)
        return err_set(e, "no JSON: %s (line %d, column %d)", why.text, why.line, why.column);
    const json_t *inner = json_object_get(outer, "job");
    const json_t *object = json_is_object(inner) ? inner : outer;
    if (!json_is_object(object))
        return err_set(e, "no job: an object {\"job\": {...}} is expected");
    if (read_id(job, object, e) != 0)
        return -1;
    const json_t *priority = MEMBER(object, "priority");
    if (priority == NULL && object != outer)
        priority = MEMBER(outer, "priority");
    if (priority != NULL && !json_is_number(priority))
        return err_set(e, "\"priority\": a number");
    job->priority = json_number_value(priority);
    return read_source(job, object, e) != 0 || read_limits(job, object, e) != 0 || read_cases(job, object, e) != 0 ? -1
                                                                                                                   : 0;
}

void store_job_fini(struct store_job *job)
{
    free(job->tests);
    json_decref(job->json);
    *job = (struct store_job){0};
}

char *store_job_text(const struct store_job *job)
{
    const json_t *inner = json_object_get(job->json, "job");
    return json_dumps(json_is_object(inner) ? inner : job->json, JSON_COMPACT);
}

/* ---- writing */

/* A text from a program: clean, of a bounded size. */
static json_t *text_of(const char *text)
{
    size_t bytes;
    char *clean = store_text(text == NULL ? "" : text, STORE_JOB_BYTES, true, &bytes);
    json_t *value = clean == NULL ? NULL : json_stringn(clean, bytes);
    free(clean);
    return value;
}

static json_t *figures(const char *status, int64_t cpu_us, int64_t mem_kib)
{
    return json_pack("{s:s, s:f, s:f, s:I, s:I}", "status", status, "time", (double)cpu_us / 1000000, "memory",
                     (double)mem_kib / 1024, "time_us", (json_int_t)cpu_us, "memory_kib", (json_int_t)mem_kib);
}

/* Takes the reference to value, which may be NULL: then it fails. */
static bool put(json_t *object, const char *name, json_t *value)
{
    return json_object_set_new(object, name, value) == 0;
}

static json_t *cases_of(const struct store_job_result *result)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < result->case_count; i++) {
        const struct store_job_case *one = &result->cases[i];
        json_t *value = figures(one->status, one->cpu_us, one->mem_kib);
        if (!put(value, "name", text_of(one->name)) || !put(value, "note", text_of(one->note)) ||
            json_array_append(list, value) != 0) {
            json_decref(list);
            list = NULL;
        }
        json_decref(value);
    }
    return list;
}

char *store_job_result(const struct store_job_result *result)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails only for a clock that does not exist */
    json_t *object = figures(result->status, result->cpu_us, result->mem_kib);
    bool whole =
        put(object, "job_id", text_of(result->id)) && put(object, "score", json_real((double)result->score / 1000)) &&
        put(object, "wall_time", json_real((double)result->wall_us / 1000000)) &&
        put(object, "output", text_of(result->output)) && put(object, "error", text_of(result->error)) &&
        put(object, "compile_output", text_of(result->compile_output)) &&
        put(object, "judger", text_of(result->judger)) && put(object, "attempt", json_integer(result->attempt)) &&
        put(object, "finish_time", json_real((double)now.tv_sec + (double)now.tv_nsec / 1e9)) &&
        put(object, "cases", cases_of(result));
    char *text = whole ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(object);
    return text;
}

char *store_job_failure(const char *id, const char *error)
{
    const struct store_job_result result = {.id = id, .status = "System Error", .error = error};
    return store_job_result(&result);
}
