"""The settings, declared once: the TOML file, the environment, the flags and the reference follow from `Settings`.

A flag takes precedence over an environment variable, which takes precedence over the TOML file, and that over the
default. The setting `max_batch` is written `--max-batch 50`, `GATEWAY_MAX_BATCH=50` or, in the TOML file,
`max_batch = 50`. The TOML file is the one that `--config` or GATEWAY_CONFIG names, or else `gateway.toml` in the
working directory, if there is one.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from gateway import setting_types as types
from gateway.database_url import without_password
from gateway.model import Site
from gateway.setting_types import SettingType

ENVIRONMENT_PREFIX = "GATEWAY_"
CONFIG_VARIABLE = "GATEWAY_CONFIG"
CONFIG_FILE = Path("gateway.toml")
DEFAULT_ATTACHMENT_LIMIT = 10 * 1024**2
"""The size limit of attachments, in bytes, if neither the settings nor the site give one: Bugzilla's default."""


RELOADED = True
"""In the declaration of a setting: a gateway that runs takes a new value when it reloads its settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a gateway. Sizes are in bytes, times in seconds. Only `take_over` changes them."""

    # ---- where
    database: Annotated[
        types.Database,
        "The database with the site, including attachments: an SQLite file, or the URL of a PostgreSQL database.",
    ] = Path("gateway.db")
    replica: Annotated[
        types.OptionalUrl,
        "A replica of the PostgreSQL database, to stream content from. Content that it does not have yet comes from "
        "the primary, as does everything else.",
    ] = None
    content: Annotated[
        types.BucketUrl,
        "The bucket of an S3-compatible service, to keep the content of attachments in. Empty: in the database. "
        "The variables AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say how to reach it.",
    ] = ""
    content_read_only: Annotated[
        types.Switch,
        "Only read from the bucket, and store new content in the database: for a site that leaves its bucket.",
    ] = False
    content_redirects: Annotated[
        types.OptionalLifetime,
        "Redirect downloads of more than 1 MiB to the bucket, if anybody may see them, by URLs that expire after this "
        "time: a minute is enough. Clients must be able to reach the bucket. Empty: the gateway streams all content.",
    ] = None
    host: Annotated[types.Word, "The address to listen on; 0.0.0.0 means all IPv4 addresses of the machine."] = (
        "127.0.0.1"
    )
    port: Annotated[types.Port, "The port to listen on; 0 picks a free one."] = 8080
    workers: Annotated[types.Count, "The number of worker processes; more than one helps on several cores."] = 1
    path_prefix: Annotated[types.Prefix, "The path that precedes all paths of the site, such as /bugzilla."] = ""
    url_base: Annotated[
        types.UrlBase, "The URL at which clients find the site. Empty: the one that each request names.", RELOADED
    ] = ""
    attachment_base: Annotated[
        types.UrlBase,
        "Another URL of the gateway, with a separate host, for the content of attachments that anybody may see. Others "
        "can then only be downloaded. Empty: all content is sent from the site's own URL.",
    ] = ""
    trusted_proxies: Annotated[types.Networks, "The proxies whose X-Forwarded headers are trusted.", RELOADED] = ()

    # ---- storage
    durable: Annotated[types.Switch, "Make acknowledged changes survive a power cut, not only a crash."] = True
    max_attachment_size: Annotated[
        types.OptionalSize,
        "The size limit of attachments. Empty: the site's parameter maxattachmentsize (in KiB), or else 10 MiB.",
        RELOADED,
    ] = None
    max_ketura_size: Annotated[
        types.Size,
        "The size limit of files sent over Ketura's API, which promises 10 MiB. That of attachments applies too.",
        RELOADED,
    ] = 10 * 1024**2
    upload_allowance: Annotated[types.Size, "The disk space that all unfinished requests together may take."] = 1024**3
    memory_allowance: Annotated[types.Size, "The memory that all unfinished requests together may take."] = (
        256 * 1024**2
    )
    spool_directory: Annotated[
        types.OptionalFile,
        "The directory for unfinished requests. Empty: that of the SQLite file, or else that of temporary files.",
    ] = None

    # ---- limits
    body_timeout: Annotated[types.Duration, "The longest pause in the body of a request.", RELOADED] = 60.0
    keepalive_timeout: Annotated[
        types.Duration,
        "The longest time that a connection may be idle, or that the head of a request may take to arrive.",
    ] = 75.0
    shutdown_timeout: Annotated[
        types.Duration, "The time that calls in progress may take when the gateway is asked to stop."
    ] = 30.0
    content_timeout: Annotated[
        types.Duration, "The time that the bucket may take for one request, of at most 5 MiB, before a call is refused."
    ] = 20.0
    token_lifetime: Annotated[
        types.Duration,
        "The time after which a login expires: a token of User.login, or a session of the pages.",
        RELOADED,
    ] = 30 * 86400.0
    max_connections: Annotated[
        types.Count,
        "The most connections of a process. When it has that many, it closes an idle one for a new one, or one of the "
        "client with most for a client that has less than an equal share.",
    ] = 1000
    max_batch: Annotated[types.Count, "The most calls in one JSON-RPC batch.", RELOADED] = 100
    max_multicall: Annotated[types.Count, "The most calls in one system.multicall.", RELOADED] = 100
    max_list: Annotated[
        types.Count, "The most values in one list of a call, such as ids, names or flags.", RELOADED
    ] = 5000
    password_concurrency: Annotated[
        types.Count, "The number of passwords that a process checks at a time, each in 19 MiB of memory."
    ] = 2

    # ---- monitoring
    log_level: Annotated[types.LogLevel, "The minimum log level.", RELOADED] = "info"
    log_format: Annotated[
        types.LogFormat, "The log format: text for people, or json for one JSON object per line.", RELOADED
    ] = "text"
    metrics: Annotated[types.Switch, "Serve metrics for Prometheus at /metrics."] = True

    @property
    def spools(self) -> Path | None:
        """The directory for unfinished requests; None for that of temporary files."""
        if self.spool_directory is None and isinstance(self.database, Path):
            return self.database.absolute().parent
        return self.spool_directory

    def attachment_limit(self, site: Site) -> int:
        """The size limit of attachments of this site, in bytes."""
        if self.max_attachment_size is not None:
            return self.max_attachment_size
        kibibytes = site.parameters.get("maxattachmentsize", "")
        return int(kibibytes) * 1024 if kibibytes.isdecimal() else DEFAULT_ATTACHMENT_LIMIT


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """A setting as it is declared in `Settings`."""

    name: str
    default: object
    type: SettingType[Any]
    doc: str
    is_reloaded: bool = False

    @property
    def default_text(self) -> str:
        """Its default as text; empty if it has none."""
        return self.type.format(self.default)

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return ENVIRONMENT_PREFIX + self.name.upper()


