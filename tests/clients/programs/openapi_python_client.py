"""A client that openapi-python-client makes; the folder that it is in is the argument."""

import base64
import sys

sys.path.insert(0, sys.argv[1])

import steps
from gateway_client import AuthenticatedClient, Client
from gateway_client.api.default import (
    bug_add_attachment,
    bug_attachments_by_attachment_ids,
    bug_attachments_by_ids,
    bug_update_attachment,
    user_login,
    user_logout,
)
from gateway_client.models import (
    BugAddAttachmentBody,
    BugUpdateAttachmentBody,
    BugUpdateAttachmentBodyFlagsItem,
)


def ok(response):
    assert response.status_code < 300, response
    return response.parsed


def client(header, secret):
    return AuthenticatedClient(steps.URL.rstrip("/"), token=secret, prefix="", auth_header_name=header)


if steps.LOGIN:
    anonymous = Client(steps.URL.rstrip("/"))
    user = ok(user_login.sync_detailed(client=anonymous, login=steps.LOGIN, password=steps.PASSWORD))
    steps.report("login", user.id)
    site = client("X-Bugzilla-Token", user.token)
else:
    site = client("X-Bugzilla-API-Key", steps.API_KEY)


def one():
    found = ok(bug_attachments_by_attachment_ids.sync_detailed(new_id, client=site))
    return found.attachments[str(new_id)].to_dict()


def update(**values):
    flags = [BugUpdateAttachmentBodyFlagsItem(name="review", status=values.pop("review"))]
    body = BugUpdateAttachmentBody(flags=flags, **values)
    ok(bug_update_attachment.sync_detailed(new_id, client=site, body=body))


listed = ok(bug_attachments_by_ids.sync_detailed(str(steps.LIST_BUG), client=site))
steps.report("list", steps.numbers([each.to_dict() for each in listed.bugs[str(steps.LIST_BUG)]]))
upload = BugAddAttachmentBody(
    data=base64.b64encode(steps.content()).decode(),
    file_name=steps.FILE_NAME,
    summary=steps.SUMMARY,
    content_type="application/octet-stream",
)
[new_id] = ok(bug_add_attachment.sync_detailed(str(steps.BUG), client=site, body=upload)).ids
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
    ok(user_logout.sync_detailed(client=site))
