import pytest
from commandline import Run, told


@pytest.fixture
def widgets(site: Run) -> Run:
    """A site with a product, and two users."""
    site("group", "add", "security", "--for-bugs")
    site("product", "add", "Widgets", "--component", "Engine")
    site("product", "access", "Widgets", "security", "--members", "optional", "--others", "optional")
    site("user", "add", "ann@example.com", "--no-password", "--group", "editbugs")
    site("user", "add", "bob@example.com", "--no-password")
    return site


def add(run: Run, *more: str, code: int = 0) -> str:
    arguments = ("--as", "ann@example.com", "--product", "Widgets", "--component", "Engine", "--summary", "It rattles")
    return run("bug", "add", *arguments, *more, code=code).output


def test_a_bug_is_entered_and_shown(widgets: Run) -> None:
    more = ("--description", "Loudly.", "--alias", "rattle", "--group", "security", "--assignee", "bob@example.com")
    assert add(widgets, *more).endswith("\n1\n")
    shown = told(widgets("bug", "show", "rattle", "--json"))
    expected = {
        "id": 1,
        "product": "Widgets",
        "component": "Engine",
        "summary": "It rattles",
        "groups": ["security"],
        "aliases": ["rattle"],
        "reporter": "ann@example.com",
        "assignee": "bob@example.com",
        "attachments": [],
    }
    assert {name: shown[name] for name in expected} == expected
    assert told(widgets("bug", "show", "1", "--json")) == shown
    assert [bug["id"] for bug in told(widgets("bug", "list", "--json"))] == [1]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--product", "Gadgets"), "Gadgets"),
        (("--component", "Wheel"), "Wheel"),
        (("--group", "insiders"), "insiders"),
        (("--assignee", "cy@example.com"), "cy@example.com"),
        (("--alias", "7"), "it is a number"),
        (("--as", "cy@example.com"), "cy@example.com"),
    ],
)
def test_the_rules_are_those_of_the_protocols(widgets: Run, option: tuple[str, str], said: str) -> None:
    assert said in add(widgets, *option, code=1)
    assert told(widgets("bug", "list", "--json")) == []


def test_a_bug_that_is_not_there_is_told(widgets: Run) -> None:
    for bug in ("7", "nothing"):
        assert f"There is no bug {bug};" in widgets("bug", "show", bug, code=1).stderr
