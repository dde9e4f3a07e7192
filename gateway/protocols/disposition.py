"""`Content-Disposition` of a file that a browser is sent (RFC 6266). No I/O."""

import re
from urllib.parse import quote

_ATTR_CHARS = "!#$&+-.^_`|~"
"""Characters that an extended value holds as they are, besides letters and digits (RFC 8187 section 3.2.1)."""

_UNSAFE = re.compile(r"[^A-Za-z0-9 !#$&'()+,.;=@\[\]^_`{}~-]")
"""Characters that some browser misreads in a quoted name: quotes, backslashes, slashes, percent signs, and all that is
not ASCII (RFC 6266 appendix D)."""


def disposition(kind: str, file_name: str) -> str:
    """The header for a file: `kind` is `inline` or `attachment`.

    A name that quotes alone can carry stands as it is. For others `filename` has an ASCII likeness, for old clients,
    and `filename*`, which takes precedence, the name itself.
    """
    likeness = _UNSAFE.sub("_", file_name)
    plain = f'{kind}; filename="{likeness}"'
    if likeness == file_name:
        return plain
    return f"{plain}; filename*=UTF-8''{quote(file_name.encode('utf-8', 'replace'), safe=_ATTR_CHARS)}"
