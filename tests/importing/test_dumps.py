"""Dumps are read as their database would read them, however their text falls into chunks."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from backports import zstd

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.dumps import dump_text
from gateway.importing.sources.dumps.dump_reading import read_dump
from gateway.importing.sources.source import Source, SourceValue

EVERY_BYTE = bytes(range(256))
LONG = EVERY_BYTE * 40

_ESCAPES = {0: b"\\0", 10: b"\\n", 13: b"\\r", 26: b"\\Z", 34: b'\\"', 39: b"\\'", 92: b"\\\\"}


def quoted(data: bytes) -> bytes:
    """As mysqldump writes bytes without --hex-blob."""
    return b"'" + b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in data) + b"'"


def mysql(*rows: bytes, charset: bytes = b"utf8mb4", names: bytes = b"utf8mb4") -> bytes:
    return (
        b"-- MySQL dump 10.13\n/*!40101 SET NAMES " + names + b" */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n"
        b"DROP TABLE IF EXISTS `t`;\nCREATE TABLE `t` (\n  `id` int(11) NOT NULL,\n  `words` varchar(9),\n"
        b"  `at` datetime,\n  `utc` timestamp NULL,\n  `raw` longblob,\n  `hours` decimal(7,2),\n  PRIMARY KEY (`id`)\n"
        b") ENGINE=InnoDB DEFAULT CHARSET=" + charset + b";\n"
        b"INSERT INTO `t` VALUES\n" + b",\n".join(rows) + b";\n"
        b"CREATE TABLE `attach_data` (\n  `id` int(11) NOT NULL,\n  `thedata` longblob NOT NULL\n) CHARSET=latin1;\n"
        b"INSERT INTO `attach_data` VALUES (1,0x00FF),(2,''),(3,_binary " + quoted(LONG) + b"),(4,"
        b""
        + quoted(b"a''b\\")
        + b"),(5,x'0102');\nINSERT INTO `attach_data` VALUES (6,0x"
        + LONG.hex().encode()
        + b");\n"
        b"-- Dump completed\n"
    )


POSTGRESQL = (
    b"--\n-- PostgreSQL database dump\n--\nSET client_encoding = 'UTF8';\n"
    b"CREATE TABLE public.t (\n    id integer NOT NULL,\n    words character varying(9),\n"
    b"    at timestamp(0) without time zone,\n    raw bytea,\n    hours numeric(7,2),\n    CONSTRAINT x CHECK (1)\n);\n"
    b"COPY public.t (id, words, at, raw, hours) FROM stdin;\n"
    b"1\tone\\ttwo\\nthree \\\\ \\134\t2026-11-01 10:20:30\t\\\\x00ff\t1.50\n"
    b"2\t\\N\t\\N\t\\N\t\\N\n"
    b"3\tINSERT INTO\t\\N\t\\\\000\\\\\\\\\\\\377\t0.00\n\\.\n\n"
    b"CREATE TABLE public.attach_data (\n    id integer NOT NULL,\n    thedata bytea NOT NULL\n);\n"
    b"COPY public.attach_data (id, thedata) FROM stdin;\n1\t\\\\x00ff\n2\t\\\\x\n3\t\\\\x" + LONG.hex().encode() + b"\n"
    b"4\t\\\\141''b\\\\\\\\\n\\.\n\n-- PostgreSQL database dump complete\n"
)

Packing = Callable[[bytes], bytes]


@pytest.fixture(params=[1, 7, 4096, 1024 * 1024], ids=str, autouse=True)
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump_text, "CHUNK", request.param)


def read(dump: bytes, folder: Path) -> Source:
    path = folder / "dump"
    path.write_bytes(dump)
    return read_dump(path, folder, lambda position: None)


def rows(source: Source) -> list[list[SourceValue]]:
    return [list(row.values()) for row in source.rows("t")]


def contents(source: Source) -> dict[int, bytes]:
    return {each: b"".join(source.content_pieces(each)) for each in source.content_sizes(range(100))}


def test_rows_and_content_of_mysql(tmp_path: Path) -> None:
    first = (
        b"(1," + "'it\\'s ☃ \"x\"\\n'".encode() + b",'2026-11-01 10:20:30','2026-11-01 10:20:30'," + quoted(EVERY_BYTE)
    )
    dump = mysql(
        first + b",1.50)", b"(-2,NULL,NULL,NULL,NULL,NULL)", b"(3,'),(''','0000-00-00 00:00:00',NULL,0xFf,0.00)"
    )
    source = read(dump, tmp_path)
    assert (source.database, source.count("t"), source.count("attach_data")) == ("mysql", 3, 6)
    assert rows(source) == [
        [1, 'it\'s ☃ "x"\n', "2026-11-01 10:20:30", "2026-11-01 10:20:30+00:00", EVERY_BYTE, "1.50"],
        [-2, None, None, None, None, None],
        [3, "),('", "0000-00-00 00:00:00", None, b"\xff", "0.00"],
    ]
    assert contents(source) == {1: b"\x00\xff", 2: b"", 3: LONG, 4: b"a''b\\", 5: b"\x01\x02", 6: LONG}
    source.close()


def test_rows_and_content_of_postgresql(tmp_path: Path) -> None:
    source = read(POSTGRESQL, tmp_path)
    assert (source.database, source.count("t"), source.count("attach_data")) == ("postgresql", 3, 4)
    assert rows(source) == [
        [1, "one\ttwo\nthree \\ \\", "2026-11-01 10:20:30", b"\x00\xff", "1.50"],
        [2, None, None, None, None],
        [3, "INSERT INTO", None, b"\x00\\\xff", "0.00"],
    ]
    assert contents(source) == {1: b"\x00\xff", 2: b"", 3: LONG, 4: b"a''b\\"}
    source.close()


WORDS = [
    (b"utf8mb4", b"utf8mb4", "Ünïcödé".encode(), "Ünïcödé", 0),
    (b"latin1", b"utf8mb4", "ÃœnÃ¯".encode(), "Ünï", 0),
    (b"latin1", b"utf8mb4", "Ãx€".encode(), "Ãx€", 1),
    (b"latin1", b"latin1", "Ünï".encode(), "Ünï", 0),
    (b"latin1", b"latin1", b"\x80 100 \x81", "€ 100 \x81", 1),
    (b"latin1", b"utf8mb4", "☃".encode(), "☃", 0),
]


@pytest.mark.parametrize(("charset", "names", "stored", "meant", "undecodable"), WORDS)
def test_character_sets(
    charset: bytes, names: bytes, stored: bytes, meant: str, undecodable: int, tmp_path: Path
) -> None:
    source = read(mysql(b"(1,'" + stored + b"',NULL,NULL,NULL,NULL)", charset=charset, names=names), tmp_path)
    assert rows(source)[0][1] == meant
    assert [str(each) for each in source.undecodable] == [
        "t.words of the row 1 is not UTF-8; it was read as windows-1252"
    ] * undecodable
    source.close()


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_compressed_dumps(pack: Packing, tmp_path: Path) -> None:
    source = read(pack(POSTGRESQL), tmp_path)
    assert source.count("t") == 3
    source.close()


ROW = b"(1,'a',NULL,NULL,NULL,NULL)"
REFUSED: list[tuple[bytes, str]] = [
    (b"PGDMP\1\x0e", "archive of pg_dump"),
    (bytes(257) + b"ustar", "pg_restore"),
    (b"hello", "neither a SQLite database nor a plain dump"),
    (mysql(ROW)[:-700], "cut or damaged"),
    (POSTGRESQL[:-60], "cut or damaged"),
    (gzip.compress(POSTGRESQL)[:-90], "compressed data end early"),
    (mysql(ROW) + mysql(ROW), "twice"),
    (mysql(b"(1)"), "cut or damaged"),
    (POSTGRESQL.replace(b"UTF8", b"LATIN1"), "--encoding=UTF8"),
    (POSTGRESQL + b"INSERT INTO public.t VALUES (1);\n", "--inserts"),
    (b"-- MySQL dump\nINSERT INTO `t` VALUES (1);\n", "no-create-info"),
]


@pytest.mark.parametrize(("dump", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_no_whole_dump_is_refused(dump: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=message):
        read(dump, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["dump"]


class Endless(io.RawIOBase):
    """A dump whose one attachment is larger than the memory that may be used."""

    def __init__(self, start: bytes, pieces: int) -> None:
        self._pieces = iter([start, *[b"41" * 512 * 1024] * pieces, b");\n"])

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def test_content_is_never_in_memory_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    start = mysql(ROW).partition(b"INSERT INTO `attach_data`")[0] + b"INSERT INTO `attach_data` VALUES (1,0x"

    def endless(path: Path) -> IO[bytes]:
        return Endless(start, 64)  # type: ignore[return-value] # it is only read

    monkeypatch.setattr("gateway.importing.sources.dumps.dump_reading.open_dump", endless)
    tracemalloc.start()
    source = read_dump(tmp_path, tmp_path, lambda position: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert source.content_sizes([1]) == {1: 32 * 1024 * 1024}
    assert peak < 16 * 1024 * 1024
    source.close()
