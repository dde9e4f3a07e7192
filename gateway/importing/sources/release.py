"""The release of a Bugzilla, found by looking at its tables."""

from dataclasses import dataclass
from hashlib import sha256

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.source import Source

_NEEDED = ("bugs", "longdescs", "attachments", "profiles", "products", "components", "fielddefs", "groups")


@dataclass(frozen=True, slots=True)
class Release:
    """A release or a family of them.

    `version` is the version to show where neither the directory nor an option says it. `file_digits` is the number of
    digits in the folders of local files (group.NN). Only 5.0 on MySQL `has_escapes`: comments with U+FDD0 [U+1F600]
    U+FDD1 for characters that three bytes of UTF-8 do not reach. A release that `keeps_utc` has TIMESTAMP columns on
    MySQL, which are in UTC.
    """

    name: str
    version: str
    file_digits: int = 2
    has_escapes: bool = False
    keeps_utc: bool = False


def find_release(source: Source, utf8_parameter: str) -> Release:
    """Return the release of the source. `utf8_parameter` is the parameter utf8, which 5.2 sets to utf8mb4.

    Raises `ImportRefused` if it is no Bugzilla.
    """
    tables = source.tables
    if missing := [each for each in _NEEDED if each not in tables]:
        raise ImportRefused(f"{source.name} is not the database of a Bugzilla: it has no table {missing[0]}.")
    if "attachment_storage_class" in tables or "attach_size" in tables["attachments"]:
        if "longdescs_reactions" in tables or "params" in tables:
            return Release("BMO", "", file_digits=3, keeps_utc=True)
        return Release("harmony", "", file_digits=3, keeps_utc=True)
    if "user_api_keys" not in tables:
        return Release("4.4", "4.4")
    if source.database == "mysql":
        is_52 = "utf8mb4" in source.encodings or utf8_parameter == "utf8mb4"
        return Release("5.2", "5.2") if is_52 else Release("5.0", "5.0", has_escapes=True)
    if utf8_parameter == "utf8mb4":
        return Release("5.2", "5.2")
    return Release("5.0 or 5.2, whose tables are the same", "5.2")


def fingerprint(source: Source) -> str:
    """Return what tells this Bugzilla from others and never changes: its first bugs and products."""
    bugs = [f"{row['bug_id']!r} {row['reporter']!r}" for row in source.page("bugs", "bug_id", 0, 3)]
    products = [str(row["id"]) for row in source.page("products", "id", 0, 1)]
    return sha256(" ".join([*products, *bugs]).encode()).hexdigest()[:16]
