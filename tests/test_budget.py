"""The budgets of requests: what is charged, what is given back, and who has to give way."""

import gc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from weakref import ref

import pytest

from gateway import errors
from gateway.budget import ANSWER_BYTES, LONG_ANSWER, STORED_TIMES, Budget, Quota
from gateway.content import BLOCK, PIECE, MemoryContent, StoredContent
from gateway.methods.answerer import Answerer
from gateway.methods.catalogue import METHODS
from gateway.methods.context import RequestContext
from gateway.methods.service import Service
from gateway.model import Comment, Person
from gateway.settings import Settings
from gateway.values import Value
from gateway.web.metrics import Metrics


def refused(kind: errors.ErrorKind, step: Callable[..., object], *values: object) -> None:
    with pytest.raises(errors.GatewayError) as caught:
        step(*values)
    assert caught.value.kind is kind


@pytest.mark.parametrize("charge", ["set_body_bytes", "charge_disk"])
def test_one_caller_may_use_all_there_is_and_no_more(charge: str) -> None:
    memory, disk = Quota(100), Quota(100)
    first, second = (Budget("a", memory=memory, disk=disk) for _ in "ab")
    getattr(first, charge)(60)
    getattr(second, charge)(40)
    third = Budget("a", memory=memory, disk=disk)
    refused(errors.BUSY, getattr(third, charge), 1)
    first.close()
    getattr(third, charge)(60)
    second.close()
    third.close()
    assert (memory.used, disk.used, memory.held_by("a")) == (0, 0, 0)


def test_who_holds_less_than_a_share_gets_room_at_the_expense_of_who_holds_most() -> None:
    memory, ended = Quota(100), list[str]()
    requests = {name: Budget(name[0], memory=memory) for name in ("a small", "a large", "b", "c")}
    for name, budget in requests.items():
        budget.on_give_up = lambda name=name: ended.append(name)  # type: ignore[misc]
    requests["a small"].set_body_bytes(30)
    requests["a large"].set_body_bytes(50)
    requests["b"].set_body_bytes(20)
    requests["c"].set_body_bytes(30)
    assert ended == ["a large"]
    assert (memory.held_by("a"), memory.held_by("b"), memory.held_by("c")) == (30, 20, 30)
    refused(errors.BUSY, requests["a large"].set_body_bytes, 60)
    requests["a large"].charge_disk(-10)  # a spool that is closed later
    requests["a large"].close()
    assert memory.used == 80


def test_who_has_a_share_takes_none_of_the_others() -> None:
    memory = Quota(100)
    small, large = Budget("a", memory=memory), Budget("b", memory=memory)
    small.set_body_bytes(60)
    refused(errors.BUSY, large.set_body_bytes, 51)
    large.set_body_bytes(50)
    assert memory.held_by("a") == 0


def test_who_comes_first_gets_more_than_a_share_as_long_as_there_is_room() -> None:
    memory = Quota(100)
    first, second = Budget("a", memory=memory), Budget("b", memory=memory)
    first.set_body_bytes(30)
    second.set_body_bytes(70)
    assert (memory.held_by("a"), memory.held_by("b")) == (30, 70)


@pytest.mark.parametrize("charge", ["set_body_bytes", "charge_disk"])
def test_the_requests_of_an_account_have_one_share_wherever_they_come_from(charge: str) -> None:
    memory, disk = Quota(100), Quota(100)
    home, work, other = (Budget(name, memory=memory, disk=disk) for name in ("home", "work", "other"))
    getattr(other, charge)(70)
    getattr(home, charge)(30)
    for budget in (home, work):
        budget.set_account(7)
    refused(errors.BUSY, getattr(work, charge), 10)
    home.close()
    getattr(work, charge)(10)
    assert max(memory.held_by(7), disk.held_by(7)) == 10


SHARED = {"text": "x" * 1000}


LONG_COMMENT = Comment(1, 1, 0, Person(1, "a", "A"), "x" * 1_000_000, "", None, False, datetime.now(UTC))


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [
        (None, 1, 200),
        ("x" * 10_000, 20_000, 20_200),
        ("\U0001f600" * 10_000, 80_000, 80_200),
        ({"data": MemoryContent(bytes(10_000))}, 20_000, 20_600),
        ({"data": StoredContent(1, 10_000, "")}, 10_000, 80_000),
        ({"data": StoredContent(1, 10_000_000, "")}, PIECE, PIECE + 70_000),
        ([StoredContent(each, 10_000_000, "") for each in range(100)], PIECE, PIECE + 80_000),
        ({"data": StoredContent(1, 10_000_000, "", external=True)}, BLOCK, BLOCK + 70_000),
        ([SHARED] * 1000, LONG_ANSWER + 64_000, LONG_ANSWER + 70_000),
        ({"bugs": [{"id": number, "summary": "x" * 100} for number in range(100)]}, 20_000, 80_000),
        (list(range(1000)), 2000, 200_000),
        ([LONG_COMMENT] * 1000, 1_000_000, 1_140_000),
        (["x" * 1_000_000], LONG_ANSWER + 1_000_000, LONG_ANSWER + 1_000_200),
    ],
)
def test_what_an_answer_holds_and_what_is_written_of_it_at_once(answer: Any, least: int, most: int) -> None:
    memory = Quota()
    budget = Budget(memory=memory)
    budget.charge_answer(answer)
    assert least <= memory.used <= most
    budget.close()
    assert memory.used == 0


