"""`gateway move --content-to`."""

import base64
import json
import sqlite3
from pathlib import Path

import obstore
import pytest
from bucket_server import Buckets
from commandline import Run, told
from obstore.store import S3Store
from postgresql_server import Server
from running import SITE

MOVE = ("move", "--content-to")


def test_content_moves_to_the_bucket_and_back(run: Run, content: str) -> None:
    run("load", str(SITE))
    before = run("dump").stdout
    result = run(*MOVE, "bucket", "--content", content)
    assert result.stdout == ""
    assert f"9 attachments (0.0 MiB) were moved from gateway.db to {content}." in result.stderr
    assert f"Only gateways that were started with --content {content} find" in result.stderr
    assert "sqlite3 gateway.db VACUUM" in result.stderr
    assert run("dump", "--content", content).stdout == before
    assert "gateway move --content-to database" in run("dump", code=1).stderr

    said = run(*MOVE, "database", "--content", content).stderr
    assert f"9 attachments (0.0 MiB) were moved from {content} to gateway.db." in said
    assert "start the gateway without content and content_read_only" in said
    assert run("dump").stdout == before
    run("check", "--content", content)


def test_it_moves_from_and_to_a_server_too(run: Run, content: str, postgresql_server: Server) -> None:
    url = postgresql_server.new_database()
    run("load", str(SITE), "--database", url)
    assert "autovacuum" in run(*MOVE, "bucket", "--content", content, "--database", url).stderr
    run("check", "--content", content, "--database", url)
    run(*MOVE, "database", "--content", content, "--database", url)
    run("check", "--database", url)


def test_what_is_free_can_be_given_back_as_it_says(run: Run, content: str) -> None:
    site = json.loads(SITE.read_text("utf-8"))
    site["attachments"][0] |= {"size": 300_000, "data_b64": base64.b64encode(bytes(300_000)).decode()}
    Path("site.json").write_text(json.dumps(site), "utf-8")
    run("load", "site.json")
    run(*MOVE, "bucket", "--content", content)
    size = Path("gateway.db").stat().st_size
    with sqlite3.connect("gateway.db") as connection:
        connection.execute("VACUUM")
    connection.close()
    assert Path("gateway.db").stat().st_size < size - 250_000
    run("check", "--content", content)


def test_a_script_is_told_what_was_done_and_what_was_not(run: Run, content: str) -> None:
    run("load", str(SITE))
    with sqlite3.connect("gateway.db") as connection:
        connection.execute("UPDATE pieces SET data = x'00' WHERE attachment_id = 2")
    connection.close()
    result = run(*MOVE, "bucket", "--content", content, "--json", code=1)
    done = told(result)
    (left,) = done.pop("left")
    assert done == {"attachments": 8, "bytes": done["bytes"], "complete": True}
    assert left["where"] == "attachment 2"
    assert "has lost its content" in left["what"]
    assert "stay in gateway.db. `gateway check` reports them too" in result.stderr
    again = run(*MOVE, "bucket", "--content", content, code=1)
    assert again.stdout.startswith("attachment 2\thas lost its content")
    assert "0 attachments (0.0 MiB) were moved" in again.stderr


def test_the_bucket_is_named_by_the_settings(run: Run, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("load", str(SITE))
    monkeypatch.setenv("GATEWAY_CONTENT", content)
    run(*MOVE, "bucket")
    monkeypatch.setenv("GATEWAY_CONTENT_READ_ONLY", "true")
    assert "Restart the gateway without it, then move" in run(*MOVE, "bucket", code=2).stderr
    run(*MOVE, "database")


def test_a_bucket_that_does_not_answer_is_told_with_what_to_do(run: Run, content: str) -> None:
    run("load", str(SITE))
    said = run(*MOVE, "bucket", "--content", "s3://not-there", code=1).stderr
    assert "s3://not-there" in said
    assert "run `gateway move` again to continue" in said
    run("check")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--content-to", "bucket"), "Name the bucket with --content s3://BUCKET/PREFIX"),
        (("--content-to", "tape", "--content", "s3://bucket"), "is not one of 'bucket', 'database'"),
        (("--content-to", "bucket", "--to", "new.db", "--content", "s3://bucket"), "Give either --to"),
        (("--content-to", "bucket", "--then", "true", "--content", "s3://bucket"), "--then works only with --to"),
    ],
)
def test_a_move_that_makes_no_sense_is_a_wrong_call(run: Run, arguments: tuple[str, ...], what: str) -> None:
    run("load", str(SITE))
    assert what in run("move", *arguments, code=2).stderr


def test_a_site_that_is_not_there_does_not_move(run: Run, content: str) -> None:
    said = run(*MOVE, "bucket", "--content", content, code=1).stderr
    assert "There is no database gateway.db. Name the one" in said
    assert not list(Path().iterdir())


def test_content_that_is_in_the_bucket_stays_there_when_the_site_moves(
    run: Run, content: str, buckets: Buckets
) -> None:
    run("load", str(SITE))
    run(*MOVE, "bucket", "--content", content)
    bucket = S3Store.from_url(content, config=buckets.config, client_options={"allow_http": True})  # type: ignore[arg-type]
    objects = sum(len(page) for page in obstore.list(bucket))
    moved = told(run("move", "--to", "new.db", "--content", content, "--json"))
    assert moved == {"rows": 140, "attachments": 10, "copied": 0, "read_back": 0}
    run("check", "--database", "new.db", "--content", content)
    assert sum(len(page) for page in obstore.list(bucket)) == objects
