"""Asks three worlds the same, and notes where their answers tell what they should not.

Three gateways serve this world, another one in which all that a role may not see is otherwise, and one in which it is
not there at all. They are asked everything in the same order, so that each of them has the same numbers to give.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Set
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from lines import Answer, Line
from questions import OPERATORS, QUESTIONS
from running import load, running
from ways import HOST, SESSION, requests, visits, words
from wire import Request
from worlds import SEES, Kind, State, hidden_are, marks, site, user

from gateway.methods.catalogue import ISSUES, METHODS
from gateway.pages import page_session
from gateway.pages.page_session import FORM_TOKEN, GUEST

_NOW = re.compile(rb"20[2-9]\d-?\d\d-?\d\d[T ]\d\d:\d\d:\d\dZ?|\d+-[A-Za-z0-9]{24}(?=\W)")
"""What may differ: the present time, and the token of a login."""

_CHANCE = re.compile(rf'value="[0-9a-f]{{64}}"|nonce[-=]"?[\w-]{{22}}|(?<={GUEST}=)[\w-]+')
"""What is made by chance: the token in a form, what tells the scripts of a page from others, and a guest's cookie."""

_UID = re.compile(rb'"site": "[0-9a-f]{32}"')
"""The digits that tell one site from another, which are made by chance too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table: who asks what, in which way."""

    asked: str
    way: str
    role: str

    def __str__(self) -> str:
        return f"{self.role}, {self.way}: {self.asked}"


@dataclass(slots=True)
class Findings:
    """What was found: how many cells there are, and what is wrong with some of them."""

    roles: frozenset[str]
    sees: frozenset[Kind]
    """What all of these roles may see."""
    cells: int = 0
    requests: int = 0
    shown: list[str] = field(default_factory=list)
    """Where something is in an answer that who asked may not see."""
    differing: list[str] = field(default_factory=list)
    """Where the answer depends on what it is."""
    telling: list[str] = field(default_factory=list)
    """Where the answer depends on whether it is there, and Bugzilla does not tell."""
    may_tell: set[str] = field(default_factory=set)
    """The questions by which Bugzilla tells whether something is there."""
    told: set[str] = field(default_factory=set)
    """Those of them by which it was told."""
    seen: set[tuple[str, Kind]] = field(default_factory=set)
    """What turned up, and in which way, for those who may see it."""
    ways: set[str] = field(default_factory=set)


def ask(roles: frozenset[str], folder: Path) -> Findings:
    """The findings of roles that see the same."""
    role = min(roles)
    findings = Findings(roles, SEES[role])
    with ExitStack() as stack:
        lines = {}
        for state in State:
            file, database = folder / f"{state.name}.json", folder / f"{state.name}.db"
            file.write_text(json.dumps(site(hidden_are(role, state))), encoding="utf-8")
            load(database, file)
            lines[state] = Line(stack.enter_context(running(database)).url)
            stack.callback(lines[state].close)
        with_session = {role for role in roles if role not in ("anonymous", "disabled", "revoked")}
        cookies = {(state, role): _session(line, role) for state, line in lines.items() for role in with_session}
        for cell, request, told in _everything(sorted(roles), with_session):
            for state, line in lines.items():
                own = dict(request.headers)
                if own.get("Cookie") == SESSION:
                    own["Cookie"] = cookies[state, cell.role]
                line.write(request.verb, request.path, own, request.body)
            _judge(findings, cell, request, {state: line.read() for state, line in lines.items()}, told)
    return findings


def _session(line: Line, role: str) -> str:
    """The cookie of a new session, begun by the form of the page that logs in."""
    form_token = hmac.new(b"anybody", b"form", hashlib.sha256).hexdigest()
    form = {"login": user(role).login, "password": user(role).password, FORM_TOKEN: form_token}
    heads = {**HOST, "Cookie": f"{GUEST}=anybody", "Content-Type": "application/x-www-form-urlencoded"}
    line.write("POST", "/login", heads, urlencode(form).encode())
    found = re.search(rf"{page_session.SESSION}=[^;]+", line.read().headers["set-cookie"])
    assert found is not None
    return found[0]


def _everything(roles: list[str], with_session: Set[str]) -> Iterator[tuple[Cell, Request, str]]:
    """All cells with their requests, and why they may tell; what writes comes last."""
    for role in roles:
        for way, visit, request in visits(role, role in with_session):
            yield Cell(words(visit), way, role), request, visit.told
    methods = sorted([*METHODS, *ISSUES], key=lambda each: (each.writes, [*QUESTIONS].index(each.name)))
    for method in methods:
        for question in QUESTIONS[method.name]:
            for role in roles:
                for way, request in requests(method, question, role):
                    yield Cell(f"{method.name} {dict(question.params)}", way, role), request, question.told


def _judge(findings: Findings, cell: Cell, request: Request, answers: Mapping[State, Answer], told: str) -> None:
    findings.cells += 1
    findings.requests += len(answers)
    findings.ways.add(cell.way)
    this = answers[State.THIS]
    _look(findings, cell, request, this)
    if cell.way in OPERATORS:
        return
    known, other, absent = (_comparable(cell, answers[state]) for state in (State.THIS, State.OTHER, State.ABSENT))
    if known != other:
        findings.differing.append(f"{cell}\n    {known}\n    {other}")
    if told:
        findings.may_tell.add(cell.asked)
    refused = cell.role in ("disabled", "revoked") and not cell.way.startswith("/")  # pages do not look at keys
    if known != absent and told and not refused:
        findings.told.add(cell.asked)
    elif known != absent:
        findings.telling.append(f"{cell}\n    {known}\n    {absent}")


def _look(findings: Findings, cell: Cell, request: Request, answer: Answer) -> None:
    """Look for what is private, but for what who asked has said themselves."""
    asked = request.path.encode() + request.body
    raw = b"\n".join([*(f"{name}: {value}".encode() for name, value in answer.headers.items()), answer.body])
    for kind in Kind:
        found = {mark for mark in marks(kind) if mark in raw and mark not in asked}
        if found and kind in SEES[cell.role]:
            findings.seen.add((cell.way, kind))
        elif found:
            findings.shown.append(f"{cell} shows {found}")


def _comparable(cell: Cell, answer: Answer) -> Answer:
    """The answer without what differs by the second: the present time and, where that is told, the tag made of it."""
    body, times = _NOW.subn(b"now", _without_chance(answer.body))
    tells_time = times or cell.asked.startswith("Bugzilla.time")  # HEAD and 304 have no body to see it by
    unsteady = {"last-modified", "etag"} if tells_time else {"last-modified"}
    unsteady |= {"set-cookie"} if cell.way.startswith("/log") else set()
    headers = {name: _CHANCE.sub("", value) for name, value in answer.headers.items() if name not in unsteady}
    return Answer(answer.status, headers, body)


def _without_chance(body: bytes) -> bytes:
    if b"<html" not in body:
        return _UID.sub(b"", body)
    return _CHANCE.sub("", body.decode("latin-1")).encode("latin-1")
