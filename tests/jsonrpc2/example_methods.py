"""The methods that the examples of the JSON-RPC 2.0 specification call, and some that misbehave."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.methods.declaration import (
    ANY,
    DOUBLE,
    INT,
    Call,
    Method,
    Param,
    Registry,
    array,
    reads,
    struct,
)
from gateway.store.interface import Reader
from gateway.values import Value

Post = Callable[[str], Awaitable[str]]
"""Sends the body of a request and returns that of its answer."""

EXAMPLES = Registry()
SECRET = "what only the log may tell"


@reads(
    "subtract",
    registry=EXAMPLES,
    params=(Param("minuend", INT, "From which to take."), Param("subtrahend", INT, "What to take.")),
    positional=("minuend", "subtrahend"),
    result=INT,
)
def subtract(call: Call[Reader]) -> Value:
    """Subtract."""
    return call.params.value("minuend") - call.params.value("subtrahend")


TERMS = tuple("abcde")


@reads(
    "sum",
    registry=EXAMPLES,
    params=tuple(Param(name, INT, "A term.") for name in TERMS),
    positional=TERMS,
    result=INT,
)
def total(call: Call[Reader]) -> Value:
    """Add up."""
    return sum(call.params.value(name) for name in call.params)


@reads("get_data", registry=EXAMPLES, result=array(ANY))
def get_data(_: Call[Reader]) -> Value:
    """Tell something."""
    return ["hello", 5]


def notified(call: Call[Reader]) -> Value:
    """Take notice."""
    return list(call.params)


for name in ("update", "notify_hello", "notify_sum"):
    params = tuple(Param(each, INT, "Something.") for each in TERMS)
    EXAMPLES.add(Method(name, notified, writes=False, doc="Take notice.", params=params, positional=TERMS))


@reads("fail", registry=EXAMPLES, result=struct())
def fail(_: Call[Reader]) -> Value:
    """Fail as no method should."""
    raise RuntimeError(SECRET)


@reads("cancel", registry=EXAMPLES, result=struct())
def cancel(_: Call[Reader]) -> Value:
    """Give up as if the task were cancelled."""
    raise asyncio.CancelledError(SECRET)


@reads("not_a_number", registry=EXAMPLES, result=DOUBLE)
def not_a_number(_: Call[Reader]) -> Value:
    """Return a number that JSON has no form for."""
    return float("nan")
