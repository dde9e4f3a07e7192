"""The steps, for clients in Python that call methods by name. It runs in the client's own environment."""

import os
from pathlib import Path

URL = os.environ["CLIENT_URL"]
LOGIN = os.environ.get("CLIENT_LOGIN")
PASSWORD = os.environ.get("CLIENT_PASSWORD")
API_KEY = os.environ.get("CLIENT_API_KEY")
READ_BUGS = [int(number) for number in os.environ["CLIENT_READ_BUGS"].split(",")]
NO_BUG = int(os.environ["CLIENT_NO_BUG"])
LIST_BUG = int(os.environ["CLIENT_LIST_BUG"])
BUG = int(os.environ["CLIENT_BUG"])
OTHER_BUG = int(os.environ["CLIENT_OTHER_BUG"])
FILE = Path(os.environ["CLIENT_FILE"])
FILE_NAME = os.environ["CLIENT_FILE_NAME"]
SUMMARY = os.environ["CLIENT_SUMMARY"]
NEW_SUMMARY = os.environ["CLIENT_NEW_SUMMARY"]
DOWNLOAD = Path(os.environ["CLIENT_DOWNLOAD"])


def report(step, *words):
    print(step, *words, sep="\t")


def report_read(bugs):
    report("read", *(f"{bug['id']} {bug['summary']}" for bug in bugs))


def content():
    return FILE.read_bytes()


def save(data):
    DOWNLOAD.write_bytes(data)


def numbers(attachments):
    return ",".join(str(attachment["id"]) for attachment in attachments)


def state(attachment):
    flags = "".join(flag["name"] + flag["status"] for flag in attachment["flags"])
    return attachment["summary"], int(attachment["is_obsolete"]), flags


async def take(call, to_wire, from_wire):
    """Take all steps; `await call(method, params)` calls, and the others turn bytes into `data` and back."""
    credentials = {"Bugzilla_api_key": API_KEY}
    if LOGIN:
        user = await call("User.login", {"login": LOGIN, "password": PASSWORD})
        credentials = {"Bugzilla_token": user["token"]}
        report("login", user["id"])

    async def read(**params):
        return await call("Bug.attachments", {**credentials, **params})

    async def one():
        return (await read(attachment_ids=[new_id]))["attachments"][str(new_id)]

    async def update(**params):
        await call("Bug.update_attachment", {**credentials, "ids": [new_id], **params})

    report("list", numbers((await read(ids=[LIST_BUG]))["bugs"][str(LIST_BUG)]))
    answer = await call(
        "Bug.add_attachment",
        {
            **credentials,
            "ids": [BUG],
            "data": to_wire(content()),
            "file_name": FILE_NAME,
            "summary": SUMMARY,
            "content_type": "application/octet-stream",
            "is_private": False,
        },
    )
    new_id = answer["ids"][0]
    report("upload", new_id)
    attachment = await one()
    save(from_wire(attachment["data"]))
    report("download", attachment["file_name"], attachment["summary"])
    await update(summary=NEW_SUMMARY, is_obsolete=True, flags=[{"name": "review", "status": "+"}])
    report("update", *state(await one()))
    await update(is_obsolete=False, flags=[{"name": "review", "status": "X"}])
    report("clear", *state(await one()))
    if LOGIN:
        await call("User.logout", credentials)
