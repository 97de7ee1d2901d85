/*
 * store_sqlite_sql.h - the tables of OJ_HOME/judge.db and every statement that is sent to them. Included by store_sqlite.c alone.
 *
 * HUSTOJ's names, so that who knows them finds their way. Times are seconds since 1970. A limit that is NULL is "nobody said": the
 * problem's folder says it.
 */
#ifndef JUDGE_STORE_SQLITE_SQL_H
#define JUDGE_STORE_SQLITE_SQL_H

#define NOW "CAST(strftime('%s', 'now') AS INTEGER)"
#define HELD "result IN (2, 3) AND judger = ?2"
#define ROW                                                                                                            \
    "s.solution_id, s.problem_id, s.contest_id, s.num, s.language, s.result, s.user_id, "                              \
    "COALESCE(c.start_time <= " NOW " AND " NOW " < c.end_time, 0)"
#define STATUS                                                                                                         \
    "solution_id, result, time, memory, CAST(ROUND(pass_rate * 1000) AS INTEGER), judger, " NOW                        \
    " - COALESCE(judgetime, in_date)"
#define SECRET "FROM contest c WHERE (c.contest_type & 16) > 0 AND c.end_time > " NOW
#define NOT_SECRET_PROBLEM                                                                                             \
    " AND s.problem_id NOT IN (SELECT k.problem_id FROM contest_problem k WHERE k.contest_id IN (SELECT "              \
    "c.contest_id " SECRET "))"

static const char sql_schema[] =
    "CREATE TABLE IF NOT EXISTS users (user_id TEXT PRIMARY KEY, nick TEXT NOT NULL DEFAULT '', "
    "submit INTEGER NOT NULL DEFAULT 0, solved INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS problem (problem_id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT '', "
    "time_limit REAL, memory_limit INTEGER, spj INTEGER NOT NULL DEFAULT 0, "
    "accepted INTEGER NOT NULL DEFAULT 0, submit INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS contest (contest_id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT '', "
    "start_time INTEGER, end_time INTEGER, contest_type INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS contest_problem (contest_id INTEGER NOT NULL, problem_id INTEGER NOT NULL, "
    "num INTEGER NOT NULL DEFAULT 0, c_accepted INTEGER NOT NULL DEFAULT 0, c_submit INTEGER NOT NULL DEFAULT 0, "
    "PRIMARY KEY (contest_id, problem_id));"
    "CREATE TABLE IF NOT EXISTS solution (solution_id INTEGER PRIMARY KEY AUTOINCREMENT, "
    "problem_id INTEGER NOT NULL, user_id TEXT NOT NULL, contest_id INTEGER NOT NULL DEFAULT 0, "
    "num INTEGER NOT NULL DEFAULT -1, language INTEGER NOT NULL, in_date INTEGER NOT NULL, "
    "code_length INTEGER NOT NULL, result INTEGER NOT NULL, time INTEGER NOT NULL DEFAULT 0, "
    "memory INTEGER NOT NULL DEFAULT 0, pass_rate REAL NOT NULL DEFAULT 0, judger TEXT NOT NULL DEFAULT '', "
    "judgetime INTEGER);"
    "CREATE INDEX IF NOT EXISTS solution_result ON solution (result);"
    "CREATE INDEX IF NOT EXISTS solution_user ON solution (user_id, problem_id, result);"
    "CREATE INDEX IF NOT EXISTS solution_problem ON solution (problem_id, result);"
    "CREATE INDEX IF NOT EXISTS solution_contest ON solution (contest_id, problem_id, result);"
    "CREATE TABLE IF NOT EXISTS source_code (solution_id INTEGER PRIMARY KEY, source NOT NULL);"
    "CREATE TABLE IF NOT EXISTS custominput (solution_id INTEGER PRIMARY KEY, input_text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS compileinfo (solution_id INTEGER PRIMARY KEY, error TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS runtimeinfo (solution_id INTEGER PRIMARY KEY, error TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sim (s_id INTEGER PRIMARY KEY, sim_s_id INTEGER, sim INTEGER);"
    "CREATE TABLE IF NOT EXISTS solution_case (solution_id INTEGER NOT NULL, case_no INTEGER NOT NULL, "
    "name TEXT NOT NULL, verdict TEXT NOT NULL, score INTEGER NOT NULL, cpu_us INTEGER NOT NULL, "
    "wall_us INTEGER NOT NULL, mem_kib INTEGER NOT NULL, data_version TEXT NOT NULL, note TEXT NOT NULL, "
    "PRIMARY KEY (solution_id, case_no)) WITHOUT ROWID;"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'solution', 999 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence "
    "WHERE name = 'solution');";

