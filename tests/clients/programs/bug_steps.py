"""The steps with bugs, for clients in Python. It runs in the client's own environment."""

import os

URL = os.environ["CLIENT_URL"]
LOGIN = os.environ.get("CLIENT_LOGIN")
PASSWORD = os.environ.get("CLIENT_PASSWORD")
API_KEY = os.environ.get("CLIENT_API_KEY")
PRODUCT = os.environ["CLIENT_PRODUCT"]
COMPONENT = os.environ["CLIENT_COMPONENT"]
VERSION = os.environ["CLIENT_VERSION"]
WORD = os.environ["CLIENT_WORD"]
SUMMARY = os.environ["CLIENT_SUMMARY"]
DESCRIPTION = os.environ["CLIENT_DESCRIPTION"]
KEYWORDS = os.environ["CLIENT_KEYWORDS"].split(",")
BLOCKED_BUG = int(os.environ["CLIENT_BLOCKED_BUG"])
COMMENT = os.environ["CLIENT_COMMENT"]
VALUES = {"op_sys": "All", "platform": "All", "severity": "normal", "priority": "Normal"}


def report(step, *words):
    print(step, *words, sep="\t", flush=True)


def numbers(found):
    return ",".join(map(str, sorted(map(int, found))))
