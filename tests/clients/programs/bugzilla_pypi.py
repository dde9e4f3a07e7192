"""PyPI's bugzilla, which uploads ASCII only."""

import base64

import bugzilla
import steps

site = bugzilla.Bugzilla(steps.URL + "rest/", steps.API_KEY)


def one():
    return site.get_attachment(new_id)["attachments"][str(new_id)]


def update(**values):
    site.put_attachment(new_id, bugzilla.DotDict(values))


steps.report_read(site.get_bug(number) for number in steps.READ_BUGS)
steps.report("list", steps.numbers(site.get_attachments(steps.LIST_BUG)[str(steps.LIST_BUG)]))
upload = {
    "data": steps.content().decode("ascii"),
    "file_name": steps.FILE_NAME,
    "summary": steps.SUMMARY,
    "content_type": "application/octet-stream",
}
new_id = site.post_attachment(steps.BUG, bugzilla.DotDict(upload))["ids"][0]
steps.report("upload", new_id)
attachment = one()
steps.save(base64.b64decode(attachment["data"]))
steps.report("download", attachment["file_name"], attachment["summary"])
update(summary=steps.NEW_SUMMARY, is_obsolete=True, flags=[{"name": "review", "status": "+"}])
steps.report("update", *steps.state(one()))
update(is_obsolete=False, flags=[{"name": "review", "status": "X"}])
steps.report("clear", *steps.state(one()))