def test_contents_of_several_answers_are_streamed_one_after_the_other() -> None:
    memory = Quota()
    budget = Budget(memory=memory)
    budget.charge_answer({"data": StoredContent(1, 10_000_000, "")})
    before = memory.used
    budget.charge_answer({"data": StoredContent(2, 10_000_000, "")})
    assert memory.used - before < PIECE


def test_the_answer_to_a_change_is_not_refused() -> None:
    memory = Quota(1000)
    other, budget = Budget("other", memory=memory), Budget(memory=memory)
    other.set_body_bytes(500)
    budget.set_body_bytes(490)
    refused(errors.BUSY, budget.charge_answer, "x" * 100)
    budget.charge_answer("x" * 100, is_committed=True)
    assert memory.used == 990
    budget.close()
    assert memory.used == 500
    budget.give_up()
    budget.charge_answer("x" * 100, is_committed=True)
    assert memory.used == 500


class Answering:
    """Answers every call."""

    async def answer(self, *_: object) -> Value:
        """Return a result."""
        return {"id": 1}


@pytest.mark.parametrize(("name", "is_answered"), [("Bug.create", True), ("Bugzilla.version", False)])
async def test_what_was_changed_is_told_though_there_is_no_memory(name: str, is_answered: bool) -> None:
    service = Service(cast("Answerer", Answering()), Settings(memory_allowance=1), Metrics())
    method = METHODS.get(name)
    assert method
    call = service.call(method, {}, RequestContext("rest", "192.0.2.1", budget=service.budget("192.0.2.1")))
    if is_answered:
        assert await call == {"id": 1}
    else:
        with pytest.raises(errors.GatewayError, match="busy"):
            await call


class Held(list[str]):
    """A list that tells when it is freed."""


def test_what_a_request_held_is_free_at_its_end() -> None:
    budget, answer = Budget("a"), Held(["text"])
    budget.on_give_up = lambda: budget  # as the budget of a request, which knows its request
    budget.charge_answer(answer)
    held = ref(answer)
    gc.disable()
    try:
        del answer
        budget.close()
        assert held() is None
    finally:
        gc.enable()


class Reading:
    """An answerer that fails when it has read much."""

    def __init__(self) -> None:
        self.read: list[ref[Held]] = []

    async def answer(self, *_: object) -> Value:
        """Fail."""
        held = Held(["text"])
        self.read.append(ref(held))
        raise errors.BUSY(why="test")


async def test_what_a_failed_call_had_read_is_free() -> None:
    reading = Reading()
    service = Service(cast("Answerer", reading), Settings(), Metrics())
    method = METHODS.get("Bug.get")
    assert method
    gc.disable()
    try:
        with pytest.raises(errors.GatewayError) as caught:
            await service.call(method, {}, RequestContext("rest", "192.0.2.1", budget=Budget()))
        assert caught.value.kind is errors.BUSY
        assert [each() for each in reading.read] == [None]
    finally:
        gc.enable()


def test_what_a_request_had_is_free_even_if_it_keeps_its_error() -> None:
    service = Service(cast("Answerer", Reading()), Settings(), Metrics())

    def fail() -> "ref[Held]":
        held = Held(["text"])
        try:
            raise errors.BUSY(why="test")
        except errors.GatewayError as problem:
            kept = service.to_client_error(problem, RequestContext("rest", "192.0.2.1", budget=Budget()))
        assert kept.kind is errors.BUSY
        return ref(held)

    gc.disable()
    try:
        assert fail()() is None
    finally:
        gc.enable()


def test_answers_that_are_too_large_together() -> None:
    budget = Budget()
    budget.start_call()
    budget.charge_answer("x" * ANSWER_BYTES)
    refused(errors.ANSWERS_TOO_LARGE, budget.start_call)


def test_what_a_request_may_have_stored_grows_with_what_it_sends() -> None:
    budget = Budget(stored_bytes=100)
    budget.start_work()
    budget.charge_stored(100)
    refused(errors.STORES_TOO_MUCH, budget.charge_stored, 1)
    budget.start_work()  # the work runs again
    budget.charge_stored(100)
    budget.finish_work()
    budget.start_work()  # another piece of work of the same request
    refused(errors.STORES_TOO_MUCH, budget.charge_stored, 1)
    budget.charge_disk(1000)  # unpacked
    budget.start_work()
    budget.charge_stored(1000)
    refused(errors.STORES_TOO_MUCH, budget.charge_stored, 1)
    budget.count_sent(10)  # packed
    budget.start_work()
    budget.charge_stored(1000 + 10 * STORED_TIMES)
    refused(errors.STORES_TOO_MUCH, budget.charge_stored, 1)


def test_rows_are_counted_for_each_piece_of_work() -> None:
    budget = Budget(rows=2)
    for _ in range(2):
        budget.start_work()
        budget.charge_rows([(1,), (2,)])
        refused(errors.TOO_SLOW, budget.charge_rows, [(3,)])


def test_time_that_is_not_counted() -> None:
    budget = Budget(seconds=-1.0)
    budget.start_work()
    refused(errors.TOO_SLOW, budget.check_time)
    budget.extend(60.0)
    budget.check_time()
