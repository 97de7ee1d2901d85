WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n % 1000 + 1 FROM counter)
SELECT count(*) FROM counter;
