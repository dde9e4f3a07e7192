"""pybugz's `bugz` command."""

import re
import subprocess
from pathlib import Path

import steps

home = Path.home()
login = f"user = {steps.LOGIN}\npassword = {steps.PASSWORD}\n" if steps.LOGIN else f"key = {steps.API_KEY}\n"
(home / ".bugzrc").write_text(f"[default]\nconnection = Here\n\n[Here]\nbase = {steps.URL}xmlrpc.cgi\n{login}")


def bugz(*arguments, folder=home):
    done = subprocess.run(["bugz", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def title(bug):
    return re.search(r"^Title +: (.*)$", bugz("get", str(bug)), re.MULTILINE)[1]


steps.report("read", *(f"{bug} {title(bug)}" for bug in steps.READ_BUGS))
steps.report("list", ",".join(re.findall(r"^\[Attachment\] \[(\d+)\]", bugz("get", str(steps.LIST_BUG)), re.MULTILINE)))
attach = ["attach", "--title", steps.SUMMARY, "--description", "", "--content-type", "application/octet-stream"]
printed = bugz(*attach, str(steps.BUG), str(steps.FILE))
new_id = re.search(r"\((\d+)\) has been attached to bug", printed)[1]
steps.report("upload", new_id)
folder = home / "downloads"
folder.mkdir()
bugz("attachment", new_id, folder=folder)
(file,) = folder.iterdir()
steps.save(file.read_bytes())
shown = re.search(rf"^\[Attachment\] \[{new_id}\] \[(.*)\]$", bugz("get", str(steps.BUG)), re.MULTILINE)
steps.report("download", file.name, shown[1])
