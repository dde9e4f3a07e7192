"""The commands on a site whose content is in a bucket."""

import hashlib
import json
from pathlib import Path

import obstore
import pytest
from bucket_server import Buckets
from commandline import Run, told
from obstore.store import S3Store

SITE = Path(__file__).parents[1] / "site.json"


def test_a_site_goes_in_and_comes_out_equal(run: Run, content: str) -> None:
    run("load", str(SITE), "--database", "plain.db")
    run("load", str(SITE), "--content", content)
    run("dump", "plain.json", "--database", "plain.db")
    run("dump", "bucket.json", "--content", content)
    in_bucket, in_database = (json.loads(Path(file).read_text()) for file in ("bucket.json", "plain.json"))
    assert in_bucket["attachments"] == in_database["attachments"]
    assert any(each["data_b64"] for each in in_bucket["attachments"])


def test_a_site_is_not_opened_without_its_bucket(run: Run, content: str) -> None:
    run("load", str(SITE), "--content", content)
    assert "set content to s3://" in run("check", code=1).stderr
    run("check", "--content", content)


def test_lost_content_is_found_and_what_nobody_has_is_let_be_for_a_day(
    run: Run, content: str, buckets: Buckets
) -> None:
    run("load", str(SITE), "--content", content)
    bucket = S3Store.from_url(content, config=buckets.config, client_options={"allow_http": True})  # type: ignore[arg-type]
    ours = next(each["path"] for page in obstore.list(bucket) for each in page)
    obstore.rename(bucket, ours, f"sha256/00/{hashlib.sha256(b'').hexdigest()}")
    (finding,) = told(run("check", "--repair", "--json", "--content", content, code=1))
    assert "has lost its content" in finding["what"]
    assert Path(ours).name in finding["what"]


@pytest.mark.parametrize(
    "wrong",
    ["bucket", "s3://", "s3://key:secret@bucket", "s3://bucket?versionId=1", "http://bucket/", "s3://Bucket"],
)
def test_what_is_no_address_of_a_bucket_is_refused(run: Run, wrong: str) -> None:
    assert "content cannot be" in run("check", "--content", wrong, code=2).stderr


def test_the_doctor_asks_the_bucket(run: Run, content: str, buckets: Buckets) -> None:
    run("load", str(SITE), "--content", content)

    for address, verdict in ((content, "ok"), ("s3://not-there", "wrong")):
        result = run("doctor", "--json", "--port", "1", "--content", address, code=1)  # nothing is served at port 1
        (found,) = (each for each in told(result) if each["about"] == "content")
        assert found["verdict"] == verdict
        assert found["found"].startswith(address)
        assert buckets.config["secret_access_key"] not in result.output
