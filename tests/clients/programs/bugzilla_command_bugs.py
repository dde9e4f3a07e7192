"""python-bugzilla's `bugzilla` command with bugs; its arguments are the command, and what follows the bare address."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import bug_steps as steps

command, path = sys.argv[1:]
home = Path.home()


def bugzilla(*arguments):
    called = [command, "--bugzilla", steps.URL.rstrip("/") + path, *arguments]
    done = subprocess.run(called, cwd=home, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return done.stdout


if steps.API_KEY:
    settings = home / ".config" / "python-bugzilla" / "bugzillarc"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"[{urlsplit(steps.URL).netloc}]\napi_key = {steps.API_KEY}\n")
else:
    bugzilla("login", steps.LOGIN, steps.PASSWORD)  # it keeps the token
assert steps.PRODUCT in bugzilla("info", "--products").splitlines()
steps.report("info", ",".join(sorted(bugzilla("info", "--components", steps.PRODUCT).splitlines())))
called = ("query", "--product", steps.PRODUCT, "--short_desc", steps.WORD, "--status", "CONFIRMED", "--json")
found = json.loads(bugzilla(*called))
steps.report("search", steps.numbers(bug["id"] for bug in found["bugs"]))
printed = bugzilla(
    *("new", "--product", steps.PRODUCT, "--component", steps.COMPONENT, "--version", steps.VERSION),
    *("--summary", steps.SUMMARY, "--comment", steps.DESCRIPTION, "--blocked", str(steps.BLOCKED_BUG)),
    *("--os", "All", "--arch", "All", "--severity", "normal", "--priority", "Normal"),
    *(word for keyword in steps.KEYWORDS for word in ("--keywords", keyword)),
    "--oneline",
)
new_id = re.search(r"^#(\d+) ", printed, re.MULTILINE)[1]
steps.report("file", new_id)
bugzilla("modify", "--status", "RESOLVED", "--field", "resolution=FIXED", "--comment", steps.COMMENT, new_id)
shown = bugzilla("query", "--bug_id", new_id, "--outputformat", "%{status} %{resolution}")
steps.report("resolve", *shown.split())
