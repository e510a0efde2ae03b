"""A dump is read line by line: counted, judged, and nothing passes that could reach elsewhere."""

from datetime import datetime

import pytest

from verenigingen_maintenance.core.dumps import DumpError, Reader, moment_of

HEAD = b"""-- begin frappe metadata
-- [frappe]
-- version = 15.44.2
-- end frappe metadata
--
/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: 127.0.0.1    Database: _live
-- ------------------------------------------------------
-- Server version\t10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;

DROP SEQUENCE IF EXISTS `x_id_seq`;
CREATE SEQUENCE `x_id_seq` start with 1 minvalue 1 maxvalue 9 increment by 1 nocache nocycle ENGINE=InnoDB;
DO SETVAL(`x_id_seq`, 1, 0);
"""
TABLE = b"""DROP TABLE IF EXISTS `tabToDo`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `tabToDo` (
  `name` varchar(140) NOT NULL,
  `text` text DEFAULT 'a; b -- c /* d `e`.`f`' COMMENT 'it''s `db`.`t`; DIRECTORY',
  `amount` decimal(21,9) NOT NULL DEFAULT 0.000000000,
  `rate` double DEFAULT 1.5e100 CHECK (`rate` > .5 and `rate`<-1.5),
  PRIMARY KEY (`name`),
  KEY `creation` (`name`,`amount`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `tabToDo` WRITE;
/*!40000 ALTER TABLE `tabToDo` DISABLE KEYS */;
"""
ROWS = b"""('a','it\\'s; ),( \\\\',1.500000000,NULL,_binary '\\0x',0xAB,-1e-05),
('b','',0,NULL,NULL,NULL,2);
"""
ONE_LINE = b"INSERT INTO `tabToDo` VALUES " + ROWS.replace(b"\n", b"") + b"\n"
ROW_PER_LINE = b"INSERT INTO `tabToDo` VALUES\n" + ROWS
UNLOCK = b"/*!40000 ALTER TABLE `tabToDo` ENABLE KEYS */;\nUNLOCK TABLES;\n"
END = b"/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n\n-- Dump completed on 2026-11-28  9:14:15\n"


def read(*parts):
    reader = Reader()
    passed = b"".join(reader.passed(b"".join(parts).splitlines(keepends=True)))
    return reader.dump, passed


@pytest.mark.parametrize("rows", [ONE_LINE, ROW_PER_LINE])
def test_both_ways_to_write_rows_are_counted_and_pass_unchanged(rows):
    dump, passed = read(HEAD, TABLE, rows, rows, UNLOCK, END)
    assert dump.rows == {"tabToDo": 4}
    assert (dump.database, dump.host, dump.frappe) == ("_live", "127.0.0.1", "15.44.2")
    assert dump.server == "10.11.19-MariaDB-0+deb12u1"
    assert (dump.is_whole, dump.is_partial, dump.completed) == (True, False, "2026-11-28  9:14:15")
    assert dump.sequences == ["x_id_seq"]
    assert TABLE in passed
    assert rows in passed
    assert b"sandbox" not in passed, "older clients do not know that line"
    assert dump.bytes == len(HEAD + TABLE + rows * 2 + UNLOCK + END)


def test_without_its_last_line_it_is_not_whole():
    dump, _passed = read(HEAD, TABLE, ROW_PER_LINE, UNLOCK)
    assert not dump.is_whole
    assert not read(b"")[0].is_whole


def test_a_partial_backup_says_so():
    assert read(b"-- Partial Backup of Frappe Site test.localhost\n", HEAD, END)[0].is_partial


@pytest.mark.parametrize(
    "statement",
    [
        b"USE `_live`;",
        b"use _live",
        b"CREATE DATABASE `x`;",
        b"/*!40000 DROP DATABASE IF EXISTS `_live`*/;",
        b"DROP TABLE IF EXISTS `_live`.`tabUser`;",
        b"DROP TABLE IF EXISTS `a`; DROP TABLE `_live`.`tabUser`;",
        b"INSERT INTO `_live`.`tabToDo` VALUES (1);",
        b"INSERT INTO `tabToDo` VALUES (1); DROP TABLE `_live`.`tabUser`;",
        b"INSERT INTO `tabToDo` SELECT * FROM `_live`.`tabUser`;",
        b"INSERT INTO `tabUser` VALUES (1);",
        b"DELETE FROM `tabToDo`;",
        b"\\! rm -rf /",
        b"system rm -rf /",
        b"source /etc/passwd",
        b"DELIMITER ;;",
        b"/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER t BEFORE INSERT ON x */",
        b"/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */",
        b"SET GLOBAL general_log = 1;",
        b"SET @@GLOBAL.GTID_PURGED='x';",
        b"/*!40101 SET GLOBAL read_only = 0 */;",
        b"SET PASSWORD = 'x';",
        b"/*!40101 SET SQL_MODE='NO_BACKSLASH_ESCAPES' */;",
        b"SET @mode = 'NO_BACKSLASH_ESCAPES';",
        b"/*!40101 SET NAMES gbk */;",
        b"SET @a=@@query_cache_limit;\nSET SQL_MODE=@a;",
        b"SET @OLD_SQL_MODE=@@query_cache_limit;",
        b"SET @OLD_CHARACTER_SET_CLIENT=@@UNIQUE_CHECKS;",
        b"SET CHARACTER_SET_CLIENT=@OLD_UNIQUE_CHECKS;",
        b"SET CHARACTER_SET_CLIENT=1;",
        b"/*!40101 SET character_set_client = sjis */;",
        b"GRANT ALL ON *.* TO x;",
        b"CREATE TABLE `x` LIKE `_live`.`tabUser`;",
        b"CREATE TABLE `x` (a int) ENGINE=InnoDB;",
        b"CREATE SEQUENCE `x` start with 1 ENGINE=FEDERATED;",
        b"DROP TABLE IF EXISTS `Maintenance_recovery_drill`;",
        b"INSERT INTO `tabToDo` (`a`; DROP DATABASE _live; select `b`) VALUES (1);",
        b"LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE `tabToDo`;",
    ],
)
def test_what_could_reach_elsewhere_is_refused_with_its_line(statement):
    with pytest.raises(DumpError, match=r"line \d+ "):
        read(HEAD, TABLE, statement, b"\n", END)


