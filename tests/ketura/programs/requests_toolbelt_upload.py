"""requests-toolbelt: a body that streams, of known length or in chunks."""

import os

import requests
from requests_toolbelt import MultipartEncoder

url, how = os.environ["UPLOAD_URL"], os.environ["UPLOAD_HOW"]
credentials = (os.environ["UPLOAD_LOGIN"], os.environ["UPLOAD_PASSWORD"])
name = os.path.basename(os.environ["UPLOAD_FILE"])
with open(os.environ["UPLOAD_FILE"], "rb") as file:
    fields = {"File": (name, file, "application/x-thing"), "Description": os.environ["UPLOAD_DESCRIPTION"]}
    body = MultipartEncoder(fields)
    data = body if how == "length" else iter(lambda: body.read(10_000), b"")
    answer = requests.post(url, auth=credentials, data=data, headers={"Content-Type": body.content_type})
print(answer.status_code)
