"""`gateway product`, `component`, `flagtype`, `group` and `param`."""

import pytest
from commandline import Run, told

from gateway.cli import store_access
from gateway.model import Scope
from gateway.settings import Settings


def test_a_product_is_added_with_components(site: Run) -> None:
    site("product", "add", "Widgets", "--description", "All.", "--component", "Engine", "--component", "Manual")
    assert told(site("product", "list", "--json")) == [
        {
            "id": 1,
            "name": "Widgets",
            "description": "All.",
            "components": ["Engine", "Manual"],
            "access": [],
            "in use": True,
        }
    ]
    assert site("product", "add", "Widgets", code=1).stderr.startswith("Error: ")


def test_a_component_is_added_to_a_product(site: Run) -> None:
    site("user", "add", "ann@example.com", "--no-password")
    site("product", "add", "Widgets")
    site("component", "add", "Widgets", "Engine", "--description", "Hums.", "--assignee", "Ann@example.com")
    assert told(site("component", "list", "--json")) == [
        {
            "id": 1,
            "product": "Widgets",
            "name": "Engine",
            "description": "Hums.",
            "assignee": "ann@example.com",
            "in use": True,
        }
    ]
    assert "There is no product X;" in site("component", "add", "X", "Engine", code=1).stderr
    assert "There is no product X;" in site("component", "list", "X", code=1).stderr
    assert "There is no user X;" in site("component", "add", "Widgets", "Y", "--assignee", "X", code=1).stderr
    assert len(told(site("component", "list", "Widgets", "--json"))) == 1


def test_access_is_said_in_words_and_stored_in_bugzillas_numbers(site: Run) -> None:
    site("group", "add", "security", "--for-bugs")
    site("product", "add", "Widgets")
    site("product", "access", "Widgets", "security", "--members", "mandatory", "--others", "optional", "--entry")
    site("product", "access", "Widgets", "security", "--members", "default", "--edit")
    product = store_access.read(Settings(), lambda tx: store_access.product(tx, "Widgets"))
    (control,) = product.controls
    assert (control.member_control, control.other_control, control.entry, control.can_edit) == (2, 0, False, True)
    assert told(site("product", "list", "--json"))[0]["access"] == ["security: members default others none edit"]
    assert "There is no group none;" in site("product", "access", "Widgets", "none", code=1).stderr


def test_groups_are_added_and_listed(site: Run) -> None:
    site("group", "add", "security", "--for-bugs", "--description", "Sees more.")
    added = told(site("group", "list", "--json"))[-1]
    assert {**added, "id": 0} == {
        "id": 0,
        "name": "security",
        "description": "Sees more.",
        "for bugs": True,
        "in use": True,
    }
    assert site("group", "add", "security", code=1).stderr.startswith("Error: ")


def test_a_flag_type_is_added_for_a_product(site: Run) -> None:
    site("product", "add", "Widgets", "--component", "Engine")
    site(
        *("flagtype", "add", "approval", "--grant-group", "editbugs", "--product", "Widgets", "--component", "Engine"),
        *("--not-multiplicable", "--not-requesteeble", "--sortkey", "5", "--for-bugs"),
    )
    assert site("flagtype", "add", "review").stdout == "2\n"
    review, approval = store_access.read(Settings(), lambda tx: tx.flag_types())
    assert (approval.grant_group, approval.inclusions) == ("editbugs", (Scope("Widgets", "Engine"),))
    assert (approval.is_multiplicable, approval.is_requesteeble, approval.is_requestable) == (False, False, True)
    assert (approval.target_type, review.target_type) == ("bug", "attachment")
    assert review.inclusions == (Scope(),)
    assert [each["applies to"] for each in told(site("flagtype", "list", "--json"))] == [
        ["every product"],
        ["Widgets / Engine"],
    ]


@pytest.mark.parametrize("option", [("--product", "X"), ("--grant-group", "X"), ("--request-group", "X")])
def test_a_flag_type_refers_to_what_is_there(site: Run, option: tuple[str, str]) -> None:
    assert "X" in site("flagtype", "add", "review", *option, code=1).stderr
    assert told(site("flagtype", "list", "--json")) == []


def test_a_flag_type_goes_out_of_use_and_comes_back(site: Run) -> None:
    site("flagtype", "add", "review")
    site("flagtype", "disable", "1")
    assert told(site("flagtype", "list", "--json"))[0]["in use"] is False
    site("flagtype", "enable", "1")
    assert told(site("flagtype", "list", "--json"))[0]["in use"] is True
    assert "There is no flag type 7;" in site("flagtype", "disable", "7", code=1).stderr


def test_parameters_are_set_and_others_stay(site: Run) -> None:
    site("param", "set", "maintainer", "ann@example.com")
    site("param", "set", "requirelogin", "1")
    site("param", "set", "requirelogin", "0")
    listed = told(site("param", "list", "--json"))
    assert {each["name"]: each["value"] for each in listed} == {
        "insidergroup": "insiders",
        "maintainer": "ann@example.com",
        "requirelogin": "0",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("requirelogin", value) for value in ("yes", "", "11")),
        *(("maxattachmentsize", value) for value in ("abc", "10M", "0", "-1", "1.5", "9" * 20)),
        *((name, value) for name in ("insidergroup", "timetrackinggroup") for value in ("nosuch", "")),
        ("allow_attachment_deletion", "on"),
        ("maintainer", "a\nb"),
    ],
)
def test_a_value_that_would_mean_nothing_is_refused(site: Run, name: str, value: str) -> None:
    before = site("param", "list").stdout
    assert f"{name} takes " in site("param", "set", name, "--", value, code=2).stderr
    assert site("param", "list").stdout == before


@pytest.mark.parametrize(("name", "help_text"), [("nonsense", "These have: "), ("requirelogins", "requirelogin?")])
def test_a_parameter_without_an_effect_is_refused(site: Run, name: str, help_text: str) -> None:
    refused = site("param", "set", name, "1", code=2).stderr
    assert f"no parameter {name} has an effect" in refused
    assert help_text in refused


def test_a_parameter_is_unset(site: Run) -> None:
    site("param", "set", "maxattachmentsize", "5")
    said = site("param", "unset", "maxattachmentsize").stderr
    assert "maxattachmentsize is no longer set. A gateway that serves the site takes it when it is restarted" in said
    assert "maxattachmentsize" not in site("param", "list").stdout
    assert "is not set" in site("param", "unset", "maxattachmentsize", code=1).stderr


@pytest.mark.parametrize(("name", "is_said"), [("maxattachmentsize", True), ("requirelogin", False)])
def test_it_says_what_needs_a_restart(site: Run, name: str, is_said: bool) -> None:
    assert ("restarted" in site("param", "set", name, "1").stderr) is is_said
