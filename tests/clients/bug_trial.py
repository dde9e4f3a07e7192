"""The steps with bugs that clients take, and the checks of what they leave behind.

A client finds what to do in environment variables, besides those of `client_runs`:

    CLIENT_PRODUCT, CLIENT_COMPONENT, CLIENT_VERSION   where it is to file a bug
    CLIENT_WORD                                        a word that the summary of one open bug has
    CLIENT_SUMMARY, CLIENT_DESCRIPTION                 of the bug that it is to file
    CLIENT_KEYWORDS                                    its keywords, separated by commas
    CLIENT_BLOCKED_BUG                                 the bug that it is to block
    CLIENT_COMMENT                                     what it is to comment when it resolves a bug

It takes those of the following steps that its entry names, and prints a line for each, its words separated by tabs.

    info      the components of the product, in the order of the alphabet, separated by commas
    search    the number of the bug with the word
    file      the number of the bug that it filed
    resolve   the status and the resolution, read back after it resolved the bug that it filed, or else the one it found
"""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalogue import Client
from client_runs import TrialError, check_equal, environment_of, new_bug, rest, run
from proxies import Proxy
from running import site

PRODUCT, COMPONENT = "Widgets", "Core"
SUMMARY = "Größe <1> & „Maß“ – 世界"
DESCRIPTION = "Die erste Zeile\n\n  und die dritte: 世界 <&>"
KEYWORDS = ("crash", "perf")
COMMENT = "Erledigt – 完了 <2>"


def try_with_bugs(client: Client, way: str, url: str, folder: Path, proxy: Proxy | None = None) -> None:
    """Let a client take its steps with bugs in an empty folder, and check each. Raises `TrialError`."""
    word = f"w{uuid.uuid4().hex[:12]}"
    blocked, wanted = new_bug(url, "blocked"), new_bug(url, f"Kessel {word} läuft über")
    reported = run(
        client,
        {
            **environment_of(client, way, url, folder, proxy),
            "CLIENT_PRODUCT": PRODUCT,
            "CLIENT_COMPONENT": COMPONENT,
            "CLIENT_VERSION": "1.0",
            "CLIENT_WORD": word,
            "CLIENT_SUMMARY": SUMMARY,
            "CLIENT_DESCRIPTION": DESCRIPTION,
            "CLIENT_KEYWORDS": ",".join(KEYWORDS),
            "CLIENT_BLOCKED_BUG": str(blocked),
            "CLIENT_COMMENT": COMMENT,
        },
    )
    filed = reported.get("file", ())
    expected = {"info": (_components(),), "search": (str(wanted),), "file": filed, "resolve": ("RESOLVED", "FIXED")}
    check_equal("the steps", set(reported), set(client.does))
    for step in client.does:
        check_equal(step, reported[step], expected[step])
    if "file" in client.does:
        _check_filed(client, url, int(filed[0]), wanted, blocked)
    if "resolve" in client.does:
        _check_resolved(url, int(filed[0]) if filed else wanted)


def _components() -> str:
    return ",".join(sorted(each["name"] for each in site()["components"] if each["product"] == PRODUCT))


def _check_filed(client: Client, url: str, number: int, wanted: int, blocked: int) -> None:
    if number <= wanted:
        raise TrialError(f"It filed no new bug: {number}.")
    bug = _bug(url, number)
    check_equal("the summary", bug["summary"], SUMMARY)
    check_equal("the description", _texts(url, number)[0], DESCRIPTION)
    check_equal("the place", (bug["product"], bug["component"], bug["version"]), (PRODUCT, COMPONENT, "1.0"))
    if client.sets_keywords:
        check_equal("the keywords", bug["keywords"], [*KEYWORDS])
        check_equal("what it blocks", bug["blocks"], [blocked])


def _check_resolved(url: str, number: int) -> None:
    bug = _bug(url, number)
    check_equal("how it ended", (bug["status"], bug["resolution"]), ("RESOLVED", "FIXED"))
    check_equal("the comment", _texts(url, number)[-1], COMMENT)


def _bug(url: str, number: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = rest(url, f"bug/{number}")["bugs"][0]
    return found


def _texts(url: str, number: int) -> list[str]:
    return [comment["text"] for comment in rest(url, f"bug/{number}/comment")["bugs"][str(number)]["comments"]]
