"""A client that openapi-generator makes for Python; the folder that it is in is the argument."""

import base64
import sys

sys.path.insert(0, sys.argv[1])

import steps
from gateway_client import (
    ApiClient,
    BugAddAttachmentBody,
    BugAddAttachmentBodyFlagsInner,
    BugUpdateAttachmentBody,
    Configuration,
    DefaultApi,
)


def api(**secrets):
    return DefaultApi(ApiClient(Configuration(host=steps.URL.rstrip("/"), api_key=secrets)))


if steps.LOGIN:
    user = api().user_login(login=steps.LOGIN, password=steps.PASSWORD)
    steps.report("login", user.id)
    site = api(token=user.token)
else:
    site = api(apiKey=steps.API_KEY)


def one():
    return site.bug_attachments_by_attachment_ids(new_id).attachments[str(new_id)].to_dict()


def update(**values):
    flags = [BugAddAttachmentBodyFlagsInner(name="review", status=values.pop("review"))]
    site.bug_update_attachment(new_id, BugUpdateAttachmentBody(flags=flags, **values))


listed = site.bug_attachments_by_ids(str(steps.LIST_BUG)).bugs[str(steps.LIST_BUG)]
steps.report("list", steps.numbers([each.to_dict() for each in listed]))
upload = BugAddAttachmentBody(
    data=base64.b64encode(steps.content()).decode(),
    file_name=steps.FILE_NAME,
    summary=steps.SUMMARY,
    content_type="application/octet-stream",
)
[new_id] = site.bug_add_attachment(str(steps.BUG), upload).ids
steps.report("upload", new_id)
attachment = one()
assert not attachment["is_private"]
steps.save(base64.b64decode(attachment["data"]))
steps.report("download", attachment["file_name"], attachment["summary"])
update(summary=steps.NEW_SUMMARY, is_obsolete=True, review="+")
steps.report("update", *steps.state(one()))
update(is_obsolete=False, review="X")
steps.report("clear", *steps.state(one()))
if steps.LOGIN:
    site.user_logout()
