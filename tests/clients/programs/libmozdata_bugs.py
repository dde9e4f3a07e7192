"""libmozdata with bugs; it takes its settings from `mozdata.ini`."""

from pathlib import Path
from urllib.parse import urlencode

import bug_steps as steps
from libmozdata import config

settings = Path.home() / "mozdata.ini"
settings.write_text(
    f"[Bugzilla]\nurl = {steps.URL.rstrip('/')}\ntoken = {steps.API_KEY}\n[User-Agent]\nname = a client\n"
)
config.set_config(config.ConfigIni(settings))

from libmozdata.bugzilla import Bugzilla, BugzillaProduct, BugzillaUser  # noqa: E402 -- it reads its settings now

products, people, found, histories, comments = [], [], [], [], []
BugzillaProduct(
    product_names=steps.PRODUCT, product_handler=lambda each, data: data.append(each), product_data=products
).wait()
steps.report("info", ",".join(sorted(each["name"] for each in products[0]["components"])))
query = {"product": steps.PRODUCT, "f1": "short_desc", "o1": "allwordssubstr", "v1": steps.WORD, "resolution": "---"}
Bugzilla(
    urlencode({**query, "include_fields": "id,summary,creator"}),
    bughandler=lambda bug, data: data.append(bug),
    bugdata=found,
).wait()
steps.report("search", steps.numbers(bug["id"] for bug in found))
(bug,) = found
BugzillaUser(
    user_names=[bug["creator"]], user_handler=lambda each, data: data.append(each["name"]), user_data=people
).wait()
assert people == [bug["creator"]]
number = str(bug["id"])
changes = {"status": "RESOLVED", "resolution": "FIXED", "comment": {"body": steps.COMMENT}}
assert Bugzilla(number).put(changes) == []
found.clear()
Bugzilla(
    number,
    bughandler=lambda each, data: data.append(each),
    bugdata=found,
    historyhandler=lambda each, data: data.append(each),
    historydata=histories,
    commenthandler=lambda each, number, data: data.append(each),
    commentdata=comments,
).wait()
(entry,) = histories[0]["history"]
assert {"status", "resolution"} <= {change["field_name"] for change in entry["changes"]}, entry
assert comments[0]["comments"][-1]["text"] == steps.COMMENT
steps.report("resolve", found[0]["status"], found[0]["resolution"])
