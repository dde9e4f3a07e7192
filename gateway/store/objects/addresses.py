"""Signed addresses, at which anybody can GET an object of the bucket for a short time.

obstore makes and signs them, but cannot set S3's `response-*` parameters, which give the response its content type and
file name. They are added here, and the address is signed again, as "Authenticating Requests: Using Query Parameters"
of the Amazon S3 API Reference says (AWS Signature Version 4). docs/decisions/0017 compares this with botocore.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlencode

import obstore
from obstore.store import S3Store

_RESPONSE_HEADERS = ("Content-Type", "Content-Disposition", "Cache-Control")
"""The headers of the response that S3 lets an address set."""

_SIGNATURE = "X-Amz-Signature"


class Addresses:
    """Makes addresses of objects in `store` that live for `life` seconds.

    Raises `ValueError` without the secret of the key: obstore does not show one that it found anywhere but in the
    environment or its configuration.
    """

    def __init__(self, store: S3Store, life: float) -> None:
        self._store = store
        self._life = timedelta(seconds=life)
        self._secret = store.config.get("secret_access_key") or os.environ.get("AWS_SECRET_ACCESS_KEY", "")
        if not self._secret:
            raise ValueError("AWS_SECRET_ACCESS_KEY must be set for signed addresses")
        address = self._by_obstore("probe")
        if signed_anew(address, self._secret, {}).rpartition("=")[2] != address.rpartition("=")[2]:
            raise ValueError("AWS_SECRET_ACCESS_KEY is not the secret that the bucket is used with")

    def of(self, key: str, headers: Mapping[str, str]) -> str:
        """Return the address of the object with this key. The response carries those of `headers` that S3 can set."""
        parameters = {f"response-{name.lower()}": headers[name] for name in _RESPONSE_HEADERS if name in headers}
        return signed_anew(self._by_obstore(key), self._secret, parameters)

    def _by_obstore(self, key: str) -> str:
        return obstore.sign(self._store, "GET", key, self._life)


def signed_anew(address: str, secret: str, added: Mapping[str, str]) -> str:
    """Add parameters to an address that is signed for GET, and sign it again with the secret of the same key."""
    place, _, query = address.partition("?")
    params = {**dict(parse_qsl(query, keep_blank_values=True)), **added}
    params.pop(_SIGNATURE, None)
    canonical_query = urlencode(sorted(params.items()), quote_via=quote, safe="")
    host, _, path = place.partition("://")[2].partition("/")
    request = "\n".join(["GET", f"/{path}", canonical_query, f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"])
    scope = params["X-Amz-Credential"].split("/")[1:]
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = "\n".join([params["X-Amz-Algorithm"], params["X-Amz-Date"], "/".join(scope), digest])
    key = f"AWS4{secret}".encode()
    for each in (*scope, to_sign):
        key = hmac.digest(key, each.encode(), "sha256")
    return f"{place}?{canonical_query}&{_SIGNATURE}={key.hex()}"
