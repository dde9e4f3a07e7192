"""Bugs with their comments, attachments, flags and changes: several bugs with each request."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.errors import GatewayError
from gateway.importing.sources.rest.comment_texts import is_automatic
from gateway.importing.sources.rest.rest_accounts import Accounts
from gateway.importing.sources.rest.rest_fields import SiteFields
from gateway.importing.sources.rest.site_reader import SiteReader
from gateway.importing.sources.rest.working_copy import WorkingCopy
from gateway.methods.bug_history import api_name
from gateway.model import FieldType
from gateway.store.interface import Progress
from gateway.values import Value

LISTED = 1000
"""The bugs that are listed with one request; a site may list fewer."""

_BEGUN = "bugs_begun"
"""The state with the time of the site at which its bugs began to be read last."""

BATCH = 50
"""The bugs that are read with one request."""

_PLAIN = (
    *("short_desc", "creation_ts", "delta_ts", "bug_status", "resolution", "bug_severity", "priority", "rep_platform"),
    *("op_sys", "version", "target_milestone", "bug_file_loc", "status_whiteboard", "reporter_accessible"),
    *("cclist_accessible", "everconfirmed", "deadline", "estimated_time", "remaining_time"),
)
"""The columns of bugs whose value is what REST shows."""

_PEOPLE = ("reporter", "assigned_to", "qa_contact")

_ATTACHMENT = {
    "attach_id": "id",
    "bug_id": "bug_id",
    "creation_ts": "creation_time",
    "modification_time": "last_change_time",
    "description": "summary",
    "mimetype": "content_type",
    "ispatch": "is_patch",
    "filename": "file_name",
    "isobsolete": "is_obsolete",
    "isprivate": "is_private",
}


class BugReading:
    """Brings the bugs of the working copy up to date."""

    def __init__(self, site: SiteReader, copy: WorkingCopy, accounts: Accounts, fields: SiteFields) -> None:
        self._site = site
        self._copy = copy
        self._accounts = accounts
        self._fields = fields
        self.unreadable: dict[int, str] = {}
        """Bugs that are listed and cannot be read, with the message of the site."""

    def read(self, progress: Progress) -> None:
        """Read all bugs that are new or have changed since they were read."""
        now = f"{self._site.ask('Bugzilla.time')['db_time']:%Y-%m-%d %H:%M:%S}"
        settled = self._copy.state(_BEGUN) or ""
        with self._copy.batch():
            self._copy.set_state(_BEGUN, now)
        largest = max(self._page(0, "bug_id DESC", 1), default=0)
        for page in self._listed():
            due = [number for number, changed in page.items() if self._is_due(number, changed, settled)]
            for start in range(0, len(due), BATCH):
                self._read(due[start : start + BATCH])
            progress("bugs of the site", max(page), max(*page, largest))

    def _listed(self) -> Iterator[dict[int, str]]:
        """Yield the numbers of all bugs that the account sees, with the time of their last change."""
        after = 0
        while page := self._page(after, "bug_id", LISTED):
            yield page
            after = max(page)

    def _page(self, after: int, order: str, limit: int) -> dict[int, str]:
        behind: dict[str, Value] = {"f1": "bug_id", "o1": "greaterthan", "v1": str(after), "order": order}
        shown: list[Value] = ["id", "last_change_time"]
        found = self._site.ask("Bug.search", **behind, limit=limit, include_fields=shown)["bugs"]
        return {each["id"]: f"{each['last_change_time']:%Y-%m-%d %H:%M:%S}" for each in found}

    def _is_due(self, number: int, changed: str, settled: str) -> bool:
        """Tell whether a bug is to be read; a change since the last reading began may have another in its second."""
        row = self._copy.connection.execute("SELECT delta_ts FROM bugs WHERE bug_id = ?", (number,)).fetchone()
        return row is None or row[0] != changed or changed >= settled

    def _read(self, ids: list[int]) -> None:
        """Read bugs; if that fails, one half after the other, so that one bug does not keep back the others."""
        try:
            self._write(ids, *self._answers(ids))
        except GatewayError as error:
            if len(ids) == 1:
                self.unreadable[ids[0]] = error.message
                return
            for part in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
                self._read(part)

    def _answers(self, ids: list[int]) -> tuple[list[Any], Mapping[str, Any], Mapping[str, Any], list[Any], set[int]]:
        """Ask for bugs first: what is changed meanwhile has a later time then, and is read again the next time."""
        bugs = self._site.ask("Bug.get", ids=list(ids))["bugs"]
        comments = self._site.ask("Bug.comments", ids=list(ids))["bugs"]
        attachments = self._site.ask("Bug.attachments", ids=list(ids), exclude_fields=["data"])["bugs"]
        histories = self._site.ask("Bug.history", ids=list(ids))["bugs"]
        return bugs, comments, attachments, histories, self._deleted(attachments)

    def _deleted(self, attachments: Mapping[str, Any]) -> set[int]:
        """Return the attachments whose content was deleted: only content that is asked for tells it from none."""
        empty = [each["id"] for found in attachments.values() for each in found if not each.get("size")]
        if not empty:
            return set()
        try:
            shown = self._site.ask("Bug.attachments", attachment_ids=list(empty), include_fields=["id", "data"])
        except GatewayError:  # one of them is private: they are taken to be empty
            return set()
        return {each["id"] for each in shown["attachments"].values() if each.get("data") is None}

    # ---- writing
    def _write(
        self,
        ids: list[int],
        bugs: list[Any],
        comments: Mapping[str, Any],
        attachments: Mapping[str, Any],
        histories: list[Any],
        deleted: set[int],
    ) -> None:
        self._look_up_people(bugs, comments, attachments, histories)
        changes = {each["id"]: each["history"] for each in histories}
        for field in {change["field_name"] for sets in changes.values() for each in sets for change in each["changes"]}:
            self._fields.id_of(field)
        with self._copy.batch():
            for bug in bugs:
                number = bug["id"]
                self._copy.forget_bug(number)
                self._write_bug(bug)
                self._write_comments(bug, comments[str(number)]["comments"], changes.get(number, []))
                self._write_attachments(attachments.get(str(number), []), deleted)
                self._write_changes(number, changes.get(number, []))

    def _look_up_people(
        self,
        bugs: list[Any],
        comments: Mapping[str, Any],
        attachments: Mapping[str, Any],
        histories: list[Any],
    ) -> None:
        for bug in bugs:
            shown = (bug.get(f"{role}_detail") for role in ("creator", "assigned_to", "qa_contact"))
            self._accounts.note([*shown, *bug.get("cc_detail", ())])
        flags = [flag for bug in bugs for flag in bug.get("flags", ())]
        logins = [each["creator"] for found in comments.values() for each in found["comments"]]
        for found in attachments.values():
            logins += [each["creator"] for each in found]
            flags += [flag for each in found for flag in each["flags"]]
        logins += [each["who"] for bug in histories for each in bug["history"]]
        logins += [login for flag in flags for login in (flag["setter"], flag.get("requestee")) if login]
        self._accounts.look_up(logins)

    def _write_bug(self, bug: Mapping[str, Any]) -> None:
        copy, number = self._copy, bug["id"]
        row = {column: bug.get(api_name(column)) for column in _PLAIN}
        row |= {column: self._accounts.user_id(bug.get(api_name(column))) for column in _PEOPLE}
        for name, kind in self._fields.custom.items():
            value = bug.get(name)
            if kind == FieldType.MULTI_SELECT:
                copy.put(f"bug_{name}", ({"bug_id": number, "value": each} for each in value or ()))
            else:
                row[name] = value if isinstance(value, str | int | datetime | Decimal) else None
        component = copy.value(
            "SELECT c.id FROM components c JOIN products p ON p.id = c.product_id WHERE p.name = ? AND c.name = ?",
            bug["product"],
            bug["component"],
        )
        copy.put("bugs", [{"bug_id": number, "component_id": component, **row}])
        self._write_lists(bug)
        self._write_flags(bug.get("flags", ()), number, None)

    def _write_lists(self, bug: Mapping[str, Any]) -> None:
        copy, number = self._copy, bug["id"]
        keywords = [copy.value("SELECT id FROM keyworddefs WHERE name = ?", each) for each in bug["keywords"]]
        copy.put("bugs_aliases", ({"bug_id": number, "alias": each} for each in bug["alias"] or ()))
        copy.put("cc", ({"bug_id": number, "who": self._accounts.user_id(each)} for each in bug["cc"]))
        copy.put("keywords", ({"bug_id": number, "keywordid": each} for each in keywords))
        copy.put(
            "bug_group_map",
            [{"bug_id": number, "group_id": self._accounts.group_id(each)} for each in bug["groups"]],
        )
        copy.put("bug_see_also", ({"bug_id": number, "value": each} for each in bug["see_also"]))
        copy.put("dependencies", ({"blocked": number, "dependson": each} for each in bug["depends_on"]))
        if bug.get("dupe_of"):
            copy.put("duplicates", [{"dupe": number, "dupe_of": bug["dupe_of"]}])

    def _write_comments(
        self, bug: Mapping[str, Any], comments: list[Mapping[str, Any]], history: list[Mapping[str, Any]]
    ) -> None:
        hours = _hours_of_comments(bug, comments, history)
        for each in comments:
            self._copy.put(
                "longdescs",
                [
                    {
                        "comment_id": each["id"],
                        "bug_id": bug["id"],
                        "who": self._accounts.user_id(each["creator"]),
                        "bug_when": each["creation_time"],
                        "work_time": hours.get(each["id"]),
                        "thetext": each["text"],
                        "isprivate": each["is_private"],
                        "extra_data": each.get("attachment_id"),
                        "position": each["count"],
                    }
                ],
            )
            tags = each.get("tags") or ()
            self._copy.put("longdescs_tags", ({"comment_id": each["id"], "tag": tag} for tag in tags))

    def _write_attachments(self, attachments: list[Mapping[str, Any]], deleted: set[int]) -> None:
        for each in attachments:
            row = {column: each[name] for column, name in _ATTACHMENT.items()}
            self._copy.put("attachments", [{**row, "submitter_id": self._accounts.user_id(each["creator"])}])
            if each["id"] not in deleted:
                self._copy.put("attach_data", [{"id": each["id"], "size": each.get("size") or 0}])
            self._write_flags(each["flags"], each["bug_id"], each["id"])

    def _write_flags(self, flags: Iterable[Mapping[str, Any]], bug_id: int, attachment_id: int | None) -> None:
        for each in flags:
            row = {name: each[name] for name in ("id", "type_id", "status", "creation_date", "modification_date")}
            people = {
                "setter_id": self._accounts.user_id(each["setter"]),
                "requestee_id": self._accounts.user_id(each.get("requestee")),
            }
            self._copy.put("flags", [{**row, **people, "bug_id": bug_id, "attach_id": attachment_id}])

    def _write_changes(self, bug_id: int, history: list[Mapping[str, Any]]) -> None:
        """Write the changes that are new; those that were there keep their made-up numbers."""
        columns = ("bug_id", "attach_id", "who", "bug_when", "fieldid", "removed", "added")
        there = self._copy.connection.execute(
            f"SELECT {', '.join(columns)} FROM bugs_activity WHERE bug_id = ? ORDER BY id", (bug_id,)
        ).fetchall()
        for each in history:
            for change in each["changes"]:
                row = {
                    "bug_id": bug_id,
                    "attach_id": change.get("attachment_id"),
                    "who": self._accounts.user_id(each["who"]),
                    "bug_when": f"{each['when']:%Y-%m-%d %H:%M:%S}",
                    "fieldid": self._fields.id_of(change["field_name"]),
                    "removed": change["removed"] or "",
                    "added": change["added"] or "",
                }
                key = tuple(row[column] for column in columns)
                if key in there:
                    there.remove(key)
                else:
                    self._copy.put("bugs_activity", [row])


def _hours_of_comments(
    bug: Mapping[str, Any], comments: list[Mapping[str, Any]], history: list[Mapping[str, Any]]
) -> dict[int, Decimal]:
    """Return the hours worked of each comment, which the history has with the same user and second.

    Hours of the bug beside these were entered with it, and are of its first comment.
    """
    own = [each for each in comments if not is_automatic(each["text"])] or comments
    first = {(each["creator"], each["creation_time"]): each["id"] for each in reversed(own)}
    hours: dict[int, Decimal] = {}
    for each in history:
        comment = first.get((each["who"], each["when"]))
        for change in each["changes"]:
            if change["field_name"] == "work_time" and comment is not None:
                hours[comment] = hours.get(comment, Decimal(0)) + _number(change["added"])
    rest = _number(bug.get("actual_time")) - sum(hours.values())
    if rest and comments:
        hours[comments[0]["id"]] = hours.get(comments[0]["id"], Decimal(0)) + rest
    return hours


def _number(text: object) -> Decimal:
    try:
        return Decimal(str(text or 0))
    except ArithmeticError:
        return Decimal(0)
