"""requests: LENGTH with files and data, CHUNKED from a generator. The file has no Content-Type."""

import os

import requests

url, how = os.environ["UPLOAD_URL"], os.environ["UPLOAD_HOW"]
credentials = (os.environ["UPLOAD_LOGIN"], os.environ["UPLOAD_PASSWORD"])
with open(os.environ["UPLOAD_FILE"], "rb") as file:
    description = {"Description": os.environ["UPLOAD_DESCRIPTION"]}
    if how == "length":
        answer = requests.post(url, auth=credentials, data=description, files={"File": file})
    else:
        prepared = requests.Request("POST", url, data=description, files={"File": file}).prepare()
        body = prepared.body
        pieces = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
        headers = {"Content-Type": prepared.headers["Content-Type"]}
        answer = requests.post(url, auth=credentials, data=pieces, headers=headers)
print(answer.status_code)
