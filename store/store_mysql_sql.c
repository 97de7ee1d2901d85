/*
 * store_mysql_sql.c - every statement that is sent to a site's database, as a constant. sql_text.h says what {} [] and ?1 mean.
 *
 * HUSTOJ's column names stop in the files of store_mysql. "Held by ?2" is the fence: result IN (2, 3) AND judger = ?2. Each statement
 * is one step on MyISAM too, and may be run twice. A count must not ask for `result = 4` in its condition:
 * a server then intersects the problem's rows with every AC of the site.
 */
#include "store/store_mysql_parts.h"

#include "common/banned.h"

#define HELD "result IN (2, 3) AND judger = ?2"
#define HELD_S "s.result IN (2, 3) AND s.judger = ?2"
#define NOW_JUDGED "{judgetime|, judgetime = NOW()}"
#define AGE "TIMESTAMPDIFF(SECOND, {judgetime|COALESCE(judgetime, in_date)}{!judgetime|in_date}, NOW())"
#define STATUS                                                                                                         \
    "solution_id, result, time, memory, {pass_rate|CAST(ROUND(pass_rate * 1000) AS SIGNED)}{!pass_rate|-1}, "          \
    "judger, " AGE
#define ROW                                                                                                            \
    "s.solution_id, s.problem_id, s.contest_id, s.num, s.language, s.result, s.user_id, "                              \
    "c.start_time <= NOW() AND NOW() < c.end_time"
/* The contests that are hidden while they run. */
#define SECRET "FROM contest c WHERE (c.contest_type & 16) > 0 AND c.end_time > NOW()"
#define NOT_SECRET_PROBLEM                                                                                             \
    "{contest_type| AND s.problem_id NOT IN (SELECT k.problem_id FROM contest_problem k WHERE k.contest_id IN "        \
    "(SELECT c.contest_id " SECRET "))}"
#define NOT_SECRET_CONTEST                                                                                             \
    "{contest_type| AND (s.contest_id IS NULL OR s.contest_id NOT IN (SELECT c.contest_id " SECRET "))}"
#define PUT_CASES                                                                                                      \
    "INSERT INTO solution_case (solution_id, data_version, case_no, name, verdict, score, cpu_us, wall_us, mem_kib, "  \
    "note) SELECT s.solution_id, ?3, n.* FROM ([ UNION ALL |SELECT CAST(?4 AS SIGNED) AS a, CAST(?5 AS CHAR(64)) "     \
    "AS b, CAST(?6 AS CHAR(8)) AS c, CAST(?7 AS SIGNED) AS d, CAST(?8 AS SIGNED) AS e, CAST(?9 AS SIGNED) AS f, "      \
    "CAST(?10 AS SIGNED) AS g, CAST(?11 AS CHAR(255)) AS h]) n JOIN solution s ON s.solution_id = ?1 AND " HELD_S
/* Those that may be judged again: final, and in 14 only where a token of ours wrote it. */
#define AGAIN "(result BETWEEN 4 AND 13 OR (result = 14 AND judger LIKE '_%:________'))"
#define REJUDGE                                                                                                        \
    "UPDATE solution SET result = 1, judger = 'LOCAL'{pass_rate|, pass_rate = 0} WHERE solution_id IN ([, |?1]) "      \
    "AND " AGAIN
#define PUT_TEXT(table)                                                                                                \
    "INSERT INTO " table " (solution_id, error) SELECT s.solution_id, ?3 FROM solution s WHERE s.solution_id = ?1 "    \
    "AND " HELD_S " ON DUPLICATE KEY UPDATE error = VALUES(error)"
#define DROP_TEXT(table)                                                                                               \
    "DELETE t FROM " table " t JOIN solution s ON s.solution_id = t.solution_id WHERE t.solution_id = ?1 AND " HELD_S

