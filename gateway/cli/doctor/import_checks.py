"""Checks of a site that was imported: it is compared with the Bugzilla that it comes from."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gateway.cli import store_access
from gateway.cli.doctor.observation import Observation, ok, wrong
from gateway.importing.import_errors import ImportRefused
from gateway.importing.import_state import ImportState, read_state
from gateway.importing.rows import Rows
from gateway.importing.site_import import compare_site
from gateway.importing.sources.attachment_content import AttachmentContents
from gateway.importing.sources.local_time import LocalTimes, find_zone
from gateway.importing.sources.release import find_release
from gateway.importing.sources.rest.site_access import SiteAccess
from gateway.importing.sources.source_opening import OpenedSource, open_source
from gateway.settings import Settings

_SHOWN = 20
_ADVICE = "Run `gateway import` again; it brings what has changed since."


def look(settings: Settings, source: str, attachments: Path | None, access: SiteAccess) -> Iterator[Observation]:
    """Compare the site with its source, and say whether clients may be switched over to it."""
    state = store_access.read(settings, lambda reader: read_state(reader.site().parameters))
    if state is None:
        yield wrong("import", "the site was not imported", "Name the database that `gateway import` wrote.")
        return
    if not state.is_complete:
        yield wrong("import", "the import was interrupted", "Run `gateway import` again; it continues.")
        return
    try:
        opened = open_source(source, settings.spools, _no_progress, access)
        with closing(opened.source):
            opened.prepare(_no_progress)
            found = _differences(settings, opened, attachments or opened.attachments, state)
    except ImportRefused as problem:
        yield wrong("import", str(problem), "Name the source as for `gateway import`.")
        return
    for each in found[:_SHOWN]:
        yield wrong("import", each, _ADVICE)
    if len(found) > _SHOWN:
        yield wrong("import", f"and {len(found) - _SHOWN} more differences", _ADVICE)
    if not found:
        yield ok("import", f"equal to {opened.source.name}, with the content of all attachments: it may be switched")


def _differences(settings: Settings, opened: OpenedSource, files: Path | None, state: ImportState) -> list[str]:
    utf8 = "utf8mb4" if state.release == "5.2" else ""
    release = opened.site.release if opened.site else find_release(opened.source, utf8)
    contents = AttachmentContents(opened.source, files, release.file_digits)
    rows = Rows(opened.source, LocalTimes(find_zone(state.timezone)))
    return store_access.at(settings, lambda store: compare_site(rows, contents, release, store, _no_progress))


def _no_progress(_: str, __: int, ___: int) -> None:
    """Show nothing: the doctor shows that it is at work."""
