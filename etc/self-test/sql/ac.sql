WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 1000)
SELECT a + b FROM numbers WHERE (SELECT max(n) FROM count) = 1000 AND date('now') > '2000';
