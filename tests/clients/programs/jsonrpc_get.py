"""curl, calling by GET what only reads."""

import base64
import json
import os
import subprocess

import steps

key = {"Bugzilla_api_key": steps.API_KEY}
credentials = {"Bugzilla_login": steps.LOGIN, "Bugzilla_password": steps.PASSWORD} if steps.LOGIN else key


def call(method, params):
    query = {"method": method, "params": json.dumps({**credentials, **params}), "version": "1.1", "id": "7"}
    words = [word for name, value in query.items() for word in ("--data-urlencode", f"{name}={value}")]
    command = ["curl", "--silent", "--show-error", "--fail", "--get", *words, steps.URL + "jsonrpc.cgi"]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    assert answer.keys() == {"version", "result"}, answer
    return answer["result"]


attachment_id = os.environ["CLIENT_ATTACHMENT"]
listed = call("Bug.attachments", {"ids": [steps.LIST_BUG]})
steps.report("list", steps.numbers(listed["bugs"][str(steps.LIST_BUG)]))
attachment = call("Bug.attachments", {"attachment_ids": [attachment_id]})["attachments"][attachment_id]
steps.save(base64.b64decode(attachment["data"]))
steps.report("download", attachment["file_name"], attachment["summary"])
