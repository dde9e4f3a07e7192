"""What can be set, declared once: the TOML file, the environment, the flags and the reference follow from `Settings`.

A flag goes before an environment variable, that before the TOML file, that before the default. The setting
`max_batch` is `--max-batch 50`, `GATEWAY_MAX_BATCH=50` and `max_batch = 50` in the TOML file, which is the one named by
`--config` or by GATEWAY_CONFIG, else `gateway.toml` of the working directory if there is one.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from gateway import kinds
from gateway.database_url import without_password
from gateway.kinds import Kind
from gateway.model import Site

ENVIRONMENT_PREFIX = "GATEWAY_"
CONFIG_VARIABLE = "GATEWAY_CONFIG"
CONFIG_FILE = Path("gateway.toml")
DEFAULT_ATTACHMENT_LIMIT = 10 * 1024**2
"""Bytes of the largest attachment where neither the settings nor the site say another limit: Bugzilla's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the gateway runs. Sizes are bytes, times are seconds."""

    # ---- where
    database: Annotated[
        kinds.Database,
        "What holds everything, attachments included: an SQLite file, or a PostgreSQL database by its address.",
    ] = Path("gateway.db")
    replica: Annotated[
        kinds.OptionalUrl,
        "A replica of the PostgreSQL database, from which content is streamed. What it does not have yet comes from "
        "the primary, and so does everything else.",
    ] = None
    content: Annotated[
        kinds.Bucket,
        "The bucket of an S3-compatible service that takes the content of attachments. Empty: the database takes it. "
        "The variables AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say how to reach it.",
    ] = ""
    content_read_only: Annotated[
        kinds.Switch,
        "Whether new content goes to the database although there is a bucket, which is only read from: for a site that "
        "leaves its bucket.",
    ] = False
    content_redirects: Annotated[
        kinds.OptionalLife,
        "How long an address in the bucket lives to which a download of more than 1 MiB is redirected, if anybody may "
        "see it: a minute is enough. Clients must reach the bucket. Empty: all content is streamed by the gateway.",
    ] = None
    host: Annotated[kinds.Word, "The address to listen on; 0.0.0.0 is every address of the machine."] = "127.0.0.1"
    port: Annotated[kinds.Port, "The port to listen on; 0 takes a free one."] = 8080
    workers: Annotated[kinds.Count, "How many processes answer. More than one pays where cores are to spare."] = 1
    path_prefix: Annotated[kinds.Prefix, "The path in front of every address: /bugzilla for a site under it."] = ""
    url_base: Annotated[kinds.UrlBase, "Where clients find the site. Empty: as each request names it."] = ""
    attachment_base: Annotated[
        kinds.UrlBase,
        "Another address of the gateway, with a host of its own, for the content of attachments that anybody may see. "
        "Others are then downloads only. Empty: all content is sent from the site's own address.",
    ] = ""
    trusted_proxies: Annotated[kinds.Networks, "The proxies whose X-Forwarded headers are believed."] = ()

    # ---- what is kept, and how safely
    durable: Annotated[kinds.Switch, "Whether acknowledged changes survive a power cut, not only a crash."] = True
    max_attachment_size: Annotated[
        kinds.OptionalSize,
        "The largest attachment. Empty: the site's parameter maxattachmentsize (in KiB), else 10 MiB.",
    ] = None
    max_ketura_size: Annotated[
        kinds.Size, "The largest file over Ketura's API, which promises 10 MiB. An attachment's limit holds there too."
    ] = 10 * 1024**2
    upload_allowance: Annotated[kinds.Size, "What all unfinished requests together may keep on disk."] = 1024**3
    memory_allowance: Annotated[kinds.Size, "What all unfinished requests together may hold in memory."] = 256 * 1024**2
    spool_directory: Annotated[
        kinds.OptionalFile,
        "Where unfinished requests are kept. Empty: beside the SQLite file, else where temporary files are.",
    ] = None

    # ---- how long, how many
    body_timeout: Annotated[kinds.Duration, "How long the body of a request may pause."] = 60.0
    keepalive_timeout: Annotated[
        kinds.Duration, "How long a connection may be idle, and the head of a request may take to arrive."
    ] = 75.0
    shutdown_timeout: Annotated[kinds.Duration, "How long calls under way may take once it is asked to stop."] = 30.0
    content_timeout: Annotated[
        kinds.Duration, "How long the bucket may take for one request, of at most 5 MiB, before a call is refused."
    ] = 20.0
    token_lifetime: Annotated[
        kinds.Duration, "How long a login lasts: a token of User.login, or a session of the pages."
    ] = 30 * 86400.0
    max_connections: Annotated[
        kinds.Count,
        "The most connections of a process. Beyond them it closes the oldest idle one.",
    ] = 1000
    max_batch: Annotated[kinds.Count, "The most calls in one JSON-RPC batch."] = 100
    max_multicall: Annotated[kinds.Count, "The most calls in one system.multicall."] = 100
    max_list: Annotated[kinds.Count, "The most values in one list of a call, such as ids, names or flags."] = 5000
    password_concurrency: Annotated[
        kinds.Count, "How many passwords a process checks at a time, each in 19 MiB of memory."
    ] = 2

    # ---- what can be watched
    log_level: Annotated[kinds.LogLevel, "The least that is logged."] = "info"
    log_format: Annotated[kinds.LogFormat, "Lines for people (text), or a JSON object a line (json)."] = "text"
    metrics: Annotated[kinds.Switch, "Whether /metrics answers Prometheus."] = True

    @property
    def spools(self) -> Path | None:
        """The directory in which unfinished requests are kept; None where it is that of temporary files."""
        if self.spool_directory is None and isinstance(self.database, Path):
            return self.database.absolute().parent
        return self.spool_directory

    def attachment_limit(self, site: Site) -> int:
        """The bytes of the largest attachment that this site takes."""
        if self.max_attachment_size is not None:
            return self.max_attachment_size
        kibibytes = site.parameters.get("maxattachmentsize", "")
        return int(kibibytes) * 1024 if kibibytes.isdecimal() else DEFAULT_ATTACHMENT_LIMIT


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting as it is declared in `Settings`."""

    name: str
    default: object
    kind: Kind[Any]
    doc: str

    @property
    def default_text(self) -> str:
        """Its default as it would be written; empty where there is none."""
        return self.kind.write(self.default)

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return ENVIRONMENT_PREFIX + self.name.upper()


@cache
def declared() -> tuple[Declared, ...]:
    """All settings, in the order of their declaration."""
    hints = get_type_hints(Settings, include_extras=True)
    return tuple(Declared(each.name, each.default, *hints[each.name].__metadata__) for each in fields(Settings))


class SettingsError(Exception):
    """Settings that cannot be used: one line for each, with its source and what would be right."""


@dataclass(frozen=True, slots=True)
class InEffect:
    """The settings and, for each that is not at its default, where it comes from."""

    settings: Settings
    sources: Mapping[str, str]


def gather(flags: Mapping[str, str], environment: Mapping[str, str], config: Path | None = None) -> InEffect:
    """The settings from all their sources; `flags` by the names of settings, `config` the file that a flag named.

    Raises `SettingsError`, which names everything that is wrong at once.
    """
    known = {each.name: each for each in declared()}
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    problems: list[str] = []
    for source, name, text in _everything_set(known, flags, environment, config):
        setting = known.get(name)
        if setting is None:
            problems.append(f"{source}: there is no setting {name}{_suggestion(name, known)}.")
            continue
        try:
            values[name] = setting.kind.read(text)
        except ValueError:
            problems.append(f"{source}: {name} cannot be '{without_password(text)}'. It takes {setting.kind.wanted}.")
        sources[name] = source
    if problems:
        raise SettingsError("\n".join(problems))
    return InEffect(Settings(**values), sources)  # type: ignore[arg-type] # each kind reads its field's type


def _everything_set(
    known: Mapping[str, Declared], flags: Mapping[str, str], environment: Mapping[str, str], config: Path | None
) -> Iterator[tuple[str, str, str]]:
    """What is set, as (source, name, text), the weakest source first."""
    path = config or Path(environment.get(CONFIG_VARIABLE, CONFIG_FILE))
    if config or CONFIG_VARIABLE in environment or path.exists():
        for name, value in _read_toml(path).items():
            yield str(path), name, _text(value)
    for variable, text in environment.items():
        if _is_meant(variable, known):
            yield variable, variable.removeprefix(ENVIRONMENT_PREFIX).lower(), text
    for name, text in flags.items():
        yield known[name].flag, name, text


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SettingsError(f"The settings file {path} cannot be read: {problem}.") from problem


def _text(value: object) -> str:
    """A TOML value as the text that the environment would carry."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def _is_meant(variable: str, known: Mapping[str, Declared]) -> bool:
    """Whether an environment variable is a setting, or looks like one misspelt.

    Others of that prefix are let be: platforms set their own, such as GATEWAY_SERVICE_HOST for a service "gateway".
    """
    if variable == CONFIG_VARIABLE or not variable.startswith(ENVIRONMENT_PREFIX):
        return False
    name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
    return name in known or bool(difflib.get_close_matches(name, known, cutoff=0.8))


def _suggestion(name: str, known: Mapping[str, Declared]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def markdown_reference() -> str:
    """The page that documents every setting, in Markdown: docs/settings.md."""
    introduction = """# Settings

Each setting can be given as a flag of `gateway serve`, as an environment variable, or in a TOML file, in this order
of precedence. The file is the one that `--config` or `GATEWAY_CONFIG` names, else `gateway.toml` in the working
directory. `gateway settings` prints what is in effect, and where it comes from. A wrong setting is named at start.

This page is written by `gateway settings --markdown`.
"""
    return "\n".join([introduction, *map(_markdown_entry, declared())])


def _markdown_entry(setting: Declared) -> str:
    default = f"`{setting.default_text}`" if setting.default_text else "empty"
    return f"""## {setting.name}

{setting.doc}

- Flag: `{setting.flag}`
- Variable: `{setting.variable}`
- Takes {setting.kind.wanted}.
- Default: {default}
"""
