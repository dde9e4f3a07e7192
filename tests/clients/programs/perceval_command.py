"""Perceval fetches a site, and later what changed since; the argument is the command."""

import json
import subprocess
import sys
from pathlib import Path

import bug_steps as steps

home = Path.home()
login = ["-u", steps.LOGIN, "-p", steps.PASSWORD] if steps.LOGIN else ["--api-key", steps.API_KEY]


def fetched(*arguments):
    file = home / "fetched"
    called = [sys.argv[1], "bugzillarest", "--no-archive", *login, "--json-line", "-o", file, *arguments, steps.URL]
    subprocess.run(called, check=True, cwd=home)
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


everything = fetched("--max-bugs", "7")
newest = max(item["data"]["last_change_time"] for item in everything)
(wanted,) = (item for item in everything if steps.WORD in item["data"]["summary"])
assert [comment["bug_id"] for comment in wanted["data"]["comments"]] == [wanted["data"]["id"]]
assert wanted["data"]["history"] == []
assert wanted["data"]["attachments"] == []
changed = fetched("--from-date", newest)
assert 0 < len(changed) < len(everything)
steps.report("search", *(item["data"]["id"] for item in changed if steps.WORD in item["data"]["summary"]))
