"""Warnings about unsafe settings, which `gateway serve` and `gateway doctor` print."""

import ipaddress
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.setting_types import format_size
from gateway.settings import Settings
from gateway.store.opening import locate


@dataclass(frozen=True, slots=True)
class Unsafe:
    """A danger, and advice how to avoid it; each is a sentence or more."""

    what: str
    advice: str


def unsafe(settings: Settings, limit: int) -> Iterator[Unsafe]:
    """Yield a warning for each danger of these settings; `limit` is the size limit of attachments, in bytes."""
    yield from for_the_net(settings)
    yield from _for_the_disk(settings, limit)
    for what, advice in locate(settings.database, settings.replica).warnings():
        yield Unsafe(what, advice)
    if not settings.durable:
        yield Unsafe(
            "A power cut can lose changes that were acknowledged.", "Leave durable on, unless the site is for trials."
        )


def for_the_net(settings: Settings) -> Iterator[Unsafe]:
    """Yield the dangers of the address that is listened on, and of the proxies that are trusted."""
    if not is_local(settings.host) and not settings.trusted_proxies:
        yield Unsafe(
            f"Anybody who can read the traffic to {settings.host} can read passwords and keys: it is plain HTTP.",
            "Put a proxy with TLS in front, and name it in trusted_proxies.",
        )
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield Unsafe(
            "Every client is trusted as a proxy, and can pretend that its requests come from somebody else.",
            "Name the addresses of the proxies in trusted_proxies.",
        )


def _for_the_disk(settings: Settings, limit: int) -> Iterator[Unsafe]:
    allowance = settings.upload_allowance // settings.workers
    if limit > allowance:
        yield Unsafe(
            f"An attachment may have {format_size(limit)}, but the unfinished requests of a process together only "
            f"{format_size(allowance)}: a larger upload is refused as if the server were busy.",
            "Raise upload_allowance, which all workers share, or lower max_attachment_size.",
        )
    free = shutil.disk_usage(locate(settings.database).folder or spools(settings)).free
    if limit > free:
        yield Unsafe(
            f"An attachment may have {format_size(limit)}, but the disk has only {free // 1024**2} MiB free: one "
            "upload can fill it.",
            "Lower max_attachment_size.",
        )


def spools(settings: Settings) -> Path:
    """Return the directory for unfinished requests."""
    return settings.spools or Path(tempfile.gettempdir())


def is_local(host: str) -> bool:
    """Tell whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