const struct sql_statement store_mysql_statements[SQL_STATEMENTS] = {
    [SQL_COLUMNS] =
        {"SELECT TABLE_NAME, COLUMN_NAME, CHARACTER_SET_NAME, CAST(COALESCE(CHARACTER_OCTET_LENGTH, 0) AS SIGNED) FROM "
         "information_schema.COLUMNS WHERE "
         "TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('solution', 'contest', 'contest_problem', "
         "'solution_case', 'source_code', 'source_code_user', 'custominput', 'compileinfo', 'runtimeinfo', 'sim')",
         "ttti", 0, 0, 0},
    [SQL_HOLD] = {"UPDATE solution SET result = 2, time = 0, memory = 0" NOW_JUDGED ", judger = ?2 WHERE "
                  "solution_id = ?1 AND (result < 2 OR (result IN (2, 3) AND judger IN (?2, ?3, ?4, ?5, ?6)))",
                  NULL, 0, 0, 0},
    [SQL_READ] = {"SELECT " ROW " FROM solution s LEFT JOIN contest c ON c.contest_id = s.contest_id "
                  "WHERE s.solution_id = ?1",
                  "iiiiiiti", 0, 0, 0},
    [SQL_READ_ALL] = {"SELECT " ROW ", p.problem_id, CAST(ROUND(p.time_limit * 1000) AS SIGNED), p.memory_limit, "
                      "CAST(p.spj AS SIGNED), {raw_source|CAST(o.source AS BINARY)}{!raw_source|o.source}, "
                      "{input|{raw_input|CAST(i.input_text AS BINARY)}{!raw_input|i.input_text}}{!input|NULL}, "
                      "EXISTS(SELECT 1 FROM compileinfo t WHERE t.solution_id = s.solution_id), "
                      "EXISTS(SELECT 1 FROM runtimeinfo t WHERE t.solution_id = s.solution_id), "
                      "{cases|EXISTS(SELECT 1 FROM solution_case t WHERE t.solution_id = s.solution_id)}{!cases|0} "
                      "FROM solution s LEFT JOIN contest c ON c.contest_id = s.contest_id "
                      "LEFT JOIN problem p ON p.problem_id = ABS(s.problem_id) "
                      "LEFT JOIN source_code o ON o.solution_id = s.solution_id "
                      "{input|LEFT JOIN custominput i ON i.solution_id = s.solution_id }WHERE s.solution_id = ?1",
                      "iiiiiitiiiiittiii", 0, 0, 0},
    [SQL_RUNNING] = {"UPDATE solution SET result = 3 WHERE solution_id = ?1 AND " HELD, NULL, 0, 0, 0},
    /* 'LOCAL' is the column's default: an old-style judge claims without a name of its own, and must not look like us. */
    [SQL_PUT_BACK] = {"UPDATE solution SET result = 1, judger = 'LOCAL' WHERE solution_id = ?1 AND " HELD, NULL, 0, 0,
                      0},
    [SQL_STATUS] = {"SELECT " STATUS " FROM solution WHERE solution_id = ?1", "iiiiiti", 0, 0, 0},
    [SQL_TEXTS] = {"SELECT c.error, r.error FROM solution s LEFT JOIN compileinfo c ON c.solution_id = s.solution_id "
                   "LEFT JOIN runtimeinfo r ON r.solution_id = s.solution_id WHERE s.solution_id = ?1",
                   "tt", 0, 0, 0},
    /* Without the hint a server may walk through all numbers in order to save the sorting of a few. */
    [SQL_WAITING] = {"SELECT " ROW " FROM solution s IGNORE INDEX (PRIMARY) LEFT JOIN contest c ON "
                     "c.contest_id = s.contest_id WHERE s.result IN (0, 1) AND s.solution_id > ?1 AND "
                     "s.solution_id % ?2 = ?3 AND (?4 = -1 OR (?4 >> s.language) & 1 = 1) "
                     "ORDER BY s.solution_id LIMIT ?5",
                     "iiiiiiti", 0, 0, 0},
    /* A page's rejudge leaves the name of the delivery before. */
    [SQL_FREE] = {"UPDATE solution SET judger = 'LOCAL' WHERE result IN (0, 1) AND judger LIKE '_%:________'", NULL, 0,
                  0, 0},
    [SQL_HELD] = {"SELECT " STATUS " FROM solution IGNORE INDEX (PRIMARY) WHERE result IN (2, 3) AND "
                  "solution_id > ?1 AND solution_id % ?2 = ?3 ORDER BY solution_id LIMIT ?4",
                  "iiiiiti", 0, 0, 0},
    [SQL_LAST] = {"SELECT " STATUS " FROM solution ORDER BY solution_id DESC LIMIT ?1", "iiiiiti", 0, 0, 0},
    [SQL_RECENT] = {"SELECT result, CAST(SUM(n.age <= 60) AS SIGNED), COUNT(*) FROM (SELECT result, judger, " AGE
                    " AS age FROM solution ORDER BY solution_id DESC LIMIT ?1) n WHERE " AGAIN
                    " AND n.age BETWEEN 0 AND 3600 GROUP BY result",
                    "iii", 0, 0, 0},
    [SQL_SELECT] = {"SELECT " ROW " FROM solution s LEFT JOIN contest c ON c.contest_id = s.contest_id WHERE "
                    "s.solution_id > ?1 AND (?2 = 0 OR s.problem_id = ?2) AND (?3 = 0 OR s.contest_id = ?3) AND "
                    "(?4 = -1 OR s.result = ?4) AND (?5 = 0 OR s.in_date >= FROM_UNIXTIME(?5)) AND "
                    "(?6 = 0 OR s.solution_id <= ?6) AND " AGAIN " ORDER BY s.solution_id LIMIT ?7",
                    "iiiiiiti", 0, 0, 0},
    [SQL_REJUDGE] = {REJUDGE, NULL, 1, 1, 1},
    [SQL_REJUDGE_MANY] = {REJUDGE, NULL, 64, 1, 1},

    [SQL_PUT_COMPILE] = {PUT_TEXT("compileinfo"), NULL, 0, 0, 0},
    [SQL_PUT_RUN] = {PUT_TEXT("runtimeinfo"), NULL, 0, 0, 0},
    [SQL_DROP_COMPILE] = {DROP_TEXT("compileinfo"), NULL, 0, 0, 0},
    [SQL_DROP_RUN] = {DROP_TEXT("runtimeinfo"), NULL, 0, 0, 0},
    [SQL_DROP_CASES] = {DROP_TEXT("solution_case"), NULL, 0, 0, 0},
    [SQL_PUT_CASE] = {PUT_CASES, NULL, 1, 4, 8},
    [SQL_PUT_CASES] = {PUT_CASES, NULL, 8, 4, 8},
    [SQL_PUT_MANY_CASES] = {PUT_CASES, NULL, 40, 4, 8},
    [SQL_FINAL] = {"UPDATE solution SET result = ?3, time = ?4, memory = ?5{pass_rate|, pass_rate = IF(?6 < 0, "
                   "pass_rate, ?6 / 1000)}" NOW_JUDGED " WHERE solution_id = ?1 AND " HELD,
                   NULL, 0, 0, 0},
    /* As the site's trigger has it, where it is there and where it is not. */
    [SQL_SIM] =
        {"INSERT INTO sim (s_id, sim_s_id, sim) SELECT IF(a.user_id = b.user_id, 0, ?1), ?2, ?3 FROM solution a "
         "JOIN solution b ON b.solution_id = ?2 WHERE a.solution_id = ?1 "
         "ON DUPLICATE KEY UPDATE sim_s_id = VALUES(sim_s_id), sim = VALUES(sim)",
         NULL, 0, 0, 0},
    /* Counted in one pass, and locked until it is written. */
    [SQL_COUNT_USER] = {"UPDATE users u, (SELECT COUNT(DISTINCT IF(s.result = 4, s.problem_id, NULL)) AS solved, "
                        "COUNT(DISTINCT s.problem_id) AS submit FROM solution s WHERE s.user_id = ?1 AND "
                        "s.problem_id + 0 > 0" NOT_SECRET_PROBLEM ") n SET u.solved = n.solved, u.submit = n.submit "
                        "WHERE u.user_id = ?1",
                        NULL, 0, 0, 0},
    [SQL_COUNT_PROBLEM] = {"UPDATE problem p, (SELECT COUNT(IF(s.result = 4" NOT_SECRET_CONTEST ", 1, NULL)) AS "
                           "accepted, COUNT(*) AS submit FROM solution s WHERE s.problem_id = ?1) n SET "
                           "p.accepted = n.accepted, p.submit = n.submit WHERE p.problem_id = ?1",
                           NULL, 0, 0, 0},
    [SQL_COUNT_CONTEST] = {"UPDATE contest_problem SET c_accepted = (SELECT COUNT(*) FROM solution s WHERE "
                           "s.contest_id = ?2 AND s.problem_id = ?1 AND s.result + 0 = 4), c_submit = (SELECT COUNT(*) "
                           "FROM solution s WHERE s.contest_id = ?2 AND s.problem_id = ?1) WHERE problem_id = ?1 "
                           "AND contest_id = ?2",
                           NULL, 0, 0, 0},

    [SQL_SUBMIT_FIND] = {"SELECT (SELECT u.nick FROM users u WHERE u.user_id = ?1), (SELECT k.num FROM "
                         "contest_problem k WHERE k.contest_id = ?2 AND k.problem_id = ?3 LIMIT 1)",
                         "ti", 0, 0, 0},
    [SQL_SUBMIT] = {"INSERT INTO solution (problem_id, user_id{nick|, nick}, in_date, language, ip, code_length, "
                    "contest_id, num, result) VALUES (?1, ?2{nick|, ?3}, NOW(), ?4, '127.0.0.1', ?5, "
                    "IF(?6 = 0, DEFAULT(contest_id), ?6), ?7, 14)",
                    NULL, 0, 0, 0},
    [SQL_SUBMIT_TYPED] = {"INSERT INTO source_code_user (solution_id, source) VALUES (?1, ?2) "
                          "ON DUPLICATE KEY UPDATE source = VALUES(source)",
                          NULL, 0, 0, 0},
    [SQL_SUBMIT_SOURCE] = {"INSERT INTO source_code (solution_id, source) VALUES (?1, ?2) "
                           "ON DUPLICATE KEY UPDATE source = VALUES(source)",
                           NULL, 0, 0, 0},
    [SQL_SUBMIT_INPUT] = {"INSERT INTO custominput (solution_id, input_text) VALUES (?1, ?2) "
                          "ON DUPLICATE KEY UPDATE input_text = VALUES(input_text)",
                          NULL, 0, 0, 0},
    [SQL_SUBMIT_PROBLEM] = {"UPDATE problem SET submit = submit + 1 WHERE problem_id = ?1", NULL, 0, 0, 0},
    [SQL_SUBMIT_CONTEST] = {"UPDATE contest_problem SET c_submit = c_submit + 1 WHERE problem_id = ?1 "
                            "AND contest_id = ?2",
                            NULL, 0, 0, 0},
    [SQL_SUBMIT_READY] = {"UPDATE solution SET result = 0 WHERE solution_id = ?1 AND result = 14", NULL, 0, 0, 0},
};
