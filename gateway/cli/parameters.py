"""Bugzilla's parameters that have an effect here, with the values that they take."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gateway.store.interface import Reader

_Check = Callable[[Reader, str], bool]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that has an effect: its meaning, the values that it takes in words, and their check."""

    meaning: str
    takes: str
    check: _Check


def _matches(pattern: str) -> _Check:
    return lambda _, value: re.fullmatch(pattern, value) is not None


def _is_group(tx: Reader, name: str) -> bool:
    return any(group.name == name for group in tx.groups())


_GROUP = "the name of a group; `gateway group list` lists all"
PARAMETERS: Mapping[str, Parameter] = {
    "insidergroup": Parameter("the group that sees private attachments and comments", _GROUP, _is_group),
    "timetrackinggroup": Parameter("the group that sees the time tracking of bugs", _GROUP, _is_group),
    "requirelogin": Parameter("1: nothing can be seen without logging in", "0 or 1", _matches("[01]")),
    "maxattachmentsize": Parameter(
        "the size limit of attachments in KiB, unless max_attachment_size is set",
        "a number of KiB",
        _matches("[1-9][0-9]{0,8}"),
    ),
    "allow_attachment_deletion": Parameter(
        "1: administrators may delete the content of attachments on its page", "0 or 1", _matches("[01]")
    ),
    "maintainer": Parameter("the e-mail address that clients are given", "one line of text", _matches(r".+")),
}
"""The parameters that can be set. A site that was loaded or imported may have others, which only clients are told."""

RELOADED = {"maxattachmentsize"}
"""The parameters that a gateway reads at its start; it looks up the others in each call."""


def ineffective(tx: Reader) -> Iterator[tuple[str, str]]:
    """Yield the parameters of the site whose values mean nothing, each with the problem; an empty one is unset."""
    for name, value in sorted(tx.site().parameters.items()):
        if value and name in PARAMETERS and not PARAMETERS[name].check(tx, value):
            yield name, f"{name} is {value!r}, and takes {PARAMETERS[name].takes}"