@pytest.mark.parametrize(
    "line",
    [
        b"  `a` int); DROP DATABASE `_live`; CREATE TABLE `z` (`b` int,",
        b"  `a` int DEFAULT nextval(`_live`.`seq`),",
        b"  CONSTRAINT `x` FOREIGN KEY (`a`) REFERENCES `_live` . `tabUser` (`name`),",
        b"  `a` int -- not the end",
        b"  `a` int /* comment */,",
        b"  `a` varchar(10) DEFAULT 'open,",
        b'  `a` varchar(10) DEFAULT "a",',
        b"  `a` int \\! id",
        b") ENGINE=FEDERATED CONNECTION='mysql://u:p@h/_live/t';",
        b") ENGINE=InnoDB DATA DIRECTORY='/tmp';",
        b") ENGINE=MRG_MyISAM UNION=(`x`);",
        b") ENGINE=InnoDB ENGINE=SPIDER COMMENT='server _live';",
        b") ENGINE=InnoDB engine connect;",
        b") ENGINE=InnoDB ENGINE = 'FEDERATED';",
        b"  `a` int, FOREIGN KEY (`a`) REFERENCES _live.tabUser (`name`),",
        b"  `a` int, FOREIGN KEY (`a`) REFERENCES _live5.5 (`name`),",
        b"  `a` int DEFAULT nextval(_live . seq),",
        b"delimiter //",
        b");",
    ],
)
def test_a_definition_reaches_nothing_but_its_own_table(line):
    with pytest.raises(DumpError, match="defines a table"):
        read(HEAD, b"CREATE TABLE `x` (\n", line, b"\n")


def test_a_name_over_two_lines_hides_no_statement():
    """The client takes the middle line for the end of a name, a statement, and a name that begins."""
    lines = (
        b"CREATE TABLE `x` (\n`a\nb` int); DELETE FROM _live.t; CREATE TABLE y (`c\nd` int) ENGINE=InnoDB;\n"
    )
    with pytest.raises(DumpError, match="defines a table"):
        read(HEAD, lines)


@pytest.mark.parametrize(
    "row", [b"(1,2", b"(1,now());", b"(1) /* x */;", b"('a',\n", b"\\! id\n", b"UNLOCK TABLES;\n"]
)
def test_a_row_is_values_and_nothing_else_and_is_not_quoted(row):
    with pytest.raises(DumpError, match=r"line \d+ has a row that cannot be read$"):
        read(HEAD, TABLE, b"INSERT INTO `tabToDo` VALUES\n", row)


@pytest.mark.parametrize(
    "line",
    [
        b"('Jansen','ill');",
        b"INSERT INTO `tabUser` VALUES ('Jansen');",
        b"REPLACE INTO `tabToDo` VALUES('Jansen');",
    ],
)
def test_where_rows_stand_in_a_wrong_place_they_are_not_quoted_either(line):
    with pytest.raises(DumpError) as refused:
        read(HEAD, TABLE, line, b"\n")
    assert "Jansen" not in str(refused.value)


def test_nothing_follows_the_end():
    with pytest.raises(DumpError, match="comes after the end of the dump"):
        read(HEAD, TABLE, ROW_PER_LINE, UNLOCK, END, b"DROP TABLE IF EXISTS `tabToDo`;\n")


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("20261128_101414-test_localhost-database.sql.gz", datetime(2026, 11, 28, 10, 14, 14)),
        ("20261128_101414-test_localhost-database-enc.sql.gz", datetime(2026, 11, 28, 10, 14, 14)),
        ("20261399_101414-test_localhost-database.sql.gz", None),
        ("mine.sql.gz", None),
    ],
)
def test_the_name_of_a_backup_says_when_it_was_begun(name, moment):
    assert moment_of(name) == moment