@cache
def all_settings() -> tuple[SettingInfo, ...]:
    """Return all settings, in the order of their declaration."""
    hints = get_type_hints(Settings, include_extras=True)
    return tuple(SettingInfo(each.name, each.default, *hints[each.name].__metadata__) for each in fields(Settings))


class SettingsError(Exception):
    """Raised for invalid settings; the message has one line for each, with its source and the values it accepts."""


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """The settings that are in effect, the source of each that is not at its default, and what they were read from."""

    settings: Settings
    sources: Mapping[str, str]
    flags: Mapping[str, str]
    environment: Mapping[str, str]
    config: Path | None

    def read_again(self) -> Settings:
        """Read the same sources again. Raises `SettingsError`."""
        return load_settings(self.flags, self.environment, self.config).settings


def take_over(running: Settings, new: Settings) -> list[str]:
    """Give the settings that a process runs with the new values of those that can be reloaded; return their names."""
    differing = [each.name for each in all_settings() if each.is_reloaded]
    differing = [name for name in differing if getattr(running, name) != getattr(new, name)]
    for name in differing:
        object.__setattr__(running, name, getattr(new, name))  # the whole process holds this one object
    return differing


def load_settings(
    flags: Mapping[str, str], environment: Mapping[str, str], config: Path | None = None
) -> EffectiveSettings:
    """Load the settings from all their sources.

    `flags` has the values of flags by the names of settings; `config` is the file that `--config` names, if it was
    given. Raises `SettingsError`, which lists all that is wrong.
    """
    known = {each.name: each for each in all_settings()}
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    problems: list[str] = []
    for source, name, text in _sources(known, flags, environment, config):
        setting = known.get(name)
        if setting is None:
            problems.append(f"{source}: there is no setting {name}{_suggestion(name, known)}.")
            continue
        try:
            values[name] = setting.type.parse(text)
        except ValueError:
            problems.append(f"{source}: {name} cannot be '{without_password(text)}'. It takes {setting.type.expected}.")
        sources[name] = source
    if problems:
        raise SettingsError("\n".join(problems))
    variables = {name: text for name, text in environment.items() if name.startswith(ENVIRONMENT_PREFIX)}
    settings = Settings(**values)  # type: ignore[arg-type] # each type parses to that of its field
    return EffectiveSettings(settings, sources, flags, variables, config)


