"""The browser that tests draw in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

# Letters are as wide as a whole Chromium has them here: without a window it would take another setting of its own.
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --font-render-hinting=slight"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A real Chromium, which may take its time on a busy machine: what is promised of time is measured apart.

    Of Chromium's two that show no window one is a whole browser that hides it, and the other, which draws and runs pages by the
    very same parts, has none: it takes half as much of the processor, and is what Playwright itself tests in.
    """
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "There is no Chromium on this machine: make chromium"
    expect.set_options(timeout=30_000)  # as long as everything else of Playwright's waits
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET.split())
        yield browser
        browser.close()
