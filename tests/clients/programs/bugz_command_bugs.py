"""pybugz's `bugz` command with bugs."""

import re
import subprocess
from pathlib import Path

import bug_steps as steps

home = Path.home()
login = f"user = {steps.LOGIN}\npassword = {steps.PASSWORD}\n" if steps.LOGIN else f"key = {steps.API_KEY}\n"
(home / ".bugzrc").write_text(f"[default]\nconnection = Here\n\n[Here]\nbase = {steps.URL}xmlrpc.cgi\n{login}")


def bugz(*arguments):
    return subprocess.run(["bugz", *arguments], cwd=home, check=True, stdout=subprocess.PIPE, text=True).stdout


def shown(bug, label):
    return re.search(rf"^{label} +: (.*)$", bugz("get", bug), re.MULTILINE)[1]


found = bugz("search", steps.WORD, "--product", steps.PRODUCT, "--component", steps.COMPONENT)
steps.report("search", steps.numbers(re.findall(r"^ *(\d+) ", found, re.MULTILINE)))
printed = bugz(
    *("post", "--batch", "--product", steps.PRODUCT, "--component", steps.COMPONENT, "--version", steps.VERSION),
    *("--title", steps.SUMMARY, "--description", steps.DESCRIPTION, "--op-sys", "All", "--platform", "All"),
    *("--priority", "Normal", "--severity", "normal", "--default-confirm", "Y"),
)
new_id = re.search(r"Bug (\d+) submitted", printed)[1]
steps.report("file", new_id)
keywords = [word for keyword in steps.KEYWORDS for word in ("--set-keywords", keyword)]
bugz("modify", "--add-blocked", str(steps.BLOCKED_BUG), *keywords, new_id)
bugz("modify", "--fixed", "--comment", steps.COMMENT, new_id)
assert steps.COMMENT in bugz("get", new_id)
steps.report("resolve", shown(new_id, "Status"), shown(new_id, "Resolution"))
