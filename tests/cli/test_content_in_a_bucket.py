"""The commands on a site whose content is in a bucket."""

import hashlib
import json
import shlex
import sys
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


@pytest.mark.parametrize(
    ("module", "setting", "package"),
    [
        ("obstore", ("--content", "s3://bucket"), "obstore"),
        ("psycopg", ("--database", "postgresql:///bugs"), "psycopg[binary]"),
        ("greenlet", ("--database", "postgresql:///bugs"), "greenlet"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    site: Run, monkeypatch: pytest.MonkeyPatch, module: str, setting: tuple[str, str], package: str
) -> None:
    users = ("gateway.store.objects", "gateway.store.postgresql")
    for name in [each for each in sys.modules if each.partition(".")[0] == module or each.startswith(users)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    said = site("check", *setting, code=1).stderr
    command = said.partition("Install it: ")[2]
    python, *words = shlex.split(command)
    assert (python, words[:3]) == (sys.executable, ["-m", "pip", "install"])
    assert any(each.startswith(f"{package}<") for each in words[3:])
    assert f" needs {module}," in said
    assert "bugzilla-gateway" not in said
