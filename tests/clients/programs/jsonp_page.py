"""A page in Chromium that calls by JSONP, which a browser lets it do to any site."""

import base64
import html
import json
import os
import re
import subprocess
from pathlib import Path

import steps

PAGE = """<!DOCTYPE html><meta charset="utf-8"><pre id="answers"></pre><script>
const { url, credentials, calls } = %s;

function next() {
  if (calls.length === 0) return;
  const params = encodeURIComponent(JSON.stringify({ ...credentials, ...calls.shift() }));
  const script = document.createElement("script");
  script.src = `${url}jsonrpc.cgi?method=Bug.attachments&version=1.1&callback=answered&params=${params}`;
  document.head.append(script);
}

function answered(answer) {
  document.getElementById("answers").append(JSON.stringify(answer) + "\\n");
  next();
}

next();
</script>
"""

key = {"Bugzilla_api_key": steps.API_KEY}
credentials = {"Bugzilla_login": steps.LOGIN, "Bugzilla_password": steps.PASSWORD} if steps.LOGIN else key
attachment_id = os.environ["CLIENT_ATTACHMENT"]
page = Path.home() / "page.html"
calls = [{"ids": [steps.LIST_BUG]}, {"attachment_ids": [attachment_id]}]
page.write_text(PAGE % json.dumps({"url": steps.URL, "credentials": credentials, "calls": calls}))
chromium = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
shown = subprocess.run([*chromium, page.as_uri()], check=True, stdout=subprocess.PIPE, text=True).stdout
lines = html.unescape(re.search(r'<pre id="answers">(.*?)</pre>', shown, re.DOTALL)[1]).splitlines()
listed, found = (json.loads(line)["result"] for line in lines)
steps.report("list", steps.numbers(listed["bugs"][str(steps.LIST_BUG)]))
attachment = found["attachments"][attachment_id]
steps.save(base64.b64decode(attachment["data"]))
steps.report("download", attachment["file_name"], attachment["summary"])
