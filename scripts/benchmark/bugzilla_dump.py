"""Make the dump of a Bugzilla of any size, the same for the same seed, as mysqldump would write it.

Its tables have the columns that an import reads. This writes one:

    python -m scripts.benchmark.bugzilla_dump FILE --bugs 100000
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TypeAlias

Cell: TypeAlias = "int | str | bytes | None"

INSERT_SIZE = 1024 * 1024
"""About the bytes of one INSERT statement."""

_START = datetime(2020, 1, 1)
_WORDS = [
    *("the", "engine", "rattles", "when", "it", "is", "cold", "and", "wet", "but", "not", "in", "morning", "crash"),
    *("parser", "with", "long", "lines", "regression", "since", "last", "week", "please", "have", "a", "look"),
    *("naïve", "café", "Ünïcödé", "it's", '"quoted"', "C:\\path", "100%", "世界", "😀"),
]
_STATUSES = ("UNCONFIRMED", "CONFIRMED", "IN_PROGRESS", "RESOLVED", "VERIFIED")
_TABLES = """
attach_data id:int thedata:longblob
attachments attach_id:int bug_id:int creation_ts:datetime modification_time:datetime description:tinytext \
mimetype:tinytext ispatch:tinyint filename:varchar submitter_id:int isobsolete:tinyint isprivate:tinyint
bug_group_map bug_id:int group_id:int
bug_severity id:int value:varchar sortkey:int isactive:tinyint visibility_value_id:int
bug_status id:int value:varchar sortkey:int isactive:tinyint visibility_value_id:int is_open:tinyint
bugs bug_id:int assigned_to:int bug_file_loc:text bug_severity:varchar bug_status:varchar creation_ts:datetime \
delta_ts:datetime short_desc:varchar op_sys:varchar priority:varchar product_id:int rep_platform:varchar reporter:int \
version:varchar component_id:int resolution:varchar target_milestone:varchar qa_contact:int status_whiteboard:text \
everconfirmed:tinyint reporter_accessible:tinyint cclist_accessible:tinyint estimated_time:decimal \
remaining_time:decimal deadline:datetime
bugs_activity id:int bug_id:int attach_id:int who:int bug_when:datetime fieldid:int added:varchar removed:varchar \
comment_id:int
bugs_aliases alias:varchar bug_id:int
cc bug_id:int who:int
classifications id:int name:varchar description:text sortkey:int
components id:int name:varchar product_id:int initialowner:int initialqacontact:int description:text isactive:tinyint
dependencies blocked:int dependson:int
email_setting user_id:int relationship:int event:int
fielddefs id:int name:varchar type:int custom:tinyint description:tinytext sortkey:int obsolete:tinyint \
enter_bug:tinyint buglist:tinyint visibility_field_id:int value_field_id:int is_mandatory:tinyint is_numeric:tinyint
flags id:int type_id:int status:char bug_id:int attach_id:int creation_date:datetime modification_date:datetime \
setter_id:int requestee_id:int
flaginclusions type_id:int product_id:int component_id:int
flagtypes id:int name:varchar description:text cc_list:varchar target_type:char is_active:tinyint \
is_requestable:tinyint is_requesteeble:tinyint is_multiplicable:tinyint sortkey:int grant_group_id:int \
request_group_id:int
group_control_map group_id:int product_id:int entry:tinyint membercontrol:tinyint othercontrol:tinyint canedit:tinyint
group_group_map member_id:int grantor_id:int grant_type:tinyint
groups id:int name:varchar description:text isbuggroup:tinyint userregexp:tinytext isactive:tinyint
longdescs comment_id:int bug_id:int who:int bug_when:datetime work_time:decimal thetext:longtext isprivate:tinyint \
type:int extra_data:varchar
milestones id:int product_id:int value:varchar sortkey:int isactive:tinyint
products id:int name:varchar classification_id:int description:text isactive:tinyint defaultmilestone:varchar \
allows_unconfirmed:tinyint
profiles userid:int login_name:varchar cryptpassword:varchar realname:varchar disabledtext:text disable_mail:tinyint \
extern_id:varchar is_enabled:tinyint
user_api_keys id:int user_id:int api_key:varchar description:varchar revoked:tinyint last_used:datetime
user_group_map user_id:int group_id:int isbless:tinyint grant_type:tinyint
versions id:int value:varchar product_id:int isactive:tinyint
"""
_KEYS = {
    "attach_data": "id",
    "attachments": "attach_id",
    "bugs": "bug_id",
    "longdescs": "comment_id",
    "profiles": "userid",
}
_OF_BUGS = ("attachments", "bug_group_map", "bugs_activity", "bugs_aliases", "cc", "flags", "longdescs")


@dataclass(frozen=True, slots=True)
class SiteSize:
    """The size of a site; sizes of attachments are in bytes. `users` make the bugs in turn."""

    bugs: int = 1000
    comments_per_bug: int = 10
    attachments_per_bug: int = 2
    attachment_size: int = 1024
    users: int = 100


def columns(table: str) -> dict[str, str]:
    """Return the columns of a table with their types."""
    return _columns()[table]


def _columns() -> dict[str, dict[str, str]]:
    lines = (line.split() for line in _TABLES.strip().splitlines())
    return {table: dict(word.split(":") for word in words) for table, *words in lines}


def write_dump(out: IO[bytes], size: SiteSize, seed: int = 1) -> None:
    """Write the dump of a site."""
    out.write(b"-- MySQL dump 10.19\n/*!40101 SET NAMES utf8mb4 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n")
    for table, types in _columns().items():
        out.write(_create(table, types).encode())
        chance = random.Random(f"{seed} {table}")  # noqa: S311 (its chance has a seed, so that a dump can be repeated)
        _insert(out, table, _rows(table, size, chance))
    out.write(b"-- Dump completed\n")


def _create(table: str, types: dict[str, str]) -> str:
    sizes = {"varchar": "varchar(255)", "char": "char(1)", "int": "int(11)", "decimal": "decimal(7,2)"}
    lines = [f"  `{name}` {sizes.get(kind, kind)} DEFAULT NULL" for name, kind in types.items()]
    lines = [line.removesuffix(" DEFAULT NULL") if "blob" in line or "text" in line else line for line in lines]
    key = _KEYS.get(table, "id" if "id" in types else "")
    keys = [f"  PRIMARY KEY (`{key}`)"] if key else []
    keys += [f"  KEY `{table}_bug_id` (`bug_id`)"] if table in _OF_BUGS else []
    body = ",\n".join([*lines, *keys])
    return (
        f"DROP TABLE IF EXISTS `{table}`;\nCREATE TABLE `{table}` (\n{body}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n"
    )


def _insert(out: IO[bytes], table: str, rows: Iterable[Sequence[Cell]]) -> None:
    start = f"INSERT INTO `{table}` VALUES\n".encode()
    written = 0
    for row in rows:
        text = b"(" + b",".join(map(_literal, row)) + b")"
        out.write((b",\n" if written else start) + text)
        written += len(text)
        if written > INSERT_SIZE:
            out.write(b";\n")
            written = 0
    if written:
        out.write(b";\n")


def _literal(cell: Cell) -> bytes:
    if cell is None:
        return b"NULL"
    if isinstance(cell, bytes):
        return b"0x" + cell.hex().encode() if cell else b"''"
    if isinstance(cell, int):
        return str(cell).encode()
    return b"'" + cell.translate(_ESCAPES).encode() + b"'"


_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def _rows(table: str, size: SiteSize, chance: random.Random) -> Iterable[Sequence[Cell]]:
    rows = globals().get(f"_rows_of_{table}")
    return rows(size, chance) if rows else _FEW.get(table, ())


def _time(number: int) -> str:
    return str(_START + timedelta(minutes=number))


def _words(chance: random.Random, number: int) -> str:
    return " ".join(chance.choices(_WORDS, k=number))


def _rows_of_profiles(size: SiteSize, chance: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(1, size.users + 1):
        login = f"user{number}@example.com"
        yield number, login, None, f"User {_words(chance, 1)} {number}", "", 0, None, 1


def _rows_of_bugs(size: SiteSize, chance: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(1, size.bugs + 1):
        status = chance.choice(_STATUSES)
        resolution = "FIXED" if status in ("RESOLVED", "VERIFIED") else ""
        who = number % size.users + 1
        times = (_time(number), _time(number + 5000))
        places = ("All", "---", 1, "All", who, "1.0", number % 2 + 1, resolution, "---", None, _words(chance, 2))
        summary = _words(chance, chance.randint(3, 12))
        yield number, who, "", "normal", status, *times, summary, *places, 1, 1, 1, "0.00", "0.00", None


def _rows_of_longdescs(size: SiteSize, chance: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(size.bugs * size.comments_per_bug):
        bug_id, count = divmod(number, size.comments_per_bug)
        attachment = bug_id * size.attachments_per_bug + count
        about = count and count <= size.attachments_per_bug
        text = "" if about else "\n".join(_words(chance, chance.randint(4, 12)) for _ in range(chance.randint(1, 6)))
        kind = (5, str(attachment)) if about else (0, None)
        private = chance.random() < 0.05
        yield number + 1, bug_id + 1, number % size.users + 1, _time(bug_id + count), "0.00", text, int(private), *kind


def _rows_of_attachments(size: SiteSize, chance: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(size.bugs * size.attachments_per_bug):
        bug_id = number // size.attachments_per_bug
        name = (_words(chance, 3), "application/octet-stream", int(chance.random() < 0.3), f"file{number}.bin")
        times = (_time(bug_id), _time(bug_id + 10))
        yield number + 1, bug_id + 1, *times, *name, number % size.users + 1, 0, int(chance.random() < 0.05)


def _rows_of_attach_data(size: SiteSize, chance: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(size.bugs * size.attachments_per_bug):
        yield number + 1, chance.randbytes(size.attachment_size)


def _rows_of_bugs_activity(size: SiteSize, chance: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(size.bugs * 3):
        change = (chance.randint(1, 3), _words(chance, 1), _words(chance, 1), None)
        yield number + 1, number // 3 + 1, None, number % size.users + 1, _time(number), *change


def _rows_of_cc(size: SiteSize, _: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(1, size.bugs + 1):
        for other in range(number % 3):
            yield number, (number + other) % size.users + 1


def _rows_of_dependencies(size: SiteSize, _: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(10, size.bugs + 1, 10):
        yield number, number - 1


def _rows_of_flags(size: SiteSize, _: random.Random) -> Iterator[Sequence[Cell]]:
    for number in range(1, size.bugs // 5 + 1):
        bug_id = number * 5
        attachment = (bug_id - 1) * size.attachments_per_bug + 1 if size.attachments_per_bug else None
        yield number, 1, "?", bug_id, attachment, _time(bug_id), _time(bug_id), number % size.users + 1, None


_FEW: dict[str, list[Sequence[Cell]]] = {
    "bug_severity": [(1, "normal", 100, 1, None)],
    "bug_status": [(number, each, number, 1, None, int(number < 4)) for number, each in enumerate(_STATUSES, 1)],
    "bugs_aliases": [("first", 1)],
    "bug_group_map": [(2, 2)],
    "classifications": [(1, "Unclassified", "", 0)],
    "components": [(1, "Engine", 1, 1, None, "", 1), (2, "Manual", 1, 1, 2, "", 1)],
    "email_setting": [(1, 0, 0)],
    "fielddefs": [
        (number, name, 0, 0, name, number, 0, 0, 1, None, None, 0, 0)
        for number, name in enumerate(("short_desc", "bug_status", "priority"), 1)
    ],
    "flaginclusions": [(1, None, None)],
    "flagtypes": [(1, "review", "", "", "a", 1, 1, 1, 1, 1, None, None)],
    "group_control_map": [(2, 1, 0, 1, 1, 0)],
    "group_group_map": [(1, 2, 0)],
    "groups": [(1, "admin", "", 0, "", 1), (2, "security", "", 1, "", 1), (3, "staff", "", 0, "@example\\.org$", 1)],
    "milestones": [(1, 1, "---", 0, 1)],
    "products": [(1, "Widgets", 1, "", 1, "---", 1)],
    "user_api_keys": [(1, 1, "A" * 40, "", 0, None)],
    "user_group_map": [(1, 1, 0, 0)],
    "versions": [(1, "1.0", 1, 1)],
}


def main() -> None:
    """Write the dump that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--bugs", type=int, default=1000)
    parser.add_argument("--attachment-size", type=int, default=1024)
    options = parser.parse_args()
    with options.file.open("wb") as out:
        write_dump(out, SiteSize(bugs=options.bugs, attachment_size=options.attachment_size))


if __name__ == "__main__":
    main()
