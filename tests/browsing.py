"""Chromium for tests, as people have it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright
from programs import program

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

expect.set_options(timeout=60_000)  # however long a busy machine takes

_FLAGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the end of the block."""
    path = program("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS), chromium_sandbox=False)
        yield browser
        browser.close()
