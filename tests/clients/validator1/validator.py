"""Python's xmlrpc.client."""

import sys
import xmlrpc.client
from datetime import UTC, datetime

server = xmlrpc.client.ServerProxy(sys.argv[1], use_builtin_types=True).validator1


def say(method: str, *words: object) -> None:
    print(method, *words, sep="\t")


stooges = {"moe": 1, "larry": 2, "curly": 3}
say("arrayOfStructsTest", server.arrayOfStructsTest([stooges, stooges, {**stooges, "curly": -10}]))
counted = server.countTheEntities('<<<>>&&&&\'""')
say("countTheEntities", *(f"{name}={counted[name]}" for name in sorted(counted)))
say("easyStructTest", server.easyStructTest(stooges))
echoed = server.echoStructTest({**stooges, "text": "<&> ü 世界"})
say("echoStructTest", *(f"{name}={echoed[name]}" for name in sorted(echoed)))
number, truth, text, fraction, time, content = server.manyTypesTest(
    42, True, "<&> ü 世界", -1.5, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), bytes(range(256))
)
assert truth is True
say("manyTypesTest", number, int(truth), text, fraction, f"{time:%Y%m%dT%H:%M:%S}", content.hex())
say("moderateSizeArrayCheck", server.moderateSizeArrayCheck([f"text {number}" for number in range(200)]))
days = {"31": {"moe": 9}, "01": stooges}
say("nestedStructTest", server.nestedStructTest({"1999": {}, "2000": {"03": {}, "04": days}}))
returned = server.simpleStructReturnTest(7)
say("simpleStructReturnTest", *(f"{name}={returned[name]}" for name in sorted(returned)))
