"""What is asked: every method and every resource, about every kind of private thing.

A method or a resource that is declared and not in here fails the tests, and so does a parameter that no question has.
`told` says where Bugzilla tells that there is something, though not what; anywhere else nobody may be able to tell.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from worlds import ALIAS, ANOTHER, PRODUCT, REQUESTED, Kind, State, all_are, content, user

from gateway.methods.bug_search_fields import api_names

BUG = "a bug that one may not see is an error of its own, 102"
ATTACHMENT = "a private attachment asked for by number is an error, 304; one that does not exist is left out"
UPDATE = "an attachment that one may not change is another error than one that does not exist"
COMMENT = "a private comment is an error of its own, 110, and one of a bug that one may not see 102"
NUMBERED = "comments are numbered, private ones too; and one written before its attachment was private is public"
COMMENT_PRIVACY = "a private comment is an error of its own, 113, as it is of its own, 110, in Bug.comments"
LINKED = "a link to a bug has its status as its title, whoever may see the bug"
TAKEN = "an alias is taken, whoever may see the bug that has it"


@dataclass(frozen=True, slots=True)
class Question:
    """Parameters of a method; `told` is why the answer may tell that something exists, empty where it may not."""

    params: Mapping[str, Any]
    told: str = ""


def q(told: str = "", /, **params: Any) -> Question:
    """A question, in short."""
    return Question(params, told)


_FILE = {"data": b"new", "file_name": "new.txt", "summary": "new", "content_type": "text/plain"}
_ALL = {"include_fields": ["_all"], "exclude_fields": ["nothing"]}
_EVERY_FIELD = {
    "priority": "High",
    "severity": "minor",
    "op_sys": "Linux",
    "platform": "PC",
    "url": "u",
    "whiteboard": "w",
    "keywords": [],
    "depends_on": [1],
    "blocks": [9],
    "see_also": ["1"],
    "deadline": "2026-12-31",
    "estimated_time": 1,
    "remaining_time": 1,
}
_GIVEN = {"classification": "a", "is_confirmed": 1}
_LISTS = {
    "keywords": {"add": []},
    "depends_on": {"add": [9]},
    "blocks": {"remove": [9]},
    "see_also": {"add": ["9"]},
    "cc": {"add": ["nobody@example.com"]},
}
_NEW_BUG = {"component": "Core", "summary": "new", "version": "1", "op_sys": "All", "platform": "All"}

_FLAG_TYPE = {
    "cc_list": "",
    "sortkey": 1,
    **dict.fromkeys(("is_active", "is_requestable", "is_specifically_requestable"), 1),
    "is_multiplicable": 1,
    "grant_group": "members",
    "request_group": "members",
    "inclusions": [PRODUCT],
    "exclusions": [PRODUCT],
}
_SEARCHED = api_names()

QUESTIONS: Mapping[str, list[Question]] = {
    "Bug.attachments": [
        q(ids=[1]),
        q(ids=[1, 9], **_ALL),
        q(ids=[1], include_fields=["id", "size", "flags"]),
        q(ids=[1], exclude_fields=["data"]),
        q(ATTACHMENT, attachment_ids=[11]),
        q(ATTACHMENT, attachment_ids=[12]),
        q(ATTACHMENT, attachment_ids=[1, 11, 20], exclude_fields=["data"]),
        q(BUG, attachment_ids=[13]),
        q(BUG, attachment_ids=[14]),
        q(BUG, ids=[3]),
        q(BUG, ids=[4]),
        q(BUG, ids=[ALIAS]),
        q(BUG, ids=[1, 3]),
        q(ids=[77], attachment_ids=[11]),
    ],
    "Bug.get": [
        q(ids=[1]),
        q(ids=[1, 9], **_ALL),
        q(BUG, ids=[3]),
        q(BUG, ids=[4]),
        q(BUG, ids=[ALIAS]),
        q(BUG, ids=[1, 3], include_fields=["id"]),
        q(BUG, ids=[1, 3, 4, ALIAS, 77], permissive=1),
    ],
    "Bug.search": [
        q(id=[3]),
        q(id=[4]),
        q(id="1,3,4,77", permissive=1, **_ALL),
        q(id=[1, 3, 4, 77], limit=1, offset=1, include_fields=["id"]),
        q(alias=[ALIAS]),
        q(id=[1, 3], alias=[ALIAS, "other"]),
        q(quicksearch="ALL jasper,topaz,marble,garnet,quartz,basalt"),
        q(quicksearch="ALL longdesc:marble,basalt,garnet,jasper", **_ALL),
        q(content="+marble* -basalt garnet quartz jasper", include_fields=["id"]),
        q(longdesc=["marble", "basalt", "garnet", "topaz"], limit=5, order="bug_id DESC"),
        q(f1="attachments.description", o1="anywordssubstr", v1="quartz garnet jasper topaz", n1=""),
        q(f1="attach_data.thedata", o1="substring", v1="quartz"),
        q(f1="flagtypes.name", o1="notsubstring", v1="onyx", n1="1", j_top="OR"),
        q(f1="requestees.login_name", o1="isnotempty"),
        q(f1="setters.login_name", o1="substring", v1="insider"),
        q(f1="commenter", o1="substring", v1="insider"),
        q(f1="longdescs.count", o1="greaterthan", v1="1"),
        q(f1="longdesc", o1="changedafter", v1="2003-01-01"),
        q(f1="OP", j1="AND_G", f2="attachments.isprivate", o2="changedto", v2="1", f3="CP"),
        q(chfield=["flagtypes.name", "[Bug creation]"], chfieldfrom="2002-01-01", chfieldto="now", chfieldvalue=""),
        q(product=PRODUCT, order="product,component,alias,assigned_to"),
        q(**dict.fromkeys(_SEARCHED - {"last_change_time", "creation_time"}, "jasper")),
        q(last_change_time="2003-01-01", creation_time="2003-01-01"),
    ],
    "Bug.possible_duplicates": [
        q(summary="jasper topaz garnet marble summary", **_ALL),
        q(summary="bug", limit=2, products=[PRODUCT]),
    ],
    "Bug.comments": [
        q(NUMBERED, ids=[1]),
        q(NUMBERED, ids=[1, 9], **_ALL),
        q(NUMBERED, ids=[1], new_since="2000-01-01T00:00:00Z"),
        q(ids=[1], new_since="2002-01-01T00:00:00Z"),
        q(BUG, ids=[3]),
        q(BUG, ids=[4]),
        q(BUG, ids=[ALIAS]),
        q(COMMENT, comment_ids=[31]),
        q(NUMBERED, comment_ids=[32]),
        q(COMMENT, comment_ids=[33]),
        q(COMMENT, comment_ids=[34]),
        q(COMMENT, comment_ids=[35]),
        q(COMMENT, comment_ids=[1, 33]),
    ],
    "Bug.add_attachment": [
        q(ids=[9], **_FILE),
        q(ids=[9], **_FILE, comment="new", is_patch=1, is_private=1, contenttypemethod="autodetect"),
        q(ids=[9], **_FILE, flags=[{"id": ANOTHER, "status": "+"}]),
        q(BUG, ids=[3], **_FILE),
        q(BUG, ids=[4], **_FILE),
        q(BUG, ids=[ALIAS], **_FILE),
        q(BUG, ids=[9, 3], **_FILE),
    ],
    "Bug.update_attachment": [
        q(ids=[20], summary="new", file_name="new", content_type="text/css", is_patch=0, is_obsolete=0),
        q(ids=[20], comment="new", is_private=0, minor_update=1),
        q(ids=[20], flags=[{"id": ANOTHER, "status": "X"}]),
        q(UPDATE, ids=[11], summary="new", **_ALL),
        q(UPDATE, ids=[11], comment="new"),
        q(UPDATE, ids=[11], is_private=0),
        q(UPDATE, ids=[11], content_type="of no kind"),
        q(UPDATE, ids=[11], flags=[{"id": ANOTHER, "status": "X"}]),
        q(UPDATE, ids=[11], flags=[{"name": "approval", "status": "X"}]),
        q(UPDATE, ids=[11], flags=[{"type_id": 2, "status": "X"}]),
        q(UPDATE, ids=[11], flags=[{"type_id": 2, "status": "?", "new": True}]),
        q(UPDATE, ids=[11], flags=[{"id": REQUESTED, "status": "?"}, {"id": ANOTHER, "status": "X"}]),
        q(UPDATE, ids=[11], flags=[{"id": REQUESTED, "status": "?"}, {"name": "approval", "status": "X"}]),
        q(UPDATE, ids=[11], flags=[{"id": REQUESTED, "status": "-"}]),
        q(UPDATE, ids=[12], is_obsolete=0),
        q(UPDATE, ids=[13], summary="new"),
        q(UPDATE, ids=[14], summary="new"),
        q(UPDATE, ids=[20, 11], is_obsolete=0),
    ],
    "Bug.history": [q(ids=[1], new_since="2001-01-01"), *(q(BUG, ids=[each]) for each in (3, 4, ALIAS)), q(ids=[77])],
    "Bug.render_comment": [
        q(text="attachment 11, attachment 12, attachment 1 and a@b.example", id=1),
        q(BUG, text="nothing", id=3),
        q(LINKED, text="bug 3, bugs 4, 77 and bug 1 comment 3"),
    ],
    "Bug.search_comment_tags": [q(query="a", limit=5)],
    "Bug.update_comment_tags": [
        q(COMMENT, comment_id=33, add=["new"]),
        q(COMMENT, comment_id=34, remove=["new"]),
        q(comment_id=999),
    ],
    "Bug.add_comment": [
        *(q(BUG, id=each, comment="new") for each in (3, 4, ALIAS)),
        q(id=77, comment="new", is_private=1, private=1, work_time=1),
    ],
    "Bug.update_tags": [q(ids=[1], tags={"add": ["todo"]}), q(BUG, ids=[3], tags={"add": ["todo"]})],
    "BugUserLastVisit.get": [q(**_ALL), q(BUG, ids=[3])],
    "BugUserLastVisit.update": [q(BUG, ids=[3], **_ALL), q(ids=[1])],
    "Bugzilla.last_audit_time": [q(**{"class": ["Bugzilla::Product"]})],
    "Bug.fields": [q(), q(names=["component", "version", "target_milestone"], **_ALL), q(ids=[15])],
    "Bug.legal_values": [q(field="component", product_id=number) for number in (1, 2, 3, 9)],
    "Product.get": [
        q(ids=[*range(1, 9)], **_ALL),
        q(names=[PRODUCT, "Widgets"]),
        q(type=["accessible", "enterable", "selectable"]),
    ],
    "Product.get_accessible_products": [q()],
    "Product.get_enterable_products": [q()],
    "Product.get_selectable_products": [q()],
    "Classification.get": [q(ids=[1], names=["Unclassified"], **_ALL)],
    "Group.get": [q(ids=[1, 2], names=["members"], membership=1), q()],
    "FlagType.get": [q(product=PRODUCT), q(product="Widgets", component="Core")],
    "User.create": [q(email=user("stranger").login, full_name="new", password="new password")],
    "User.offer_account_by_email": [q(email="new@example.com")],
    "User.update": [
        q(
            ids=[user("stranger").id],
            names=[user("member").login],
            email="new@example.com",
            full_name="new",
            password="new password",
            email_enabled=1,
            login_denied_text="",
            groups={"add": ["members"]},
            bless_groups={"add": ["members"]},
        )
    ],
    "Group.create": [q(name="members", description="new", user_regexp="new", is_active=1, icon_url="new")],
    "Group.update": [
        q(ids=[1], names=["members"], name="new", description="new", user_regexp="new", is_active=1, icon_url="new")
    ],
    "Product.create": [
        q(
            name=PRODUCT,
            description="new",
            version="new",
            has_unconfirmed=1,
            classification="new",
            default_milestone="new",
            is_open=1,
            create_series=1,
        )
    ],
    "Product.update": [
        q(
            ids=[1],
            names=[PRODUCT],
            name="new",
            description="new",
            default_milestone="new",
            has_unconfirmed=1,
            is_open=1,
        )
    ],
    "Component.create": [
        q(
            product=PRODUCT,
            name="new",
            description="new",
            default_assignee=user("member").login,
            default_qa_contact=user("member").login,
            default_cc=[user("member").login],
            is_open=1,
        )
    ],
    "FlagType.create": [q(name="new", description="new", target_type="bug", **_FLAG_TYPE)],
    "FlagType.update": [q(ids=[1], names=["new"], name="new", description="new", **_FLAG_TYPE)],
    "User.get": [
        q(names=[user("member").login, user("insider").login], **_ALL),
        q(ids=[user("member").id], group_ids=[1]),
        q(match=["exam"], limit=50, include_disabled=1),
        q(match=["*"], groups=["members"]),
    ],
    "User.login": [
        q(login=user("member").login, password="wrong"),
        q(login="nobody@example.com", password="wrong", remember=1, restrict_login=1),
        q(Bugzilla_login=user("stranger").login, Bugzilla_password=user("stranger").password),
    ],
    "User.logout": [q()],
    "User.valid_login": [q(login=user("member").login)],
    "Bugzilla.version": [q()],
    "Bugzilla.extensions": [q()],
    "Bugzilla.timezone": [q()],
    "Bugzilla.time": [q()],
    "Bugzilla.parameters": [q(**_ALL)],
    "system.listMethods": [q()],
    "system.methodHelp": [q(methodName="Bug.attachments")],
    "system.methodSignature": [q(methodName="Bug.attachments")],
    "system.getCapabilities": [q()],
    "rpc.discover": [q()],
    "system.multicall": [
        q(
            BUG,
            calls=[
                {"methodName": "Bug.get", "params": [{"ids": [3]}]},
                {"methodName": "Bug.attachments", "params": [{"ids": [1]}]},
                {"methodName": "Bug.attachments", "params": [{"attachment_ids": [11]}]},
                {"methodName": "Bug.comments", "params": [{"comment_ids": [33]}]},
            ],
        )
    ],
    "Issue.add_attachment": [
        q(id=issue, File=b"new", Description="new") for issue in (9, 3, 4, 77, ALIAS, "no-such-alias")
    ],
    "Bug.update_see_also": [
        q(ids=[1], add=["9", "https://github.com/a/b/issues/1"], remove=["2"]),
        q(BUG, ids=[1], add=["3"]),
        q(ids=[1], add=[ALIAS]),
        q(BUG, ids=[3], add=["1"]),
        q(BUG, ids=[ALIAS], remove=["1"]),
    ],
    "Bug.update": [
        q(ids=[1], summary="new", **{**_EVERY_FIELD, **_LISTS}),
        q(
            ids=[1],
            assigned_to=user("member").login,
            qa_contact=user("member").login,
            version="1",
            target_milestone="a",
        ),
        q(ids=[1], status="RESOLVED", resolution="FIXED", is_cc_accessible=1, is_creator_accessible=0),
        q(ids=[1], comment={"body": "new", "is_private": True}, work_time=1),
        q(ids=[1], flags=[{"name": "ask", "status": "?"}], reset_assigned_to=1, reset_qa_contact=1),
        q(COMMENT_PRIVACY, ids=[1], comment_is_private={"33": True}),
        q(ids=[1], product=PRODUCT, component=f"{Kind.PRODUCT.value} part {State.THIS.value}"),
        q(ids=[1], groups={"add": ["members"]}),
        q(BUG, ids=[1], dupe_of=3),
        q(BUG, ids=[1], depends_on={"add": [3]}, blocks={"set": [ALIAS]}),
        q(BUG, ids=[3], summary="new"),
        q(BUG, ids=[ALIAS], whiteboard="new"),
        q(BUG, ids=[4], comment={"body": "new"}),
        q(TAKEN, ids=[1], alias=ALIAS),
    ],
    "Bug.create": [
        q(product="Widgets", **_NEW_BUG, description="new", comment_is_private=1),
        q(product="Widgets", **_NEW_BUG, cc=[user("stranger").login], groups=["members"], status="CONFIRMED"),
        q(product="Widgets", **_NEW_BUG, is_cc_accessible=1, is_creator_accessible=1, target_milestone="---"),
        q(product="Widgets", **(_NEW_BUG | _EVERY_FIELD)),
        q(product="Widgets", **_NEW_BUG, assigned_to=user("member").login, qa_contact=user("member").login),
        q(product=PRODUCT, **_NEW_BUG),
        q(product=PRODUCT, component=f"{Kind.PRODUCT.value} part {State.THIS.value}", summary="new", version="1"),
        q(product="Widgets", **_NEW_BUG, flags=[{"name": "ask", "status": "?"}], resolution="FIXED"),
        q(product="Widgets", **_NEW_BUG, id=1, creator="a", creation_time="a", last_change_time="a", **_GIVEN),
        q(BUG, product="Widgets", **_NEW_BUG, depends_on=[3]),
        q(BUG, product="Widgets", **_NEW_BUG, see_also=["3"]),
        q(product="Widgets", **_NEW_BUG, alias=[ALIAS]),
    ],
}
"""By the name of the method, in the order in which they are asked: first what reads, and at last what makes worlds go
apart, as an alias can be had only where it is not taken."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a resource that is no method's, as it is; the caller shows their key in a header.

    Pages do not look at that: a caller who may log in comes with a session, too. `told` is as in a `Question`.
    """

    verb: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    told: str = ""


_WADL = {"Accept": "application/vnd.sun.wadl+xml"}
_ISSUES = "/Ketura/API/Issues"
_TARGETS = (3, 4, 77, ALIAS)
_JSON = {"Content-Type": "application/json"}
_XML = {"Content-Type": "text/xml"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_GUESSED = f'"{hashlib.sha256(content(Kind.ATTACHMENT, all_are(State.THIS))).hexdigest()[:32]}"'
"""The tag of the private attachment, which somebody knows who has its bytes and wants to know whether it is those."""


_FILES = (1, 11, 12, 13, 14, 77)


def _file(number: int) -> list[Visit]:
    path = f"/attachment.cgi?id={number}"
    heads = ({"Range": "bytes=0-0"}, {"Range": "bytes=99999-"}, {"If-None-Match": "*"}, {"If-None-Match": _GUESSED})
    return [Visit("GET", path), Visit("HEAD", path), *(Visit("GET", path, each) for each in heads)]


def _page(number: int) -> list[Visit]:
    """The pages of an attachment."""
    actions = ("edit", "diff", "preview", "delete")
    return [Visit("GET", f"/attachment.cgi?id={number}&action={action}") for action in actions]


VISITS: Mapping[str, list[Visit]] = {
    "/attachment.cgi": [
        *(visit for number in _FILES for visit in [*_file(number), *_page(number)]),
        Visit("OPTIONS", "/attachment.cgi?id=1"),
    ],
    "/attach": [Visit("POST", f"/attach?bugid={each}", _FORM, b"summary=new") for each in _TARGETS],
    "/change": [Visit("POST", f"/change?id={each}", _FORM, b"summary=new") for each in _FILES],
    "/show_bug.cgi": [
        Visit("GET", "/show_bug.cgi?id=1", told=NUMBERED),
        *(Visit("GET", f"/show_bug.cgi?id={each}") for each in _TARGETS),
    ],
    "/show_activity.cgi": [
        *(
            Visit("GET", f"/show_activity.cgi?id={each}{more}")
            for each in (1, *_TARGETS)
            for more in ("", "&attach_id=11")
        ),
    ],
    "/delete_content": [Visit("POST", f"/delete_content?id={each}", _FORM, b"reason=new") for each in _FILES],
    "/buglist.cgi": [
        Visit("GET", "/buglist.cgi"),
        Visit("GET", "/buglist.cgi?quicksearch=ALL%20new"),
        Visit("GET", f"/buglist.cgi?quicksearch={ALIAS}"),
        Visit("GET", "/buglist.cgi?product=Widgets&order=bug_id"),
    ],
    "/query.cgi": [Visit("GET", "/query.cgi")],
    "/requests": [Visit("GET", "/requests")],
    "/comment": [Visit("POST", f"/comment?id={each}", _FORM, b"comment=new") for each in _TARGETS],
    "/people": [Visit("GET", "/people?text=ex"), Visit("GET", "/people?match=ex")],
    "/account": [Visit("GET", "/account")],
    "/password": [Visit("POST", "/password", _FORM, b"old=a&new=b&again=b")],
    "/sessions": [Visit("POST", "/sessions", _FORM, b"session=others")],
    "/language": [Visit("POST", "/language", _FORM, b"language=fr")],
    "/login": [Visit("GET", "/login?to=show_bug.cgi%3Fid=3"), Visit("POST", "/login", _FORM, b"login=a&password=a")],
    "/logout": [Visit("POST", "/logout", _FORM, b"")],
    "/keys": [Visit("GET", "/keys"), Visit("POST", "/keys", _FORM, b"revoke=1")],
    "/pages/{name}": [Visit("GET", "/pages/style.css"), Visit("GET", "/pages/topaz.css")],
    "/Ketura/API{path}": [
        *(Visit(verb, f"{_ISSUES}/{each}/Attachments") for each in _TARGETS for verb in ("OPTIONS", "GET", "POST")),
        Visit("POST", f"{_ISSUES}/3/Attachments", _JSON, b"{}"),
    ],
    "/rest": [Visit("GET", "/rest")],
    "/rest.cgi": [Visit("GET", "/rest.cgi")],
    "/rest/{path}": [
        *(Visit("OPTIONS", f"/rest/bug/{each}{more}", _WADL) for each in _TARGETS for more in ("", "/attachment")),
        *(Visit(verb, "/rest/bug/3/comment") for verb in ("OPTIONS", "DELETE", "PATCH")),
        *(Visit(verb, "/rest/bug/attachment/11") for verb in ("OPTIONS", "DELETE", "POST")),
        Visit("GET", "/rest/bug/3/nothing"),
        Visit("POST", "/rest/bug/3/attachment", _JSON, b"{"),
        Visit("POST", "/rest/bug/3/attachment", _FORM, b"%"),
    ],
    "/rest.cgi/{path}": [Visit("OPTIONS", "/rest.cgi/bug/3"), Visit("GET", "/rest.cgi/bug/1/attachment")],
    "/xmlrpc.cgi": [
        Visit("HEAD", "/xmlrpc.cgi"),
        Visit("OPTIONS", "/xmlrpc.cgi"),
        Visit("GET", "/xmlrpc.cgi"),
        Visit("POST", "/xmlrpc.cgi", _XML, b"<"),
    ],
    "/jsonrpc.cgi": [
        Visit("HEAD", "/jsonrpc.cgi?method=Bug.attachments&version=1.1&params={%22ids%22:[1]}"),
        Visit("GET", "/jsonrpc.cgi"),
        Visit("PUT", "/jsonrpc.cgi"),
        Visit("OPTIONS", "/jsonrpc.cgi"),
        Visit("POST", "/jsonrpc.cgi", _JSON, b"{"),
        Visit("POST", "/jsonrpc.cgi", _JSON, b'{"method": "Bug.get", "params": [{"ids": [3]}]}'),  # a notification
    ],
    "/": [Visit("GET", "/")],
    "/docs": [Visit("GET", "/docs")],
    "/application.wadl": [Visit("GET", "/application.wadl"), Visit("GET", "/application.wadl?detail=true")],
    "/application.wadl/{grammar}": [
        *(Visit("GET", f"/application.wadl/{name}") for name in ("xmlrpc.xsd", "Bug.get.json", "Topaz.get.json")),
    ],
    "/openapi.json": [Visit("GET", "/openapi.json")],
    "/openrpc.json": [Visit("GET", "/openrpc.json")],
    "/healthz": [Visit("GET", "/healthz")],
    "/readyz": [Visit("GET", "/readyz")],
    "/metrics": [Visit("GET", "/metrics")],
}
"""By the path of the resource, as the application has it."""

PAGES = {"/", "/attachment.cgi", "/show_bug.cgi", "/show_activity.cgi", "/login", "/logout", "/keys"}
"""What looks at the session of a browser."""

OPERATORS = {"/metrics"}
"""What is different in each world anyhow, as it counts errors; that it names nothing is asked of it all the same."""
