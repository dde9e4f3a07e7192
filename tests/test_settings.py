import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.model import Site
from gateway.setting_types import format_size
from gateway.settings import Settings, SettingsError, all_settings, load_settings, markdown_reference


@pytest.fixture(autouse=True)
def _empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_any_source_everything_is_at_its_default() -> None:
    effective = load_settings({}, {})
    assert effective.settings == Settings()
    assert effective.sources == {}


def test_every_default_is_written_as_it_is_read() -> None:
    for setting in all_settings():
        assert setting.type.parse(setting.default_text) == setting.default, setting.name


def test_a_flag_goes_before_the_environment_that_before_the_file_that_before_the_default() -> None:
    Path("gateway.toml").write_text("port = 1\nmax_batch = 2\nmax_multicall = 3\n")
    effective = load_settings({"port": "21"}, {"GATEWAY_PORT": "11", "GATEWAY_MAX_BATCH": "12"})
    settings = effective.settings
    assert (settings.port, settings.max_batch, settings.max_multicall, settings.workers) == (21, 12, 3, 1)
    assert effective.sources == {"port": "--port", "max_batch": "GATEWAY_MAX_BATCH", "max_multicall": "gateway.toml"}


def test_the_file_is_that_of_the_flag_then_that_of_the_environment(tmp_path: Path) -> None:
    for name in ("gateway.toml", "flag.toml", "variable.toml"):
        (tmp_path / name).write_text(f'host = "{name}"\n')
    environment = {"GATEWAY_CONFIG": "variable.toml"}
    assert load_settings({}, environment, Path("flag.toml")).settings.host == "flag.toml"
    assert load_settings({}, environment).settings.host == "variable.toml"
    assert load_settings({}, {}).settings.host == "gateway.toml"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("database", "/var/lib/bugs.db", Path("/var/lib/bugs.db")),
        ("port", "0", 0),
        ("port", "65535", 65535),
        ("path_prefix", "/bugzilla", "/bugzilla"),
        ("path_prefix", "/a/b-c/", "/a/b-c"),
        ("path_prefix", "/", ""),
        ("url_base", "https://bugs.example.com", "https://bugs.example.com/"),
        ("url_base", "https://example.com/bugzilla/", "https://example.com/bugzilla/"),
        ("url_base", "", ""),
        ("trusted_proxies", "127.0.0.1, 10.0.0.0/8", (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))),
        ("trusted_proxies", "::1", (ip_network("::1"),)),
        ("durable", "no", False),
        ("durable", "TRUE", True),
        ("max_attachment_size", "10MiB", 10 * 1024**2),
        ("max_attachment_size", "10 mib", 10 * 1024**2),
        ("max_attachment_size", "1.5GB", 1_500_000_000),
        ("max_attachment_size", "1048576", 1048576),
        ("max_attachment_size", "1", 1),
        ("max_attachment_size", "", None),
        ("spool_directory", "/var/tmp", Path("/var/tmp")),
        ("spool_directory", "", None),
        ("body_timeout", "30s", 30.0),
        ("body_timeout", "30min", 1800.0),
        ("body_timeout", "500ms", 0.5),
        ("body_timeout", "2.5", 2.5),
        ("token_lifetime", "30d", 30 * 86400.0),
        ("token_lifetime", "12 h", 12 * 3600.0),
        ("log_format", "json", "json"),
    ],
)
def test_values_are_read(name: str, text: str, value: object) -> None:
    assert getattr(load_settings({name: text}, {}).settings, name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("database", ""),
        ("host", ""),
        ("host", " a"),
        ("port", "-1"),
        ("port", "65536"),
        ("port", "http"),
        ("workers", "0"),
        ("path_prefix", "bugzilla"),
        ("path_prefix", "/a b"),
        ("url_base", "bugs.example.com"),
        ("url_base", "https://example.com/?a=b"),
        ("trusted_proxies", "proxy.example.com"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("durable", "perhaps"),
        ("max_attachment_size", "0"),
        ("max_attachment_size", "-5"),
        ("max_attachment_size", "10M"),
        ("max_attachment_size", "10 elephants"),
        ("upload_allowance", ""),
        ("body_timeout", "0"),
        ("body_timeout", "soon"),
        ("body_timeout", "1 month"),
        ("log_level", "loud"),
    ],
)
def test_a_wrong_value_is_named_with_its_source_and_with_what_would_be_right(name: str, text: str) -> None:
    setting = next(each for each in all_settings() if each.name == name)
    with pytest.raises(SettingsError) as problem:
        load_settings({name: text}, {})
    assert str(problem.value) == f"{setting.flag}: {name} cannot be '{text}'. It takes {setting.type.expected}."


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("durable = false", "durable", False),
        ("port = 8081", "port", 8081),
        ("body_timeout = 1.5", "body_timeout", 1.5),
        ('max_attachment_size = "1MiB"', "max_attachment_size", 1024**2),
        ('trusted_proxies = ["127.0.0.1", "::1"]', "trusted_proxies", (ip_network("127.0.0.1"), ip_network("::1"))),
    ],
)
def test_toml_has_its_own_types(line: str, name: str, value: object) -> None:
    Path("gateway.toml").write_text(line)
    assert getattr(load_settings({}, {}).settings, name) == value


