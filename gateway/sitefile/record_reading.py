"""Reading a site file record by record, every error with its place in the file.

The text is cut into its records without copying them, and only one record at a time is decoded. Of a mapped file that
takes the memory of its largest attachment and some 100 bytes a record.
"""

from collections.abc import Callable, Iterator

import msgspec

from gateway.sitefile import schema
from gateway.sitefile.parts import M, Part, R
from gateway.store.interface import Progress

_SITE = frozenset(schema.SiteRecord.__struct_fields__)
_LISTS = frozenset(each.name for each in vars(schema).values() if isinstance(each, Part))
_IGNORED = frozenset({"bug_names", "attachment_names"})


class SiteFileError(Exception):
    """A site file cannot be loaded; the message names the place in the file and the reason."""


class WrongMemberError(Exception):
    """A member of a record is wrong."""

    def __init__(self, member: str, what: str) -> None:
        super().__init__(what)
        self.member = member


class SiteFile:
    """The text of a site file. Raises `SiteFileError` if it is not a JSON object with the parts of a site file."""

    def __init__(self, text: bytes | memoryview, progress: Progress) -> None:
        try:
            self._parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        except msgspec.MsgspecError as problem:
            raise SiteFileError(f"This is not a site file: {problem}.") from problem
        self._check_format()
        if unknown := self._parts.keys() - _SITE - _LISTS - _IGNORED:
            raise SiteFileError(
                f"A site file has no part {min(unknown)}; its parts are {', '.join(sorted(_SITE | _LISTS))}."
            )
        self._progress = progress

    def _check_format(self) -> None:
        """Raise `SiteFileError` for a file of a later format, whatever else is in it."""
        try:
            found = msgspec.json.decode(self._parts.get("format", b"1"), type=int)
        except msgspec.MsgspecError as problem:
            raise _error("format", problem) from problem
        if found > schema.FORMAT:
            raise SiteFileError(
                f"This site file has format {found}, and this release reads formats up to {schema.FORMAT}. "
                "Load it with a later release of the gateway."
            )

    def site(self) -> schema.SiteRecord:
        """Return the description of the site."""
        try:
            members = {name: msgspec.json.decode(self._parts[name]) for name in _SITE & self._parts.keys()}
            return msgspec.convert(members, schema.SiteRecord)
        except msgspec.MsgspecError as problem:
            raise _error("", problem) from problem

    def for_each(self, part: Part[M, R], add: Callable[[R], object]) -> None:
        """Decode the records of a list one by one and call `add` with each, whose errors get its place."""
        decoder = msgspec.json.Decoder(part.record, strict=False)  # lax: 1 and 0 are true and false
        for index, raw in enumerate(self._cut(part.name)):
            place = f"{part.name}[{index}]"
            try:
                add(decoder.decode(raw))
            except msgspec.MsgspecError as problem:
                raise _error(place, problem) from problem
            except WrongMemberError as problem:
                raise SiteFileError(f"{place}.{problem.member}: {problem}") from problem
            except ValueError as problem:
                raise SiteFileError(f"{place}: {problem}") from problem

    def _cut(self, part: str) -> Iterator[msgspec.Raw]:
        """Yield the records of a list, undecoded; progress counts each once it is loaded."""
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
    """Return the error for one of msgspec, such as "Expected `int`, got `str` - at `$.bug_id`", at `place`."""
    what, _, path = str(problem).partition(" - at `$")
    where = (place + path.rstrip("`")).lstrip(".")
    return SiteFileError(f"{where}: {what[:1].lower()}{what[1:]}")
