"""(c) Change to glass in a real Chromium, and what the first load of the wall brings over the line.

From the commit of a poll in the server's process to the change of the document in the browser's:
both read the machine's monotonic clock, and how the browser counts it is found out first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.child import Child
from bench.measure import CannotMeasure, Line, Times, at_most
from bench.workplace import Workplace

CHANGES = 40
WARM_UP = 3
PACE = 0.7  # seconds between two changes, and a little more each time so that no rhythm is met
MEDIAN_S, WORST_S = 0.5, 1.5
SHARE_OF_BYTES = 0.25
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
WATCH = """() => {
  window.seen = {};
  const note = () => {
    const version = document.body.dataset.version, at = performance.now();
    if (version in window.seen) return;
    window.seen[version] = { changed: at, painted: null };
    requestAnimationFrame(() => requestAnimationFrame((frame) => {
      window.seen[version].painted = performance.now();
    }));
  };
  new MutationObserver(note).observe(document.getElementById("board"), { childList: true });
}"""


def measure(place: Workplace) -> Iterator[Line]:
    """Every line of this part."""
    file = place.filled("glass")
    errors = file.with_name("errors.txt")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        try:
            with Child("bench.ours", file, errors=errors) as server:
                wall = f"{server.hear(60)['url']}/wall/county"
                ours = first_load(browser, wall, "#board .hospital .main")
                changed, painted = changes(browser, wall, server)
            with Child("bench.textbook", file, "gzip", errors=errors) as server:
                textbook = first_load(browser, server.hear(60)["url"], "#board .js-plotly-plot .scatterlayer path")
        finally:
            browser.close()
    said, met = at_most(changed.median, MEDIAN_S, " s")
    yield Line(
        "glass", f"commit to changed document in Chromium, median of {CHANGES}", f"{changed.median:.2f} s", said, met
    )
    said, met = at_most(changed.worst, WORST_S, " s")
    yield Line("glass", "  the worst", f"{changed.worst:.2f} s", said, met)
    yield Line("glass", "  commit to painted: median, worst", f"{painted.median:.2f} s, {painted.worst:.2f} s")
    share = ours["without fonts"] / textbook["without fonts"]
    said, met = at_most(share, SHARE_OF_BYTES)
    yield Line("glass", "first load of the wall, fonts aside: share of the textbook's bytes", f"{share:.3f}", said, met)
    yield Line(
        "glass",
        "  kB over the line (compressed) ours, textbook",
        f"{ours['without fonts'] / 1000:,.0f}, {textbook['without fonts'] / 1000:,.0f}",
    )
    share = ours["all"] / textbook["all"]
    said, met = at_most(share, SHARE_OF_BYTES)
    yield Line("glass", "  with fonts: share of the textbook's bytes", f"{share:.3f}", said, met)
    yield Line("glass", "  kB of fonts ours, textbook", f"{ours['fonts'] / 1000:,.0f}, {textbook['fonts'] / 1000:,.0f}")
    yield Line(
        "glass", "  first load to figures ours, textbook", f"{ours['seconds']:.2f} s, {textbook['seconds']:.2f} s"
    )


def first_load(browser: Browser, url: str, shown_when: str) -> dict[str, float]:
    """What one first load brings, by kind, in bytes as they were sent, and how long it took."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    try:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        kinds: dict[str, str] = {}
        sent: dict[str, float] = {}

        def began(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = event.get("type", "")

        def received(event: dict[str, Any]) -> None:
            if event["type"] != "EventSource":
                sent[event["requestId"]] = 0

        def finished(event: dict[str, Any]) -> None:
            if event["requestId"] in sent:
                sent[event["requestId"]] = event["encodedDataLength"]

        line.on("Network.requestWillBeSent", began)
        line.on("Network.responseReceived", received)
        line.on("Network.loadingFinished", finished)
        started = time.monotonic()
        page.goto(url)
        page.locator(shown_when).first.wait_for(state="attached", timeout=60_000)
        seconds = time.monotonic() - started
        page.wait_for_timeout(1500)
        fonts = sum(size for request, size in sent.items() if kinds.get(request) == "Font")
        everything = sum(sent.values())
        if not everything:
            raise CannotMeasure(f"nothing was seen to come from {url}")
        return {"all": everything, "fonts": fonts, "without fonts": everything - fonts, "seconds": seconds}
    finally:
        context.close()


def changes(browser: Browser, url: str, server: Child) -> tuple[Times, Times]:
    """How long each of many changes took, to be in the document and to be painted."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    try:
        page.goto(url)
        page.locator("#board .hospital").first.wait_for(timeout=30_000)
        page.evaluate(WATCH)
        ahead = clock_ahead(page)
        made: list[dict[str, Any]] = []
        for number in range(WARM_UP + CHANGES):
            made.append(server.ask(30, do="poll"))
            page.wait_for_timeout((PACE + 0.013 * number) * 1000)
        page.wait_for_timeout(2000)
        drift = abs(clock_ahead(page) - ahead)
        if drift > 0.05:
            raise CannotMeasure(f"the browser's clock moved by {drift:.3f} s against the machine's")
        seen: dict[str, dict[str, float]] = page.evaluate("() => window.seen")
    finally:
        page.close()
    changed, painted = Times(), Times()
    for change in made[WARM_UP:]:
        # A version that was overtaken before it was shown is on the glass with the one after it.
        shown = [at for version, at in seen.items() if int(version) >= change["version"]]
        if not shown:
            raise CannotMeasure(f"version {change['version']} never reached the glass")
        first = min(shown, key=lambda at: at["changed"])
        changed.add(first["changed"] / 1000 - ahead - change["at"])
        painted.add(first["painted"] / 1000 - ahead - change["at"])
    return changed, painted


def clock_ahead(page: Page) -> float:
    """By how many seconds the browser's clock is ahead of the monotonic one: the answer of the quickest of many asks."""
    best = (float("inf"), 0.0)
    for _ in range(30):
        before = time.monotonic()
        there = page.evaluate("() => performance.now()") / 1000
        after = time.monotonic()
        best = min(best, (after - before, there - (before + after) / 2))
    return best[1]
