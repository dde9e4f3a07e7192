"""Real Bugzilla databases: a dump says what its server says, and the release is found by looking."""

import gzip
import hashlib
import subprocess
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from mariadb_server import ENCODED_PASSWORD, PASSWORD, USER, MariaDB
from postgresql_server import Server
from sites import FOLDER, attachments, needs_sites, site, unpacked

from gateway.importing.sources.attachment_content import AttachmentContents, ContentState
from gateway.importing.sources.bugzilla_directory import read_directory
from gateway.importing.sources.dumps.dump_tables import SKIPPED_TABLES
from gateway.importing.sources.release import find_release
from gateway.importing.sources.site_parameters import read_parameter_file, read_parameter_table
from gateway.importing.sources.source import SMALL, Source, SourceValue
from gateway.importing.sources.source_opening import open_source

pytestmark = needs_sites

MYSQL = {
    "bugzilla-5.2-mariadb.sql.gz": "5.2",
    "bugzilla-5.2-mariadb-plain-mysqldump.sql.gz": "5.2",
    "rich/bugzilla-5.2-mariadb.sql.gz": "5.2",
    "rich/bugzilla-5.0.6-mysql.sql.gz": "5.0",
    "rich/bugzilla-4.4.14-mysql.sql.gz": "4.4",
    "rich/bugzilla-4.4.14-latin1-mysql.sql.gz": "4.4",
    "harmony/harmony-main-mariadb.sql.gz": "harmony",
    "bmo/bmo-20260820.1-mariadb.sql.gz": "BMO",
}
POSTGRESQL = ["bugzilla-5.2-postgresql.sql.gz", "rich/bugzilla-5.2-postgresql.sql.gz"]


def opened(name: str | Path) -> Source:
    return open_source(str(name), None, lambda *_: None).source


def attachment_ids(source: Source) -> list[int]:
    return [int(str(row["attach_id"])) for row in source.rows("attachments")]


