"""Reads catalogues of texts in the format of gettext (`.po`), as far as the gateway uses it. No I/O."""

import ast
import re
from collections.abc import Mapping

_ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr|msgstr\[([01])\]) (".*")$')

Catalogue = Mapping[str, tuple[str, ...]]
"""Translations by the English text: one, or one for each plural form."""


def read(text: str) -> Catalogue:
    """Return the translations of a catalogue. Raises ValueError for a line that it does not understand."""
    found: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"\n\s*\n", text):
        entry = _entry(block)
        if entry.get("msgid"):
            plurals = tuple(entry[name] for name in ("msgstr[0]", "msgstr[1]") if name in entry)
            found[entry["msgid"]] = plurals or (entry.get("msgstr", ""),)
    return found


def _entry(block: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    name = ""
    for line in block.strip().splitlines():
        match = _ENTRY.match(line)
        if match:
            name = match[1]
            parts[name] = ast.literal_eval(match[3])
        elif line.startswith('"') and name:
            parts[name] += ast.literal_eval(line)
        elif not line.startswith("#"):
            raise ValueError(f"this line of a catalogue is not understood: {line}")
    return parts