def test_everything_wrong_is_named_at_once() -> None:
    Path("gateway.toml").write_text('prot = 8080\nhost = "ok"\n')
    with pytest.raises(SettingsError) as problem:
        load_settings({"port": "many"}, {"GATEWAY_MAX_BATHC": "5", "GATEWAY_WORKERS": "none"})
    lines = str(problem.value).splitlines()
    assert lines[0] == "gateway.toml: there is no setting prot (did you mean port?)."
    assert lines[1] == "GATEWAY_MAX_BATHC: there is no setting max_bathc (did you mean max_batch?)."
    assert [line.split(":")[0] for line in lines[2:]] == ["GATEWAY_WORKERS", "--port"]


def test_variables_that_others_set_are_let_be() -> None:
    others = {"GATEWAY_SERVICE_HOST": "10.0.0.1", "GATEWAY_PORT_80_TCP": "tcp://10.0.0.1:80", "MAX_BATCH": "x"}
    assert load_settings({}, others).sources == {}


def test_a_file_that_is_named_must_be_there() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml cannot be read"):
        load_settings({}, {}, Path("nowhere.toml"))
    with pytest.raises(SettingsError, match=r"nowhere\.toml cannot be read"):
        load_settings({}, {"GATEWAY_CONFIG": "nowhere.toml"})


def test_a_file_that_is_no_toml_is_named() -> None:
    Path("gateway.toml").write_text("port: 8080")
    with pytest.raises(SettingsError, match=r"gateway\.toml cannot be read"):
        load_settings({}, {})


@pytest.mark.parametrize(
    ("setting", "parameter", "limit"),
    [
        (None, None, 10 * 1024**2),
        (None, "", 10 * 1024**2),
        (None, "a lot", 10 * 1024**2),
        (None, "1000", 1_024_000),
        (None, "0", 0),
        (5, "1000", 5),
    ],
)
def test_the_attachment_limit_is_that_of_the_settings_then_that_of_the_site(
    setting: int | None, parameter: str | None, limit: int
) -> None:
    parameters = {} if parameter is None else {"maxattachmentsize": parameter}
    assert Settings(max_attachment_size=setting).attachment_limit(Site(parameters=parameters)) == limit


@pytest.mark.parametrize(
    ("size", "written"),
    [(0, "0 B"), (1, "1 B"), (1000, "1 kB"), (1024, "1 KiB"), (1025, "1025 B"), (10 * 1024**2, "10 MiB")],
)
def test_sizes_are_written_for_people(size: int, written: str) -> None:
    assert format_size(size) == written


def test_the_reference_is_current() -> None:
    page = Path(__file__).parents[1] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == markdown_reference(), "run: gateway settings --markdown"


def test_the_reference_has_every_setting() -> None:
    reference = markdown_reference()
    for setting in all_settings():
        assert f"## {setting.name}\n\n{setting.doc}\n" in reference
        assert f"`{setting.variable}`" in reference


def test_a_directory_that_the_user_may_not_look_into_has_no_settings_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65534)
        assert load_settings({}, {}).sources == {}
    finally:
        if is_root:
            os.seteuid(0)
        tmp_path.chmod(0o700)
