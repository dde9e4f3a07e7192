"""Whether an answer is the one that a real Bugzilla gave, where some of it differs from run to run.

An expected answer is the recorded one, with marks for what differs: "$now" for a time during the run, "$new" for a
number that the server gave something, "$string" for any text, and "$name" for what an earlier answer of the program
told. {"$list": 40, "0": ..., "39": ...} stands for a list of 40 items, of which these two are compared, and
{"$any_order": [...]} for one whose order is open. Types count: true is not 1, and "1" is not either.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

NOT_COMPARED = frozenset({"update_token"})
"""Members that differ from site to site, and of which no program makes use."""

MAY_BE_MORE = frozenset({"attachments"})
"""Members that an answer may have besides: bugzilla.mozilla.org's answer to an upload has them."""

_RUN = timedelta(minutes=15)
_MARK = re.compile(r"\$(\w+)")


def differences(expected: Any, actual: Any, known: Mapping[str, Any], at: str = "answer") -> Iterator[str]:
    """Tell, in one line each, where the answer differs."""
    if isinstance(expected, dict):
        yield from _in_struct(expected, actual, known, at)
    elif isinstance(expected, list):
        yield from _in_list(expected, actual, known, at)
    elif isinstance(expected, str) and "$" in expected:
        if not _is_marked(expected, actual, known):
            yield f"{at}: {actual!r}, not {expected!r}"
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{at}: {actual!r}, not {expected!r}"


def _in_struct(expected: Mapping[str, Any], actual: Any, known: Mapping[str, Any], at: str) -> Iterator[str]:
    if "$list" in expected:
        yield from _in_long_list(expected, actual, known, at)
    elif "$any_order" in expected:
        yield from _in_any_order(expected["$any_order"], actual, known, at)
    elif not isinstance(actual, dict):
        yield f"{at}: {actual!r} is no struct"
    else:
        named = {_named(key, known): each for key, each in expected.items()}
        if missing := named.keys() - actual.keys():
            yield f"{at} lacks {sorted(missing)}"
        if more := actual.keys() - named.keys() - NOT_COMPARED - MAY_BE_MORE:
            yield f"{at} has {sorted(more)} besides"
        for key in named.keys() & actual.keys():
            yield from differences(named[key], actual[key], known, f"{at}.{key}")


def _in_list(expected: Sequence[Any], actual: Any, known: Mapping[str, Any], at: str) -> Iterator[str]:
    if not isinstance(actual, list) or len(actual) != len(expected):
        yield f"{at}: {actual!r}, not {expected!r}"
        return
    for number, (wanted, found) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(wanted, found, known, f"{at}[{number}]")


def _in_long_list(expected: Mapping[str, Any], actual: Any, known: Mapping[str, Any], at: str) -> Iterator[str]:
    if not isinstance(actual, list) or len(actual) != expected["$list"]:
        found = len(actual) if isinstance(actual, list) else repr(actual)
        yield f"{at}: {found} items, not {expected['$list']}"
        return
    for number in (key for key in expected if key.isdigit()):
        yield from differences(expected[number], actual[int(number)], known, f"{at}[{number}]")


def _in_any_order(expected: Sequence[Any], actual: Any, known: Mapping[str, Any], at: str) -> Iterator[str]:
    rest = list(actual) if isinstance(actual, list) else [actual]
    for wanted in expected:
        match = next((each for each in rest if not any(differences(wanted, each, known))), None)
        if match is None:
            yield f"{at} lacks {wanted!r}"
        else:
            rest.remove(match)
    if rest:
        yield f"{at} has {rest!r} besides"


def _named(key: str, known: Mapping[str, Any]) -> str:
    return _MARK.sub(lambda mark: str(known.get(mark[1], mark[0])), key)


def _is_marked(expected: str, actual: Any, known: Mapping[str, Any]) -> bool:
    if expected == "$now":
        return isinstance(actual, str) and _is_now(actual)
    if expected == "$new":
        return type(actual) is int and actual > 0
    if expected == "$string":
        return isinstance(actual, str) and actual != ""
    if (whole := _MARK.fullmatch(expected)) and whole[1] in known:
        return type(actual) is type(known[whole[1]]) and bool(actual == known[whole[1]])
    pattern = "".join(
        re.escape(part) if number % 2 == 0 else re.escape(str(known[part])) if part in known else r"\d+"
        for number, part in enumerate(_MARK.split(expected))
    )
    return isinstance(actual, str) and re.fullmatch(pattern, actual) is not None


def _is_now(text: str) -> bool:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return False
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return abs(datetime.now(UTC) - time) < _RUN