static const char sql_has_tables[] = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sim'";

static const char sql_hold[] = "UPDATE solution SET result = 2, time = 0, memory = 0, judgetime = " NOW
                               ", judger = ?2 WHERE solution_id = ?1 AND (result < 2 OR (result IN (2, 3) AND "
                               "judger IN (?2, ?3, ?4, ?5, ?6)))";
static const char sql_read[] = "SELECT " ROW ", p.time_limit, CAST(ROUND(p.time_limit * 1000) AS INTEGER), "
                               "p.memory_limit, p.spj, o.source, i.input_text FROM solution s "
                               "LEFT JOIN contest c ON c.contest_id = s.contest_id "
                               "LEFT JOIN problem p ON p.problem_id = ABS(s.problem_id) "
                               "LEFT JOIN source_code o ON o.solution_id = s.solution_id "
                               "LEFT JOIN custominput i ON i.solution_id = s.solution_id WHERE s.solution_id = ?1";
static const char sql_running[] = "UPDATE solution SET result = 3 WHERE solution_id = ?1 AND " HELD;
static const char sql_put_back[] = "UPDATE solution SET result = 1, judger = 'LOCAL' WHERE solution_id = ?1 AND " HELD;
static const char sql_waiting[] =
    "SELECT " ROW " FROM solution s INDEXED BY solution_result LEFT JOIN contest c ON c.contest_id = s.contest_id "
    "WHERE s.result IN (0, 1) AND s.solution_id > ?1 AND s.solution_id % ?2 = ?3 AND "
    "(?4 = -1 OR (s.language < 63 AND ((?4 >> s.language) & 1) = 1)) ORDER BY s.solution_id LIMIT ?5";
static const char sql_held[] =
    "SELECT " STATUS " FROM solution INDEXED BY solution_result WHERE result IN (2, 3) AND solution_id > ?1 AND "
    "solution_id % ?2 = ?3 ORDER BY solution_id LIMIT ?4";
static const char sql_status[] = "SELECT " STATUS " FROM solution WHERE solution_id = ?1";
static const char sql_last[] = "SELECT " STATUS " FROM solution ORDER BY solution_id DESC LIMIT ?1";
/* Those that may be judged again: final, and in 14 only where a token of ours wrote it. */
#define AGAIN "(result BETWEEN 4 AND 13 OR (result = 14 AND judger LIKE '_%:________'))"
static const char sql_recent[] =
    "SELECT result, SUM(age <= 60), COUNT(*) FROM (SELECT result, judger, " NOW
    " - COALESCE(judgetime, in_date) AS age "
    "FROM solution ORDER BY solution_id DESC LIMIT ?1) WHERE " AGAIN " AND age BETWEEN 0 AND 3600 GROUP BY result";
static const char sql_select[] =
    "SELECT " ROW " FROM solution s LEFT JOIN contest c ON c.contest_id = s.contest_id WHERE s.solution_id > ?1 AND "
    "(?2 = 0 OR s.problem_id = ?2) AND (?3 = 0 OR s.contest_id = ?3) AND (?4 = -1 OR s.result = ?4) AND "
    "s.in_date >= ?5 AND (?6 = 0 OR s.solution_id <= ?6) AND " AGAIN " ORDER BY s.solution_id LIMIT ?7";
static const char sql_rejudge[] =
    "UPDATE solution SET result = 1, judger = 'LOCAL', pass_rate = 0 WHERE solution_id = ?1 AND " AGAIN;
