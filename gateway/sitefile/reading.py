"""Reading a site file record by record, every error with its place in the file.

The text is cut into its records without copying them, and only one record at a time is decoded. Of a mapped file that
takes the memory of its largest attachment and some 100 bytes a record.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from gateway.sitefile import schema

R = TypeVar("R", bound=schema.Record)

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much of it is done."""

_SITE = frozenset(schema.SiteRecord.__struct_fields__)
_LISTS = frozenset(
    {"groups", "users", "products", "components", "group_controls", "flag_types"}
    | {"bugs", "attachments", "comments", "flags", "changes"}
)
_NOT_LOOKED_AT = frozenset({"keywords", "bug_names", "attachment_names"})


class SiteFileError(Exception):
    """A site file that cannot be loaded: at which place of the file, and why."""


class WrongMemberError(Exception):
    """What is wrong with one member of a record, found while it is loaded."""

    def __init__(self, member: str, what: str) -> None:
        super().__init__(what)
        self.member = member


class SiteFile:
    """The text of a site file. Raises `SiteFileError` where it is no JSON object of the parts that a site has."""

    def __init__(self, text: bytes | memoryview, progress: Progress) -> None:
        try:
            self._parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        except msgspec.MsgspecError as problem:
            raise SiteFileError(f"This is no site file: {problem}.") from problem
        if unknown := self._parts.keys() - _SITE - _LISTS - _NOT_LOOKED_AT:
            raise SiteFileError(
                f"There is no part {min(unknown)} in a site file; there are {', '.join(sorted(_SITE | _LISTS))}."
            )
        self._progress = progress

    def site(self) -> schema.SiteRecord:
        """What describes the site."""
        try:
            members = {name: msgspec.json.decode(self._parts[name]) for name in _SITE & self._parts.keys()}
            return msgspec.convert(members, schema.SiteRecord)
        except msgspec.MsgspecError as problem:
            raise _error("", problem) from problem

    def for_each(self, part: str, kind: type[R], add: Callable[[R], object]) -> None:
        """Decode one record of a list after the other and hand it to `add`, whose errors get its place."""
        decoder = msgspec.json.Decoder(kind, strict=False)  # lax: 1 and 0 are true and false
        for index, raw in enumerate(self._cut(part)):
            place = f"{part}[{index}]"
            try:
                add(decoder.decode(raw))
            except msgspec.MsgspecError as problem:
                raise _error(place, problem) from problem
            except WrongMemberError as problem:
                raise SiteFileError(f"{place}.{problem.member}: {problem}") from problem
            except ValueError as problem:
                raise SiteFileError(f"{place}: {problem}") from problem

    def _cut(self, part: str) -> Iterator[msgspec.Raw]:
        """The records of a list, undecoded; each counts in the progress once it was looked at."""
        if part not in self._parts:
            return
        try:
            raws = msgspec.json.decode(self._parts[part], type=list[msgspec.Raw])
        except msgspec.MsgspecError as problem:
            raise _error(part, problem) from problem
        done = 0
        total = len(memoryview(self._parts[part]))
        for raw in raws:
            yield raw
            done += len(memoryview(raw))
            self._progress(part, done, total)


def _error(place: str, problem: msgspec.MsgspecError) -> SiteFileError:
    """The error for what msgspec found, such as "Expected `int`, got `str` - at `$.bug_id`", at `place`."""
    what, _, path = str(problem).partition(" - at `$")
    where = (place + path.rstrip("`")).lstrip(".")
    return SiteFileError(f"{where}: {what[:1].lower()}{what[1:]}")
