"""httpx: a body that streams, of known length or in chunks."""

import os

import httpx

url, how = os.environ["UPLOAD_URL"], os.environ["UPLOAD_HOW"]
credentials = (os.environ["UPLOAD_LOGIN"], os.environ["UPLOAD_PASSWORD"])
description = {"Description": os.environ["UPLOAD_DESCRIPTION"]}
name = os.path.basename(os.environ["UPLOAD_FILE"])
with open(os.environ["UPLOAD_FILE"], "rb") as file:
    request = httpx.Request("POST", url, data=description, files={"File": (name, file)})
    if how == "chunked":
        headers = {"Content-Type": request.headers["Content-Type"]}
        request = httpx.Request("POST", url, content=iter(list(request.stream)), headers=headers)
    with httpx.Client(auth=credentials) as client:
        answer = client.send(request)
print(answer.status_code)
