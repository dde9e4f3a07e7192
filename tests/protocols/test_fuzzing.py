"""Damaged input for every codec, in short; the long run is `scripts/fuzz`, and what that found is in tests/corpus."""

import random
from pathlib import Path

import pytest

from scripts.fuzzing.codecs import CODECS
from scripts.fuzzing.mutations import Pool

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
FOUND = sorted(each for each in CORPUS.glob("*/*") if each.is_file())


@pytest.mark.parametrize("codec", CODECS.values(), ids=list(CODECS))
def test_damaged_examples(codec) -> None:
    chance, pool = random.Random(1), Pool(codec.examples, codec.tokens)  # noqa: S311 (no secret)
    outcomes = {codec.check(pool.damaged(chance)) for _ in range(1000)}
    assert len(outcomes) > 1


@pytest.mark.parametrize("codec", CODECS.values(), ids=list(CODECS))
def test_whole_examples(codec) -> None:
    for example in codec.examples:
        codec.check(example)


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_was_found(file: Path) -> None:
    CODECS[file.parent.name].check(file.read_bytes())


def test_the_corpus_is_of_codecs() -> None:
    assert FOUND
    assert {each.name for each in CORPUS.iterdir()} <= CODECS.keys()
