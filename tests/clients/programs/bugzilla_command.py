"""python-bugzilla's `bugzilla` command; the arguments are the command, and what follows the site's bare address."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import steps

command, path = sys.argv[1:]
home = Path.home()
_, terminal = os.openpty()


def bugzilla(*arguments, folder=home, piped=None):
    """What the command prints. At a terminal it uploads files; elsewhere it takes its input for the file."""
    login = ["--username", steps.LOGIN, "--password", steps.PASSWORD] if steps.LOGIN else ["--ensure-logged-in"]
    Path(folder).mkdir(exist_ok=True)
    called = [command, "--bugzilla", steps.URL.rstrip("/") + path, *login, *arguments]
    source = {"stdin": terminal} if piped is None else {"input": piped}
    return subprocess.run(called, cwd=folder, check=True, stdout=subprocess.PIPE, text=True, **source).stdout


def downloaded(*arguments, folder):
    """The one file that a call downloads."""
    printed = bugzilla("attach", *arguments, folder=folder)
    (file,) = folder.iterdir()
    assert printed.endswith(f"Wrote {file.name}\n"), printed
    return file


def uploaded(*arguments, piped=None):
    """The number of the attachment that a call makes."""
    return re.search(r"^Created attachment (\d+) on bug", bugzilla("attach", *arguments, piped=piped), re.MULTILINE)[1]


if steps.API_KEY:
    settings = home / ".config" / "python-bugzilla" / "bugzillarc"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[{urlsplit(steps.URL).netloc}]\napi_key = {steps.API_KEY}\n")
ids = ",".join(map(str, [*steps.READ_BUGS, steps.NO_BUG]))
printed = bugzilla("query", "--bug_id", ids)
steps.report("read", *(" ".join(words) for words in re.findall(r"^#(\d+) .* - (.+)$", printed, re.MULTILINE)))
new_id = uploaded("--file", str(steps.FILE), "--desc", steps.SUMMARY, str(steps.BUG))
steps.report("upload", new_id)
file = downloaded("--get", new_id, folder=home / "get")
steps.save(file.read_bytes())
all_of_bug = downloaded("--getall", str(steps.BUG), folder=home / "getall")
assert (all_of_bug.name, all_of_bug.read_bytes()) == (file.name, file.read_bytes())
text = "Grüße\n世界\n"
text_id = uploaded("--file", "grüße.txt", "--desc", steps.SUMMARY, str(steps.OTHER_BUG), piped=text)
assert downloaded("--get", text_id, folder=home / "text").read_text() == text
bugzilla("attach", "--getall", str(steps.LIST_BUG), "--ignore-obsolete", folder=home / "others")
steps.report("download", file.name)
