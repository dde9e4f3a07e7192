"""bugsy, and mozsec-bugsy, which has the same name for its module."""

import base64

import bugsy
import steps

who = {"username": steps.LOGIN, "password": steps.PASSWORD} if steps.LOGIN else {"api_key": steps.API_KEY}
site = bugsy.Bugsy(bugzilla_url=steps.URL + "rest", **who)
assert site.authenticated


def one():
    (attachment,) = site.get(steps.BUG).get_attachments()
    return attachment


def update(**values):
    attachment = one()
    for name, value in values.items():
        setattr(attachment, name, value)
    attachment.update()


steps.report_read(site.get(number).to_dict() for number in steps.READ_BUGS)
steps.report("list", steps.numbers([each.to_dict() for each in site.get(steps.LIST_BUG).get_attachments()]))
site.get(steps.BUG).add_attachment(
    bugsy.Attachment(
        site,
        data=base64.b64encode(steps.content()).decode(),
        file_name=steps.FILE_NAME,
        summary=steps.SUMMARY,
        content_type="application/octet-stream",
    )
)
attachment = one()
steps.report("upload", attachment.id)
steps.save(base64.b64decode(attachment.data))
steps.report("download", attachment.file_name, attachment.summary)
update(summary=steps.NEW_SUMMARY, is_obsolete=1, flags=[{"name": "review", "status": "+"}])
steps.report("update", *steps.state(one().to_dict()))
update(is_obsolete=0, flags=[{"name": "review", "status": "X"}])
steps.report("clear", *steps.state(one().to_dict()))
