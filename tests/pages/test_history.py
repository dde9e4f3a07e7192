"""The history of bugs and attachments, and the deletion of content that is in it."""

import subprocess
import sys

import pytest
from calling import Caller
from running import PATIENCE, ROOT, Gateway
from visiting import Seen, Visitor


def logged_in(gateway: Gateway, who: str) -> Visitor:
    visitor = Visitor(gateway.url)
    visitor.login(who)
    return visitor


def set_param(gateway: Gateway, *words: str) -> None:
    command = [sys.executable, "-m", "gateway", "param", *words, "--database", str(gateway.database)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)


@pytest.fixture
def admin(gateway: Gateway) -> Visitor:
    return logged_in(gateway, "admin")


def changed(gateway: Gateway, attachment: int, summary: str) -> None:
    Caller(gateway.url).result("Bug.update_attachment", {"ids": [attachment], "summary": summary}, "insider")


def links(seen: Seen) -> list[str]:
    return [str(each) for each in seen.page.xpath("//main//a/@href")]


def test_the_history_is_linked_and_shows_who_changed_what(gateway: Gateway) -> None:
    changed(gateway, 1, "A better summary")
    anybody = Visitor(gateway.url)
    assert "show_activity.cgi?id=1" in links(anybody.get("show_bug.cgi?id=1"))
    assert "show_activity.cgi?id=1&attach_id=1" in links(anybody.get("attachment.cgi?id=1&action=edit"))
    for address in ("show_activity.cgi?id=1", "show_activity.cgi?id=1&attach_id=1"):
        seen = anybody.get(address)
        assert "Attachment description" in seen.said
        assert "A better summary" in seen.said
    assert "A better summary" not in anybody.get("show_activity.cgi?id=1&attach_id=2").said
    assert anybody.get("show_activity.cgi?id=3").status == anybody.get("show_activity.cgi?id=999").status == 404


def test_the_history_of_what_is_private_is_private(gateway: Gateway) -> None:
    changed(gateway, 4, "Topaz")
    assert "Topaz" not in Visitor(gateway.url).get("show_activity.cgi?id=1").said
    assert "Topaz" in logged_in(gateway, "insider").get("show_activity.cgi?id=1").said


def test_an_administrator_deletes_content_where_that_is_allowed(gateway: Gateway, admin: Visitor) -> None:
    page = "attachment.cgi?id=1&action=delete"
    assert page not in links(admin.get("attachment.cgi?id=1&action=edit"))
    assert admin.get(page).status == 404
    set_param(gateway, "set", "allow_attachment_deletion", "1")
    assert page in links(admin.get("attachment.cgi?id=1&action=edit"))
    form = admin.get(page)
    assert "cannot be undone" in form.said
    seen = admin.submit(form, "delete_content?id=1", reason="It has a key.")
    assert "The content is deleted." in seen.said
    assert "The content was deleted." in seen.said
    assert page not in links(seen)
    assert "It has a key." in admin.get("show_bug.cgi?id=1").said
    assert "Attachment is obsolete: no → yes" in admin.get("show_activity.cgi?id=1").said
    in_french = admin.get("show_activity.cgi?id=1", {"Accept-Language": "fr"})
    assert "Pièce jointe obsolète\xa0: non → oui" in in_french.said
    shown = Caller(gateway.url).result("Bug.attachments", {"attachment_ids": [1]})["attachments"]["1"]
    assert (shown["content_type"], shown["is_obsolete"], shown["flags"]) == ("text/plain", 1, [])
    assert shown.get("data") is None
    assert admin.get("attachment.cgi?id=1").status == 404


def test_nobody_else_deletes_content(gateway: Gateway, admin: Visitor) -> None:
    set_param(gateway, "set", "allow_attachment_deletion", "1")
    insider = logged_in(gateway, "insider")
    assert insider.get("attachment.cgi?id=1&action=delete").status == 404
    form = admin.get("attachment.cgi?id=1&action=delete")
    set_param(gateway, "unset", "allow_attachment_deletion")
    refused = admin.submit(form, "delete_content?id=1", reason="x")
    assert refused.status == 404
    assert admin.get("attachment.cgi?id=1").status == 200
