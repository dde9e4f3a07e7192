"""python-bugzilla's library with bugs; the argument is the back end."""

import sys

import bug_steps as steps
import bugzilla

url, backend = {
    "xmlrpc": (steps.URL + "xmlrpc.cgi", {"force_xmlrpc": True}),
    "rest": (steps.URL + "rest", {"force_rest": True}),
}[sys.argv[1]]
bz = bugzilla.Bugzilla(url, api_key=steps.API_KEY, use_creds=False, **backend)
if steps.LOGIN:
    bz.login(steps.LOGIN, steps.PASSWORD)

assert steps.PRODUCT in [each["name"] for each in bz.product_get(ptype="enterable", include_fields=["name"])]
steps.report("info", ",".join(sorted(bz.getcomponents(steps.PRODUCT))))
query = bz.build_query(
    product=steps.PRODUCT, short_desc=steps.WORD, status=["CONFIRMED", "IN_PROGRESS"], include_fields=["id", "summary"]
)
steps.report("search", steps.numbers(bug.id for bug in bz.query(query)))
new = bz.createbug(
    bz.build_createbug(
        product=steps.PRODUCT,
        component=steps.COMPONENT,
        version=steps.VERSION,
        summary=steps.SUMMARY,
        description=steps.DESCRIPTION,
        keywords=steps.KEYWORDS,
        blocks=[steps.BLOCKED_BUG],
        **steps.VALUES,
    )
)
steps.report("file", new.id)
bz.update_bugs([new.id], bz.build_update(status="RESOLVED", resolution="FIXED", comment=steps.COMMENT))
bug = bz.getbug(new.id)
assert bug.getcomments()[-1]["text"] == steps.COMMENT
(entry,) = bug.get_history_raw()["bugs"][0]["history"]
assert {"status", "resolution"} <= {change["field_name"] for change in entry["changes"]}, entry
steps.report("resolve", bug.status, bug.resolution)
