-- A mix in memory: inserts, an index, joins, sorting, changes, deletions.
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, class INTEGER, price REAL);
CREATE TABLE class (id INTEGER PRIMARY KEY, title TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO item SELECT i, 'item ' || (i * 7919 % 20011), i * 31 % 97, i * 37 % 1009 / 8.0 FROM n;
INSERT INTO class SELECT DISTINCT class, 'class ' || class FROM item;
CREATE INDEX by_name ON item (name);
SELECT c.title, count(*), sum(i.price) FROM item i JOIN class c ON c.id = i.class
    WHERE i.name LIKE 'item 1%' GROUP BY c.id ORDER BY 3 DESC LIMIT 5;
UPDATE item SET price = price * 2 WHERE class % 5 = 0;
DELETE FROM item WHERE id % 11 = 3;
SELECT count(*), sum(price), min(name), max(name) FROM item;
SELECT count(*) FROM item a JOIN item b ON b.name = 'item ' || (a.id % 20011);
SELECT name, price FROM item ORDER BY price DESC, name LIMIT 5;