static const char sql_compile_text[] = "SELECT error FROM compileinfo WHERE solution_id = ?1";
static const char sql_run_text[] = "SELECT error FROM runtimeinfo WHERE solution_id = ?1";

static const char sql_put_compile[] = "INSERT OR REPLACE INTO compileinfo (solution_id, error) VALUES (?1, ?2)";
static const char sql_put_run[] = "INSERT OR REPLACE INTO runtimeinfo (solution_id, error) VALUES (?1, ?2)";
static const char sql_drop_compile[] = "DELETE FROM compileinfo WHERE solution_id = ?1";
static const char sql_drop_run[] = "DELETE FROM runtimeinfo WHERE solution_id = ?1";
static const char sql_drop_cases[] = "DELETE FROM solution_case WHERE solution_id = ?1";
static const char sql_put_case[] = "INSERT INTO solution_case (solution_id, case_no, name, verdict, score, cpu_us, "
                                   "wall_us, mem_kib, data_version, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
                                   "?10)";
static const char sql_final[] =
    "UPDATE solution SET result = ?3, time = ?4, memory = ?5, pass_rate = CASE WHEN "
    "?6 < 0 THEN pass_rate ELSE ?6 / 1000.0 END, judgetime = " NOW " WHERE solution_id = ?1 AND " HELD;
static const char sql_sim[] = "INSERT OR REPLACE INTO sim (s_id, sim_s_id, sim) SELECT CASE WHEN a.user_id = b.user_id "
                              "THEN 0 ELSE ?1 END, ?2, ?3 "
                              "FROM solution a JOIN solution b ON b.solution_id = ?2 WHERE a.solution_id = ?1";
static const char sql_count_user[] = "UPDATE users SET solved = (SELECT COUNT(DISTINCT s.problem_id) FROM solution s "
                                     "WHERE s.user_id = ?1 AND s.result = 4 AND s.problem_id > 0" NOT_SECRET_PROBLEM
                                     "), submit = (SELECT COUNT(DISTINCT s.problem_id) FROM solution s WHERE "
                                     "s.user_id = ?1 AND s.problem_id > 0" NOT_SECRET_PROBLEM ") WHERE user_id = ?1";
static const char sql_count_problem[] =
    "UPDATE problem SET accepted = (SELECT COUNT(*) FROM solution s WHERE s.problem_id = ?1 AND s.result = 4 AND "
    "s.contest_id NOT IN (SELECT c.contest_id " SECRET ")), submit = (SELECT COUNT(*) FROM solution s WHERE "
    "s.problem_id = ?1) WHERE problem_id = ?1";
static const char sql_count_contest[] =
    "UPDATE contest_problem SET c_accepted = (SELECT COUNT(*) FROM solution s WHERE s.contest_id = ?2 AND "
    "s.problem_id = ?1 AND s.result = 4), c_submit = (SELECT COUNT(*) FROM solution s WHERE s.contest_id = ?2 AND "
    "s.problem_id = ?1) WHERE contest_id = ?2 AND problem_id = ?1";

static const char sql_add_user[] = "INSERT OR IGNORE INTO users (user_id) VALUES (?1)";
static const char sql_add_problem[] = "INSERT OR IGNORE INTO problem (problem_id) VALUES (?1)";
static const char sql_submit[] =
    "INSERT INTO solution (problem_id, user_id, contest_id, language, code_length, num, in_date, result) VALUES (?1, "
    "?2, ?3, ?4, ?5, COALESCE((SELECT num FROM contest_problem WHERE contest_id = ?3 AND problem_id = ?1), -1), " NOW
    ", 0)";
static const char sql_submit_source[] = "INSERT INTO source_code (solution_id, source) VALUES (?1, ?2)";
static const char sql_submit_input[] = "INSERT INTO custominput (solution_id, input_text) VALUES (?1, ?2)";
static const char sql_submit_problem[] = "UPDATE problem SET submit = submit + 1 WHERE problem_id = ?1";
static const char sql_submit_contest[] =
    "UPDATE contest_problem SET c_submit = c_submit + 1 WHERE problem_id = ?1 AND contest_id = ?2";

#endif
