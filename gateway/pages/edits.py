"""The form of an attachment: its values, and the changes that a submitted form makes. No I/O.

Values that were not changed are not passed on, so they need no rights. A flag that is set is named `flag-ID` in the
form, and one that can be set `type-ID`; the field for its requestee has the prefix `asked-`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.methods.views import AttachmentView, FlagChoice

TEXTS = ("summary", "file_name", "content_type")
SWITCHES = ("is_patch", "is_obsolete", "is_private")


def seen(view: AttachmentView) -> str:
    """Return a token that changes whenever the attachment does."""
    return view.attachment.last_change_time.isoformat()


def name(choice: FlagChoice) -> str:
    """Return the name of a flag in the form."""
    return f"type-{choice.flag_type.id}" if choice.flag is None else f"flag-{choice.flag.id}"


def stored(view: AttachmentView) -> dict[str, str]:
    """Return the values of the unchanged form; checkboxes that are off are absent."""
    attachment = view.attachment
    values = {each: getattr(attachment, each) for each in TEXTS}
    values |= {each: "1" for each in SWITCHES if getattr(attachment, each)}
    for choice in view.choices:
        values[name(choice)], values[f"asked-{name(choice)}"] = _current(choice)
    return values


def _current(choice: FlagChoice) -> tuple[str, str]:
    """Return the status of a flag and the login of its requestee; empty if there is none."""
    flag = choice.flag
    return (flag.status, flag.requestee.login if flag.requestee else "") if flag else ("", "")


def changes(view: AttachmentView, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the changes of a submitted form as parameters of Bug.update_attachment."""
    params: dict[str, Any] = {}
    if view.may_edit:
        before = stored(view)
        params |= {each: form[each] for each in TEXTS if form.get(each, before[each]) != before[each]}
        switches = SWITCHES if view.is_insider else SWITCHES[:-1]  # others have no checkbox for is_private
        params |= {each: each in form for each in switches if (each in form) != (each in before)}
    if form.get("comment", "").strip():
        params["comment"] = form["comment"]
    flags = list(_changed_flags(view, form))
    return {**params, "flags": flags} if flags else params


def _changed_flags(view: AttachmentView, form: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for choice in view.choices:
        before = _current(choice)
        status = form.get(name(choice), before[0])
        asked = form.get(f"asked-{name(choice)}", before[1]).strip() if status == "?" else ""
        if (status, asked) == before or (choice.flag is None and not status):
            continue
        which = {"type_id": choice.flag_type.id, "new": True} if choice.flag is None else {"id": choice.flag.id}
        yield {**which, "status": status or "X", "requestee": asked}
