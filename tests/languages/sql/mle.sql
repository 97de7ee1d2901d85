PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE blocks(block);
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 100000)
INSERT INTO blocks SELECT randomblob(1000000) FROM counter;
