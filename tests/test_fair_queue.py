"""The order in which the work of several callers is done."""

from gateway.fair_queue import FairQueue


def served(queue: FairQueue[str], seconds: dict[str, float], most: int = 1000) -> str:
    """The callers in the order in which they are served, each of whose pieces takes so many seconds."""
    order = ""
    while len(order) < most and (taken := queue.take()):
        order += taken[1]
        queue.done(taken[0], seconds.get(taken[1], 1.0))
    return order


def filled(*pieces: str, at_once: float = 1000) -> FairQueue[str]:
    queue = FairQueue[str](at_once)
    for each in pieces:
        queue.put((each,), each)
    return queue


def test_callers_take_turns() -> None:
    assert served(filled(*"aaaabb"), {}) == "ababaa"


def test_one_alone_has_everything() -> None:
    assert served(filled(*"aaaa"), {}) == "aaaa"


def test_who_uses_more_time_has_fewer_turns() -> None:
    assert served(filled(*"aaaa", *"bbbbbb"), {"a": 3.0, "b": 1.0}) == "abbbabbbaa"


def test_who_comes_later_goes_next_but_has_nothing_saved_up() -> None:
    queue = filled(*"aaaaaaa")
    assert served(queue, {}, most=3) == "aaa"
    for _ in range(3):
        queue.put(("b",), "b")
    assert served(queue, {}) == "bababaa"


def test_an_account_has_one_share_at_all_of_its_addresses() -> None:
    queue = FairQueue[str]()
    for address in range(4):
        queue.put((address, "account"), "a")
    queue.put(("other",), "b")
    queue.put(("other",), "b")
    assert served(queue, {}) == "ababaa"


def test_an_owner_has_so_many_under_way() -> None:
    queue = filled(*"aab", at_once=1)
    first, second = queue.take(), queue.take()
    assert first
    assert second
    assert (first[1], second[1], queue.take()) == ("a", "b", None)
    queue.done(first[0], 1.0)
    assert queue.take() == (("a",), "a")


def test_work_that_was_not_begun_is_first_again() -> None:
    queue = FairQueue[str]()
    queue.put(("a",), "first")
    queue.put(("a",), "second")
    taken = queue.take()
    assert taken
    queue.put_back(*taken)
    assert (queue.take(), len(queue)) == ((("a",), "first"), 1)


def test_callers_who_are_gone_are_forgotten() -> None:
    queue = FairQueue[str]()
    for number in range(5000):
        queue.put((number,), "a")
        taken = queue.take()
        assert taken
        queue.done(taken[0], 0.0)
    assert len(queue._used) < 2000


def test_what_waits_can_be_taken_back() -> None:
    queue = filled(*"ab")
    assert sorted(queue.take_all()) == ["a", "b"]
    assert queue.take() is None
