"""Reading that takes too long is ended: it keeps others waiting."""

from pathlib import Path

import pytest
from store_samples import COUNT_FAR

from gateway import errors
from gateway.store.sqlite import open_store


async def test_reading_that_takes_too_long(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.db", create=True, patience=-1.0)
    try:
        with pytest.raises(errors.GatewayError) as caught:
            await store.read(lambda tx: tx.groups())
        assert caught.value.kind is errors.TOO_SLOW
        await store.write(lambda tx: tx.groups())
    finally:
        await store.close()


async def test_one_question_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.db", create=True, patience=0.1)
    try:
        with pytest.raises(errors.GatewayError) as caught:
            await store.read(lambda tx: tx._statements.query(COUNT_FAR, (1_000_000_000,)))  # type: ignore[attr-defined]
        assert caught.value.kind is errors.TOO_SLOW
        assert await store.read(lambda tx: tx.groups()) == []
    finally:
        await store.close()


async def test_each_piece_of_work_has_its_own_time(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.db", create=True, patience=60.0)
    try:
        assert await store.read(lambda tx: tx.groups()) == []
    finally:
        await store.close()
