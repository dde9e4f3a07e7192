"""wadllib: reads a description, of its own version of the namespace, and makes the upload that it describes.

Arguments: the description, its address, the number of the issue, the login, the password, the file, the description.
"""

import base64
import sys
import urllib.request

from wadllib.application import Application

wadl, address, issue, login, password, path, description = sys.argv[1:]
with open(wadl, "rb") as file:
    application = Application(address, file.read())
resource = application.get_resource_by_path("Ketura/API/Issues/{id}/Attachments")
method = resource.get_method("post", media_type="multipart/form-data")
with open(path, "rb") as file:
    values = {"File": file.read(), "Description": description}
content_type, body = method.build_representation("multipart/form-data", values)
request = urllib.request.Request(method.build_request_url().replace("{id}", issue), body)
request.add_header("Content-Type", content_type)
request.add_header("Authorization", "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode())
print(urllib.request.urlopen(request).status)
