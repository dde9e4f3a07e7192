"""Addresses at which anybody gets content for a short time."""

import urllib.request
from http.client import HTTPMessage

import pytest
from bucket_server import Buckets
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.store import S3Store
from signatures import right_signature, signature_of
from store_samples import Sample, add_content, data_of

from gateway.content import PIECE, StoredContent
from gateway.protocols.disposition import disposition
from gateway.store.interface import Store, StoreRefused
from gateway.store.objects import ObjectStore, open_bucket
from gateway.store.objects.addresses import Addresses, signed_anew

HEADERS = {
    "Content-Type": "application/x-tar",
    "Content-Disposition": disposition("attachment", "naïve & 世界.tar"),
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",  # which S3 cannot be told to send
}
DATA = data_of(PIECE + 17)


def fetched(address: str, headers: dict[str, str] | None = None) -> tuple[int, HTTPMessage, bytes]:
    request = urllib.request.Request(address, headers=headers or {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status, answer.headers, answer.read()


def test_amazons_own_example() -> None:
    """The one of "Authenticating Requests: Using Query Parameters" in the Amazon S3 API Reference."""
    address = (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    )
    signed = signed_anew(address, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {})
    assert signed == f"{address}&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@settings(deadline=None)
@given(
    name=st.text(max_size=40),
    secret=words,
    token=st.none() | words,
    endpoint=st.sampled_from([{}, {"endpoint_url": "http://127.0.0.1:9000"}, {"virtual_hosted_style_request": "true"}]),
)
def test_amazons_own_library_signs_the_same(
    name: str, secret: str, token: str | None, endpoint: dict[str, str]
) -> None:
    config = {"access_key_id": "key", "secret_access_key": secret, "region": "eu-central-1", **endpoint}
    if token is not None:
        config["session_token"] = token
    store = S3Store("bucket", prefix="a-b/ü", config=config, client_options={"allow_http": True})  # type: ignore[arg-type]
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Disposition": disposition("attachment", name)}
    address = Addresses(store, 60).of("sha256/ab/abcd", headers)
    assert "X-Amz-Expires=60&" in address
    assert address.count("&response-") == 2
    assert signature_of(address) == right_signature(address, secret)


@pytest.fixture
def store(inner: Store, buckets: Buckets) -> ObjectStore:
    return ObjectStore(inner, open_bucket(buckets.new(), 20.0, buckets.config, address_life=60))


async def stored(store: Store, sample: Sample) -> StoredContent:
    """A new content, as reading work is told of it."""
    number = await add_content(store, sample, DATA)
    content = await store.read(lambda tx: tx.contents(tx.attachments([number]), 0)[number])
    assert isinstance(content, StoredContent)
    return content


async def test_an_address_is_answered_as_it_was_signed(store: ObjectStore, sample: Sample) -> None:
    address = store.address(await stored(store, sample), HEADERS) or ""
    status, headers, answered = fetched(address)
    assert (status, answered) == (200, DATA)
    for name in ("Content-Type", "Content-Disposition", "Cache-Control"):
        assert headers[name] == HEADERS[name]
    status, headers, answered = fetched(address, {"Range": "bytes=5-8"})
    assert (status, answered, headers["Content-Range"]) == (206, DATA[5:9], f"bytes 5-8/{len(DATA)}")


async def test_content_of_the_database_has_none(inner: Store, store: ObjectStore, sample: Sample) -> None:
    content = await stored(inner, sample)
    assert store.address(content, HEADERS) is None


async def test_a_bucket_has_none_unless_it_is_told_to(inner: Store, buckets: Buckets, sample: Sample) -> None:
    store = ObjectStore(inner, open_bucket(buckets.new(), 20.0, buckets.config))
    assert store.address(await stored(store, sample), HEADERS) is None


def test_a_secret_that_is_not_known_is_asked_for(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    """obstore may have a key of the machine that it runs on, and does not tell it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    config = {name: value for name, value in buckets.config.items() if "key" not in name}
    with pytest.raises(StoreRefused, match="AWS_SECRET_ACCESS_KEY must be set"):
        open_bucket("s3://bucket", 20.0, config, address_life=60)
