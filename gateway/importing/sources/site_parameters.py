"""The parameters of a Bugzilla: data/params.json (5.0 and later), data/params (4.4, Perl), or BMO's table params."""

import json
from collections.abc import Mapping
from pathlib import Path

from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.perl_text import PerlTextError, read_assignments
from gateway.importing.sources.source import Source

TABLE = "params"
"""The table of BMO with the parameters."""

FILE_NAMES = ("params.json", "params")


def read_parameter_file(path: Path) -> dict[str, str]:
    """Return the parameters in a file of either kind. Raises `ImportRefused`."""
    try:
        text = TextDecoder().decode(path.read_bytes(), "", "", None)
    except OSError as problem:
        raise ImportRefused(f"{path} cannot be read: {problem.strerror}.") from problem
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else read_assignments(text).get("param")
    except (ValueError, PerlTextError) as problem:
        raise ImportRefused(f"{path} cannot be read: {problem}.") from problem
    if not isinstance(found, dict):
        raise ImportRefused(f"{path} has no parameters: name data/params.json or data/params of the Bugzilla.")
    return _as_texts(found)


def read_parameter_table(source: Source) -> dict[str, str]:
    """Return the parameters that the database itself holds, as BMO's does; none otherwise."""
    return {str(row["name"]): str(row["value"]) for row in source.rows(TABLE)}


def _as_texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(_as_text, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)
