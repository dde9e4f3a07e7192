"""From rows to the model and back.

The columns of every query stand in the order of the model's fields, a person being three columns: id, login, name.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from gateway.model import Attachment, Bug, Change, Comment, Flag, Person
from gateway.store.sql.statements import Row

_LARGEST_ID = 2**63 - 1


@lru_cache(maxsize=4096)  # a listing repeats its times: 0.08 instead of 0.38 us each
def moment(seconds: int) -> datetime:
    """The time that is so many seconds after 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def seconds(time: datetime) -> int:
    """The whole seconds from 1970 to `time`. Raises `ValueError` for a time without a zone."""
    if time.tzinfo is None:
        raise ValueError(f"The time {time} has no zone.")
    return int(time.timestamp())


AMONG = "(SELECT value FROM json_each(?))"
"""What stands after IN for a parameter made by `id_list`."""


def id_list(ids: Iterable[int]) -> str:
    """Ids as one parameter, without those that no row can have."""
    return msgspec.json.encode([number for number in ids if 0 < number <= _LARGEST_ID]).decode()


def comment(row: Row) -> Comment:
    """A comment from the columns of `reading.bugs`."""
    (comment_id, bug_id, count, user_id, login, real_name, text, kind, attachment_id, is_private, creation_time) = row
    creator = Person(user_id, login, real_name)
    time = moment(creation_time)
    return Comment(comment_id, bug_id, count, creator, text, kind, attachment_id, is_private == 1, time)


def change(row: Row) -> Change:
    """A line of the log from the columns of `reading.bugs`."""
    (change_id, user_id, bug_id, attachment_id, field, removed, added, at) = row
    return Change(change_id, user_id, bug_id, attachment_id, field, removed, added, moment(at))


def flag(row: Row) -> Flag:
    """A flag from the columns of `reading.attachments`."""
    (flag_id, type_id, name, status, bug_id, attachment_id, *people, created, modified) = row
    setter, requestee = Person(*people[:3]), optional_person(people[3:])
    times = moment(created), moment(modified)
    return Flag(flag_id, type_id, name, status, bug_id, attachment_id, setter, requestee, *times)


def attachment(row: Row, flags: tuple[Flag, ...]) -> Attachment:
    """An attachment from the columns of `reading.attachments`."""
    (attachment_id, bug_id, file_name, summary, content_type, user_id, login, real_name, size, sha256) = row[:10]
    (is_patch, is_private, is_obsolete, creation_time, last_change_time) = row[10:]
    return Attachment(
        attachment_id,
        bug_id,
        file_name,
        summary,
        content_type,
        Person(user_id, login, real_name),
        size,
        sha256,
        is_patch == 1,
        is_private == 1,
        is_obsolete == 1,
        moment(creation_time),
        moment(last_change_time),
        flags,
    )


def bug(row: Row, cc: tuple[Person, ...], aliases: tuple[str, ...], groups: tuple[str, ...]) -> Bug:
    """A bug from the columns of `reading.bugs`."""
    (bug_id, product, component, summary) = row[:4]
    (status, resolution, severity, priority, platform, op_sys, version, target_milestone, url, whiteboard) = row[12:22]
    return Bug(
        bug_id,
        product,
        component,
        summary,
        Person(*row[4:7]),
        Person(*row[7:10]),
        moment(row[10]),
        moment(row[11]),
        status,
        resolution,
        severity,
        priority,
        platform,
        op_sys,
        version,
        target_milestone,
        url,
        whiteboard,
        optional_person(row[22:25]),
        cc,
        aliases,
        groups,
        row[25] == 1,
        row[26] == 1,
    )


def optional_person(columns: Sequence[Any]) -> Person | None:
    """A person, or None where the columns are NULL."""
    return None if columns[0] is None else Person(*columns)
