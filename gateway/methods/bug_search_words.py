"""Full text as MariaDB's boolean and natural mode read it: `+crash -"print dialog" (foo bar*)`."""

import re
from collections.abc import Iterator

from gateway.model.bug_query import Clause, Criterion, HasWords

MIN_WORD, MAX_WORD = 3, 84
"""The lengths of the words that are in the index of MariaDB's InnoDB, in characters."""

STOP_WORDS = frozenset(
    (
        *("a", "about", "an", "are", "as", "at", "be", "by", "com", "de", "en", "for", "from", "how", "i", "in", "is"),
        *("it", "la", "of", "on", "or", "that", "the", "this", "to", "was", "what", "when", "where", "who", "will"),
        *("with", "und", "www"),
    )
)
"""Words that are not in that index."""

NEVER, MAX_DEPTH = Clause((), any=True), 20
_WORD = re.compile(r"[^\W_]+")
_IS_BOOLEAN = re.compile(r"""(?:^|\W)[+\-<>~"()]|[()"*](?:$|\W)""")
_TOKEN = re.compile(
    r"""(?P<sign>[+\-<>~]*)(?:(?P<open>\()|"(?P<phrase>[^"]*)"?|(?P<word>[^\s()"+\-<>~][^\s()"]*))|(?P<close>\))"""
)


def words_criterion(text: str) -> Clause:
    """Return the criterion that the comments of a bug or its summary match a text."""
    return Clause(tuple(_of_text(text, in_comments) for in_comments in (True, False)), any=True)


def any_word(text: str) -> Clause:
    """Return the criterion that the summary has one of the words of a text."""
    return _natural(text, in_comments=False)


def _of_text(text: str, in_comments: bool) -> Clause:
    if not _IS_BOOLEAN.search(text):
        return _natural(text, in_comments)
    return _group(_TOKEN.finditer(text.replace("|", " ")), in_comments, MAX_DEPTH)


def indexed_words(text: str) -> list[str]:
    """Return the words of a text that an index has, each once, in lower case."""
    return list(dict.fromkeys(word for word in _WORD.findall(text.lower()) if _is_indexed(word)))


def _natural(text: str, in_comments: bool) -> Clause:
    return Clause(tuple(HasWords(word, in_comments) for word in indexed_words(text)), any=True)


def _is_indexed(word: str) -> bool:
    return MIN_WORD <= len(word) <= MAX_WORD and word not in STOP_WORDS


def _group(tokens: Iterator[re.Match[str]], in_comments: bool, depth: int) -> Clause:
    """Return the criterion of what is in parentheses, or of all."""
    required: list[Criterion] = []
    optional: list[Criterion] = []
    excluded: list[Criterion] = []
    for token in tokens:
        if token["close"]:
            break
        found = _group(tokens, in_comments, depth - 1) if token["open"] and depth else _leaf(token, in_comments)
        if found is not None:
            sign = token["sign"][:1]
            (required if sign == "+" else excluded if sign == "-" else optional).append(found)
    wanted = required or [Clause(tuple(optional), any=True)]
    return Clause((*wanted, *(Clause((each,), negated=True) for each in excluded)))


def _leaf(token: re.Match[str], in_comments: bool) -> Criterion | None:
    """Return the criterion of a word or a phrase; None if no index has any of its words."""
    text = token["phrase"] if token["phrase"] is not None else token["word"] or ""
    words = _WORD.findall(text.lower())
    is_prefix = bool(token["word"]) and text.endswith("*") and bool(words)
    if not any(_is_indexed(word) for word in words) and not is_prefix:
        return None if token["phrase"] is None else NEVER
    return HasWords(" ".join(words), in_comments, is_prefix=is_prefix)
