"""What AWS's own library says to a signed address."""

from urllib.parse import parse_qsl, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signature_of(address: str) -> str:
    """The signature that an address has."""
    return dict(parse_qsl(urlsplit(address).query))["X-Amz-Signature"]


def right_signature(address: str, secret: str) -> str:
    """The signature that an address to GET something from ought to have."""
    unsigned = "&".join(each for each in address.split("&") if not each.startswith("X-Amz-Signature="))
    params = dict(parse_qsl(urlsplit(address).query))
    key, _, region, service, _ = params["X-Amz-Credential"].split("/")
    auth = S3SigV4QueryAuth(Credentials(key, secret), service, region)
    request = AWSRequest("GET", unsigned)
    request.context["timestamp"] = params["X-Amz-Date"]
    signature: str = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return signature
