"""The eight methods of XML-RPC's classical validation suite (validator1, http://validator.xmlrpc.com), by its names."""

from collections.abc import Callable
from typing import Any

from gateway.methods.declaration import ANY, Call, Method, Param, Registry
from gateway.values import Value

VALIDATOR = Registry()


def validates(*positional: str) -> Callable[[Callable[..., Value]], Method]:
    """Register a function of its parameters, which come by their place."""

    def register(function: Callable[..., Value]) -> Method:
        def run(call: Call[Any]) -> Value:
            return function(*(call.params.value(name) for name in positional))

        params = tuple(Param(name, ANY, "What the suite sends.") for name in positional)
        name = f"validator1.{function.__name__}"
        doc = function.__doc__ or ""
        return VALIDATOR.add(
            Method(name, run, writes=False, read_only=True, doc=doc, params=params, positional=positional)
        )

    return register


@validates("structs")
def arrayOfStructsTest(structs: list[dict[str, int]]) -> Value:  # noqa: N802
    """Add up the curlies of structs with moe, larry and curly."""
    return sum(each["curly"] for each in structs)


@validates("text")
def countTheEntities(text: str) -> Value:  # noqa: N802
    """Count the characters that XML has entities for."""
    counted = {
        "ctLeftAngleBrackets": "<",
        "ctRightAngleBrackets": ">",
        "ctAmpersands": "&",
        "ctApostrophes": "'",
        "ctQuotes": '"',
    }
    return {name: text.count(character) for name, character in counted.items()}


@validates("stooges")
def easyStructTest(stooges: dict[str, int]) -> Value:  # noqa: N802
    """Add up moe, larry and curly."""
    return stooges["moe"] + stooges["larry"] + stooges["curly"]


@validates("whole")
def echoStructTest(whole: dict[str, Value]) -> Value:  # noqa: N802
    """Return the struct."""
    return whole


@validates("number", "truth", "text", "fraction", "time", "content")
def manyTypesTest(  # noqa: N802
    number: Value, truth: Value, text: Value, fraction: Value, time: Value, content: Value
) -> Value:
    """Return one value of each type in an array. Booleans come in as numbers, as Bugzilla sees them."""
    return [number, bool(truth), text, fraction, time, content]


@validates("texts")
def moderateSizeArrayCheck(texts: list[str]) -> Value:  # noqa: N802
    """Join the first and the last text of an array of some two hundred."""
    return texts[0] + texts[-1]


@validates("calendar")
def nestedStructTest(calendar: dict[str, Any]) -> Value:  # noqa: N802
    """Add up moe, larry and curly of the first of April 2000."""
    day = calendar["2000"]["04"]["01"]
    return day["moe"] + day["larry"] + day["curly"]


@validates("number")
def simpleStructReturnTest(number: int) -> Value:  # noqa: N802
    """Return ten, a hundred and a thousand times a number."""
    return {"times10": number * 10, "times100": number * 100, "times1000": number * 1000}
