"""libmozdata, which takes its settings from `mozdata.ini`, and cannot upload."""

import base64
import os
from pathlib import Path

import steps
from libmozdata import config

settings = Path.home() / "mozdata.ini"
settings.write_text(
    f"[Bugzilla]\nurl = {steps.URL.rstrip('/')}\ntoken = {steps.API_KEY}\n[User-Agent]\nname = a client\n"
)
config.set_config(config.ConfigIni(settings))

from libmozdata.bugzilla import Bugzilla  # noqa: E402 -- it reads its settings when it is imported

ATTACHMENT = int(os.environ["CLIENT_ATTACHMENT"])


def bugs(numbers):
    found = []
    Bugzilla(numbers, bughandler=lambda bug, data: data.append(bug), bugdata=found).wait()
    return found


def attachments(bug):
    found = {}
    Bugzilla(bug, attachmenthandler=lambda each, number, data: data.update({number: each}), attachmentdata=found).wait()
    return found[str(bug)]


def one():
    found = []
    Bugzilla(
        attachmentids=ATTACHMENT, attachmenthandler=lambda each, data: data.extend(each), attachmentdata=found
    ).wait()
    (attachment,) = found
    return attachment


def update(**values):
    assert Bugzilla(str(ATTACHMENT)).put(values, attachment=True) == []


steps.report_read(bugs([*steps.READ_BUGS, steps.NO_BUG]))
steps.report("list", steps.numbers(attachments(steps.LIST_BUG)))
attachment = one()
steps.save(base64.b64decode(attachment["data"]))
steps.report("download", attachment["file_name"], attachment["summary"])
update(summary=steps.NEW_SUMMARY, is_obsolete=True, flags=[{"name": "review", "status": "+"}])
steps.report("update", *steps.state(one()))
update(is_obsolete=False, flags=[{"name": "review", "status": "X"}])
steps.report("clear", *steps.state(one()))