def as_text(value: SourceValue) -> SourceValue:
    """A value as a dump has it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value) if isinstance(value, Decimal) else value


def check_equal(server: Source, dump: Source) -> None:
    try:
        assert {table: list(names) for table, names in server.tables.items()} == {
            table: list(names) for table, names in dump.tables.items()
        }
        for table in server.tables:
            assert server.count(table) == dump.count(table)
            if table not in {*SKIPPED_TABLES, "attach_data"}:
                ours, theirs = (
                    sorted(repr([as_text(each) for each in row.values()]) for row in source.rows(table))
                    for source in (server, dump)
                )
                assert ours == theirs
        sizes = server.content_sizes(attachment_ids(server))
        assert sizes == dump.content_sizes(attachment_ids(server))
        contents = {each: b"".join(dump.content_pieces(each)) for each in sizes}
        assert {each: b"".join(server.content_pieces(each)) for each in sizes} == contents
        small = {each: content for each, content in contents.items() if len(content) <= SMALL}
        assert server.small_contents([*sizes]) == small
        assert server.page("bugs", "bug_id", 3, 2)[1]["bug_id"] == 5
        assert {row["bug_id"] for row in server.between("longdescs", "bug_id", 4, 6)} == {4, 5, 6}
        assert [str(each) for each in server.undecodable] == [str(each) for each in dump.undecodable]
    finally:
        server.close()
        dump.close()


@pytest.mark.parametrize("name", MYSQL)
def test_a_dump_says_what_its_mariadb_says(name: str, mariadb: MariaDB) -> None:
    dump = opened(site(name))
    server = opened(mariadb.url(mariadb.load(gzip.decompress(site(name).read_bytes()))))
    assert find_release(server, "").name == find_release(dump, "").name == MYSQL[name]
    check_equal(server, dump)


@pytest.mark.parametrize("name", POSTGRESQL)
def test_a_dump_says_what_its_postgresql_says(name: str, postgresql_server: Server) -> None:
    url = postgresql_server.new_database()
    lines = gzip.decompress(site(name).read_bytes()).splitlines(keepends=True)
    script = b"".join(line for line in lines if not line.startswith((b"\\restrict", b"\\unrestrict")))
    command = [str(postgresql_server.programs / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", url]
    subprocess.run(command, input=script, check=True, capture_output=True)
    check_equal(opened(url), opened(site(name)))


def test_the_three_databases_of_a_site_are_equal(tmp_path: Path) -> None:
    names = ["bugzilla-5.2-mariadb.sql.gz", "bugzilla-5.2-postgresql.sql.gz"]
    sources = [opened(unpacked("bugzilla-5.2-sqlite.db.gz", tmp_path)), *(opened(site(name)) for name in names)]
    described = []
    for source in sources:
        columns = ("bug_id", "who", "bug_when", "thetext", "type", "isprivate")
        comments = [[row[each] for each in columns] for row in source.page("longdescs", "comment_id", 0, 1000)]
        content = {each: b"".join(source.content_pieces(each)) for each in source.content_sizes(attachment_ids(source))}
        described.append((comments, content, {table: source.count(table) for table in ("bugs", "flags", "profiles")}))
        source.close()
    assert described[0] == described[1] == described[2]
    assert (len(described[0][0]), len(described[0][1])) == (39, 32)


LATIN1 = [("profiles", "userid", 5, "realname", "René Müller"), ("profiles", "userid", 12, "realname", "Ünïcödé 世界")]


@pytest.mark.parametrize(("table", "key", "number", "column", "value"), LATIN1)
def test_latin1_columns(table: str, key: str, number: int, column: str, value: str) -> None:
    source = opened(site("rich/bugzilla-4.4.14-latin1-mysql.sql.gz"))
    assert source.between(table, key, number, number)[0][column] == value
    source.close()


FILES = [
    ("rich/bugzilla-5.2-mariadb.sql.gz", "rich/bugzilla-5.2-data-attachments.tar.gz", 2, {34, 35}),
    ("harmony/harmony-main-mariadb.sql.gz", "harmony/data-attachments.tar.gz", 3, {7, 25}),
    ("bmo/bmo-20260820.1-mariadb.sql.gz", "bmo/data-attachments.tar.gz", 3, {7, 25}),
]


@pytest.mark.parametrize(("dump", "archive", "digits", "local"), FILES)
def test_local_files(dump: str, archive: str, digits: int, local: set[int], tmp_path: Path) -> None:
    source = opened(site(dump))
    contents = AttachmentContents(source, attachments(archive, tmp_path), digits)
    ids = [int(str(row["attach_id"])) for row in source.rows("attachments")]
    found = contents.find(ids)
    assert {each for each in ids if found[each].state is ContentState.FILE} == local
    assert {each for each in ids if found[each].state is ContentState.DELETED} == {13}
    for each in ids:
        assert sum(map(len, contents.pieces(each, found[each].state))) == found[each].size
    if 34 in local:
        digest = hashlib.md5(b"".join(contents.pieces(34, ContentState.FILE)), usedforsecurity=False)
        assert digest.hexdigest() == "0bf35243f8568fa04fbb0bac649cb30f"
    lost = AttachmentContents(source, None, digits).find(ids)
    states = {each: lost[each].state for each in local}
    assert set(states.values()) == {ContentState.EMPTY if digits == 2 else ContentState.MISSING}
    source.close()


def test_content_in_s3_is_not_there() -> None:
    source = opened(site("harmony/harmony-main-mariadb-one-in-s3.sql.gz"))
    found = AttachmentContents(source, None, 3).find([24])[24]
    assert (found.state, found.storage_class) == (ContentState.MISSING, "s3")
    source.close()


@pytest.mark.parametrize("name", ["bugzilla-5.2-params.json", "rich/bugzilla-4.4.14-params", "harmony/params"])
def test_parameters(name: str) -> None:
    parameters = read_parameter_file(site(name))
    assert parameters["insidergroup"] == "QA-Selenium-TEST"
    assert parameters["maxattachmentsize"] in ("1000", "10240")


def test_parameters_of_bmo_are_in_its_database() -> None:
    source = opened(site("bmo/bmo-20260820.1-mariadb.sql.gz"))
    assert read_parameter_table(source)["insidergroup"] == "QA-Selenium-TEST"
    source.close()


@pytest.mark.parametrize(
    ("release", "url"),
    [
        (each, f"mysql://bugs:{ENCODED_PASSWORD}@127.0.0.1/bugs")
        for each in ("4.4.14", "5.0.6", "5.2", "harmony", "bmo")
    ],
)
def test_localconfig(release: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "localconfig").write_bytes((Path(FOLDER) / "localconfig" / release).read_bytes())
    assert read_directory(tmp_path).database == url


def test_the_directory_of_a_bugzilla(tmp_path: Path, mariadb: MariaDB) -> None:
    name = mariadb.load(gzip.decompress(site("bugzilla-5.2-mariadb.sql.gz").read_bytes()))
    password = PASSWORD.replace("'", "\\'")
    config = f"$db_driver = 'mariadb';\n$db_host = 'localhost';\n$db_name = '{name}';\n$db_user = '{USER}';\n"
    files = {
        "localconfig": f"{config}$db_pass = '{password}';\n$db_port = 0;\n$db_sock = '{mariadb.socket}';\n",
        "data/params.json": '{"insidergroup": "x"}',
        "data/attachments/.htaccess": "",
        "Bugzilla/Constants.pm": 'use constant BUGZILLA_VERSION => "5.2+";\n',
        "extensions/QA/Config.pm": "package Bugzilla::Extension::QA;\nuse constant NAME => 'QA';\n",
        "extensions/QA/Extension.pm": "our $VERSION = '1.0';\n",
        "extensions/Off/Extension.pm": "our $VERSION = '1.0';\n",
        "extensions/Off/disabled": "",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = open_source(str(tmp_path), None, lambda *_: None)
    assert found.source.count("bugs") == 10
    assert (found.version, found.extensions, found.is_local) == ("5.2+", {"QA": "1.0"}, True)
    assert (found.parameters, found.attachments) == (tmp_path / "data/params.json", tmp_path / "data/attachments")
    assert PASSWORD not in found.source.name
    assert ENCODED_PASSWORD not in found.source.name
    found.source.close()
