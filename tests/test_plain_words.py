"""Sentences open with their subject ("The login of the reporter"), not with a question word ("Who reported it")."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from running import ROOT
from subcommands import subcommands

from gateway.cli import main
from gateway.settings import all_settings

SOURCES = sorted((ROOT / "gateway").glob("**/*.py"))
SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]

_OPENING = re.compile(r"(Who|Whom|Whose|Whoever|What|Whatever|Whether|How)\b")
_SENTENCE_END = re.compile(r"(?<=[.!?:])[*)_\"`]*\s+(?=[*(\[`\"]*[A-Z])")
_BLOCK = re.compile(r"^```.*?^```$|^    [^\n]*$", re.MULTILINE | re.DOTALL)
_PARAGRAPH_END = re.compile(r"\n\s*\n|\n(?=[-*#] |\d+\. )|\s*\|\s*")


def unclear(text: str) -> list[str]:
    """The sentences of a text that open with a question word and are not questions."""
    sentences = [each.lstrip('*(_[`"') for each in _SENTENCE_END.split(" ".join(text.split()))]
    return [each for each in sentences if _OPENING.match(each) and not each.rstrip("*)_").endswith("?")]


def paragraphs(markdown: str) -> Iterator[str]:
    """The paragraphs, headings, items and cells of a page, without its code."""
    for paragraph in _PARAGRAPH_END.split(_BLOCK.sub("", markdown)):
        yield re.sub(r"^\s*([-*#]+|\d+\.) ", "", paragraph)


def docstrings(source: str) -> Iterator[str]:
    """The docstrings of a module, its classes, functions and variables."""
    for node in ast.walk(ast.parse(source)):
        for statement in getattr(node, "body", ()) if isinstance(getattr(node, "body", None), list) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield text


def helps(command: click.Command) -> Iterator[str]:
    """The help of a command, its options, and its subcommands."""
    yield command.help or ""
    yield from (each.help or "" for each in command.params if isinstance(each, click.Option))
    if isinstance(command, click.Group):
        for each in subcommands(command).values():
            yield from helps(each)


def descriptions(schema: object) -> Iterator[str]:
    """The descriptions in a JSON schema."""
    if isinstance(schema, dict):
        if isinstance(text := schema.get("description"), str):
            yield text
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from descriptions(each)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What it is about.", 1),
        ("The summary. Whether it is private.", 1),
        ("Who\nworks on it.", 1),
        ("**What is kept.** How long it lasts.", 2),
        ("Tell whether it is private. What would 1 PB take?", 0),
        ("The user who works on it, and what they do. Whatsoever.", 0),
    ],
)
def test_sentences_that_open_with_a_question_word_are_found(text: str, found: int) -> None:
    assert len(unclear(text)) == found


def test_paragraphs_are_found() -> None:
    page = "# What it is\n\n- How so\n\n| Who | x |\n\n```sh\nWhat code\n```\n\n    What code\n\n1. Whether a\n2. no\n"
    assert [each for each in paragraphs(page) if unclear(each)] == ["What it is", "How so", "Who", "Whether a"]


def test_docstrings_are_found() -> None:
    source = '"""a"""\nX = 1\n"""b"""\n\nclass C:\n    """c"""\n\n    def f(self):\n        """d"""\n        x = "e"\n'
    assert sorted(docstrings(source)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_open_with_their_subject(source: Path) -> None:
    assert [each for text in docstrings(source.read_text(encoding="utf-8")) for each in unclear(text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_open_sentences_with_their_subject(page: Path) -> None:
    found = [unclear(each) for each in paragraphs(page.read_text(encoding="utf-8"))]
    assert [sentence for each in found for sentence in each] == []


def test_help_opens_with_its_subject() -> None:
    texts = [*helps(main), *(each.doc for each in all_settings())]
    assert len(texts) > 100
    assert [each for text in texts for each in unclear(text)] == []


def test_methods_are_described_by_their_subject() -> None:
    texts = [text for each in SCHEMAS for text in descriptions(json.loads(each.read_text(encoding="utf-8")))]
    assert len(texts) > 100
    assert [each for text in texts for each in unclear(text)] == []
