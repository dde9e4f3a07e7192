"""FreeBSD's `scarab` with bugs; the argument is the command."""

import subprocess
import sys
from pathlib import Path

import bug_steps as steps

home = Path.home()
(home / ".scarabrc").write_text(f"[default]\nurl = {steps.URL}\napi_key = {steps.API_KEY}\n")


def scarab(*arguments):
    called = [sys.argv[1], *arguments]
    return subprocess.run(called, cwd=home, check=True, stdout=subprocess.PIPE, text=True).stdout


products = scarab("products").split("Product '")
(product,) = (each for each in products if each.startswith(f"{steps.PRODUCT}':"))
components = product.partition("components:")[2].partition("versions:")[0]
steps.report("info", ",".join(sorted(components.split())))
new_id = scarab(
    *("submit", "--batch", "--product", steps.PRODUCT, "--component", steps.COMPONENT, "--version", steps.VERSION),
    *("--summary", steps.SUMMARY, "--comment", steps.DESCRIPTION, "--platform", "All", "--severity", "normal"),
).strip()
steps.report("file", new_id)
scarab("update", "--status", "RESOLVED", "--resolution", "FIXED", "--comment", steps.COMMENT, new_id)
steps.report("resolve", *(word for word in ("RESOLVED", "FIXED") if word in scarab("info", new_id)))
