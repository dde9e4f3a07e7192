"""python-bugzilla's library; the argument is the back end."""

import sys

import bugzilla
import steps

url, backend = {
    "xmlrpc": (steps.URL + "xmlrpc.cgi", {"force_xmlrpc": True}),
    "rest": (steps.URL + "rest", {"force_rest": True}),
}[sys.argv[1]]
bz = bugzilla.Bugzilla(url, api_key=steps.API_KEY, use_creds=False, **backend)
if steps.LOGIN:
    user = bz.login(steps.LOGIN, steps.PASSWORD)
    steps.report("login", user["id"])
assert bz.logged_in


def one():
    return bz.get_attachments(None, new_id, exclude_fields=["data"])["attachments"][str(new_id)]


def update(**values):
    bz._backend.bug_attachment_update([new_id], values)  # the library has a call for flags only


bug = bz.getbug(steps.READ_BUGS[0])
assert (bug.product, bug.component, bug.status) == ("Widgets", "Core", "CONFIRMED"), bug
assert bug.getcomments()[-1]["bug_id"] == bug.id
steps.report_read(each.get_raw_data() for each in bz.getbugs([*steps.READ_BUGS, steps.NO_BUG]))
steps.report("list", steps.numbers(bz.getbug(steps.LIST_BUG).get_attachments()))
new_id = bz.attachfile(steps.BUG, str(steps.FILE), steps.SUMMARY, is_private=False)
steps.report("upload", new_id)
opened = bz.openattachment(new_id)
steps.save(opened.read())
steps.report("download", opened.name, one()["summary"])
update(summary=steps.NEW_SUMMARY, is_obsolete=True)
bz.updateattachmentflags(steps.BUG, new_id, "review", status="+")
steps.report("update", *steps.state(one()))
update(is_obsolete=False)
bz.updateattachmentflags(steps.BUG, new_id, "review", status="X")
steps.report("clear", *steps.state(one()))
if steps.LOGIN:
    bz.logout()
