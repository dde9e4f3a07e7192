"""`Content-Disposition` of a file that a browser is sent (RFC 6266). No I/O."""

import re
from urllib.parse import quote

_ATTR_CHARS = "!#$&+-.^_`|~"
"""What stands for itself in an extended value besides letters and digits (RFC 8187 section 3.2.1, `attr-char`)."""

_UNSAFE = re.compile(r"[^A-Za-z0-9 !#$&'()+,.;=@\[\]^_`{}~-]")
"""What some browser takes for more than itself in a quoted name: quotes, backslashes, slashes, percent signs, and all
that is not ASCII (RFC 6266 appendix D)."""


def disposition(kind: str, file_name: str) -> str:
    """`inline` or `attachment` with the name of the file.

    The name is there as it is where quotes alone can carry it; otherwise there is a likeness of it in ASCII for old
    clients, and the name itself in `filename*`, which goes before.
    """
    likeness = _UNSAFE.sub("_", file_name)
    plain = f'{kind}; filename="{likeness}"'
    if likeness == file_name:
        return plain
    return f"{plain}; filename*=UTF-8''{quote(file_name.encode('utf-8', 'replace'), safe=_ATTR_CHARS)}"
