"""bugdantic, which has calls of its own for bugs and new attachments, and one for any other request."""

import base64

import steps
from bugdantic.bugzilla import Attachment, AttachmentCreate, Bugzilla, BugzillaConfig

site = Bugzilla(BugzillaConfig(steps.URL, api_key=steps.API_KEY, allow_writes=True))


def one():
    found = site.request("GET", f"bug/attachment/{new_id}")["attachments"][str(new_id)]
    return Attachment.model_validate(found).to_dict()


def update(**values):
    site.request("PUT", f"bug/attachment/{new_id}", json_body={"ids": [new_id], **values})


numbers = [*steps.READ_BUGS, steps.NO_BUG]
fields = ["id", "summary"]  # it wants one alias, not a list
steps.report_read(bug.to_dict() for bug in site.bugs(numbers, include_fields=fields))
assert site.bug(steps.LIST_BUG, include_fields=fields).id == steps.LIST_BUG
listed = site.request("GET", f"bug/{steps.LIST_BUG}/attachment", exclude_fields=["data"])["bugs"][str(steps.LIST_BUG)]
steps.report("list", steps.numbers([Attachment.model_validate(each).to_dict() for each in listed]))
upload = AttachmentCreate.from_raw_data(
    steps.content(), steps.FILE_NAME, steps.SUMMARY, "application/octet-stream", is_private=False
)
(created,) = site.create_attachment(upload, steps.BUG)
new_id = created.id
steps.report("upload", new_id)
attachment = one()
steps.save(base64.b64decode(attachment["data"]))
steps.report("download", attachment["file_name"], attachment["summary"])
update(summary=steps.NEW_SUMMARY, is_obsolete=True, flags=[{"name": "review", "status": "+"}])
steps.report("update", *steps.state(one()))
update(is_obsolete=False, flags=[{"name": "review", "status": "X"}])
steps.report("clear", *steps.state(one()))