def _sources(
    known: Mapping[str, SettingInfo], flags: Mapping[str, str], environment: Mapping[str, str], config: Path | None
) -> Iterator[tuple[str, str, str]]:
    """Yield (source, name, text) for all that is set, in increasing order of precedence."""
    path = config or Path(environment.get(CONFIG_VARIABLE, CONFIG_FILE))
    # os.path: a directory that this user may not look into has no file for it, such as that of root under `sudo -u`.
    if config or CONFIG_VARIABLE in environment or os.path.exists(path):  # noqa: PTH110
        for name, value in _read_toml(path).items():
            yield str(path), name, _text(value)
    for variable, text in environment.items():
        if _is_setting(variable, known):
            yield variable, variable.removeprefix(ENVIRONMENT_PREFIX).lower(), text
    for name, text in flags.items():
        yield known[name].flag, name, text


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SettingsError(f"The settings file {path} cannot be read: {problem}.") from problem


def _text(value: object) -> str:
    """Write a TOML value as the text that an environment variable would have."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def _is_setting(variable: str, known: Mapping[str, SettingInfo]) -> bool:
    """Tell whether an environment variable is a setting, or looks like a misspelt one.

    Other variables with that prefix are ignored: Kubernetes sets GATEWAY_SERVICE_HOST for a service named "gateway".
    """
    if variable == CONFIG_VARIABLE or not variable.startswith(ENVIRONMENT_PREFIX):
        return False
    name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
    return name in known or bool(difflib.get_close_matches(name, known, cutoff=0.8))


def _suggestion(name: str, known: Mapping[str, SettingInfo]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def markdown_reference() -> str:
    """Return the reference of all settings in Markdown, which is docs/settings.md."""
    introduction = """# Settings

Give a setting as a flag of `gateway serve`, as an environment variable, or in a TOML file, in this order of
precedence. The file is the one that `--config` or `GATEWAY_CONFIG` names, or else `gateway.toml` in the working
directory. `gateway settings` prints the settings in effect and their sources. An invalid setting stops the gateway
from starting, with a message that names it.

This page is written by `gateway settings --markdown`.
"""
    return "\n".join([introduction, *map(_markdown_entry, all_settings())])


def _markdown_entry(setting: SettingInfo) -> str:
    default = f"`{setting.default_text}`" if setting.default_text else "empty"
    return f"""## {setting.name}

{setting.doc}

- Flag: `{setting.flag}`
- Variable: `{setting.variable}`
- Takes {setting.type.expected}.
- Default: {default}
- A new value needs {"a reload or a restart" if setting.is_reloaded else "a restart"}.
"""
