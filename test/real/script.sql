-- A database in a file: what an application would do with it.
SELECT 'page size', page_size, 'journal', journal_mode
  FROM pragma_page_size, pragma_journal_mode;
PRAGMA cache_size = 50;         -- small, so that pages go to the file early

CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT NOT NULL, zone INTEGER);
CREATE TABLE reading(
    id INTEGER PRIMARY KEY,
    city INTEGER NOT NULL REFERENCES city(id),
    day INTEGER NOT NULL,
    value REAL,
    note TEXT CHECK (length(note) < 100)
);
CREATE TABLE log(what TEXT, n INTEGER);
CREATE TRIGGER gone AFTER DELETE ON reading
BEGIN
    INSERT INTO log VALUES ('deleted', old.id);
END;

INSERT INTO city(name, zone) VALUES
    ('Reykjavík', 0), ('Tromsø', 1), ('Kraków', 1), ('Αθήνα', 2), ('東京', 9),
    ('Wellington', 12), ('La Paz', -4), ('Nairobi', 3);

BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO reading
SELECT i, 1 + (i * 7919) % 8, i / 8, round(sin(i * 0.01) * 30 + (i % 17), 3),
       CASE i % 5 WHEN 0 THEN NULL ELSE printf('note %05d %x', i, i * 2654435) END
  FROM n;
COMMIT;
SELECT changes(), count(*), count(note), min(id), max(id) FROM reading;

-- Half of a transaction that is taken back.
BEGIN;
UPDATE reading SET value = value * 2 WHERE id % 2;
SAVEPOINT inner_one;
DELETE FROM reading WHERE id > 5000;
SELECT 'inside', count(*), round(total(value), 3) FROM reading;
ROLLBACK TO inner_one;
SELECT 'after rollback to', count(*), round(total(value), 3) FROM reading;
ROLLBACK;
SELECT 'after rollback', count(*), round(total(value), 3), (SELECT count(*) FROM log)
  FROM reading;

CREATE INDEX reading_city ON reading(city, day);
CREATE UNIQUE INDEX city_name ON city(name);
ANALYZE;
EXPLAIN QUERY PLAN SELECT * FROM reading WHERE city = 3 AND day BETWEEN 10 AND 20;

SELECT c.name, count(*), round(avg(r.value), 6), min(r.value), max(r.value),
       round(sum(r.value * r.value), 3)
  FROM reading r JOIN city c ON c.id = r.city
 GROUP BY c.id HAVING count(*) > 10 ORDER BY c.name;

SELECT name, upper(name), length(name), length(CAST(name AS BLOB)), hex(name)
  FROM city ORDER BY zone DESC, name;

SELECT day, value, rank() OVER (ORDER BY value DESC),
       round(avg(value) OVER (ORDER BY day ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING), 4)
  FROM reading WHERE city = 2 AND day < 12 ORDER BY day;

SELECT a.name || ' - ' || b.name, abs(a.zone - b.zone)
  FROM city a JOIN city b ON a.id < b.id
 WHERE abs(a.zone - b.zone) >= 8 ORDER BY 2 DESC, 1;

SELECT count(*) FROM reading WHERE note LIKE '%5_7%' AND note GLOB 'note*';
SELECT group_concat(substr(note, 6, 5), ',') FROM
    (SELECT note FROM reading WHERE note IS NOT NULL ORDER BY value LIMIT 12);

DELETE FROM reading WHERE id % 3 = 0;
INSERT INTO city(id, name, zone) VALUES (1, 'again', 5)
    ON CONFLICT (id) DO UPDATE SET zone = excluded.zone;
SELECT what, count(*), sum(n) FROM log GROUP BY what;
SELECT json_extract('{"a":[1,2,{"b":"c"}]}', '$.a[2].b'),
       json_group_array(id) FROM city;
SELECT 9223372036854775807, -9223372036854775808, 1e308 * 10, 0.1 + 0.2, 1 / 3.0,
       5 / 2, -5 % 3, 1 << 40, ~0, typeof(1e15), 12345678901234567890;
SELECT strftime('%Y-%m-%d %H:%M:%S %j %w', 1234567890, 'unixepoch'),
       julianday('2000-01-01'), date('2024-02-29', '+1 year');

VACUUM;
PRAGMA integrity_check;
PRAGMA foreign_key_check;
SELECT count(*), sum(id), round(total(value), 3) FROM reading;
PRAGMA page_count;
PRAGMA freelist_count;
