"""Take the pictures of every page but Calculate: desktop and phone, light and dark.

Run it from the clone's root after a change of a page, then look at what it made:

    .venv/bin/python -m tests.e2e.lab_pictures
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, expect

from .conftest import ROOT, Lab, running_lab
from .page_browser import started_browser
from .page_experiment import ExperimentPage
from .page_open import PHONE

IMAGES = ROOT / "docs" / "images"

#: Longer than the lab's limit below: it becomes a dead letter.
FAILING = 100_000_000
RIGHT_CHOICE = "Another worker gets it when its lease has run out."


class Look(NamedTuple):
    """How a page is looked at."""

    suffix: Literal["", "-phone"]
    scheme: Literal["light", "dark"]
    window: ViewportSize


DESKTOP: ViewportSize = {"width": 1_280, "height": 1_020}
LOOKS = (
    Look("", "light", DESKTOP),
    Look("", "dark", DESKTOP),
    Look("-phone", "light", PHONE),
    Look("-phone", "dark", PHONE),
)
#: Of JPEG: text stays sharp, and a picture is some 100 kB.
QUALITY = 85
#: Jobs for the map, in ranges of so many, so far apart.
LOAD, RANGE, BETWEEN_RANGES_MS = 10_000, 500, 150
#: Milliseconds for charts and maps to have something to show.
SETTLE_MS = 1_500


def main() -> None:
    """Take all of them, from one lab with something in it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as state,
        # A long job fails: there is a dead letter to look at.
        running_lab(Path(state), FIBLAB_COMPUTE_TIME_LIMIT_S="1.5") as lab,
        started_browser() as browser,
    ):
        with lab.client() as client:
            client.post(f"/api/v1/fibonacci/{FAILING}")
            client.post("/api/v1/fibonacci/ranges", json={"from": 100, "to": 400})
            client.get(f"/api/v1/fibonacci/{FAILING}", headers={"Prefer": "wait=20"})
        run = _run_crash(browser, lab)
        for look in LOOKS:
            _take_all(browser, lab, run, look)


def _run_crash(browser: Browser, lab: Lab) -> str:
    """Play the crash as a learner would, and return the address at which it is shown again."""
    page = browser.new_page()
    experiment = ExperimentPage(page, lab.url).open("/experiments/crash?seed=7")
    experiment.predict(RIGHT_CHOICE).wait_for_verdict()
    address = page.url
    page.close()
    return address


def _take_all(browser: Browser, lab: Lab, run: str, look: Look) -> None:
    context = browser.new_context(viewport=look.window, color_scheme=look.scheme)
    for name, address in (
        ("system", "/system"),
        ("experiments", "/experiments"),
        ("experiment", run.removeprefix(lab.url)),
        ("jobs", "/jobs?state=dead"),
        ("job", f"/jobs/{FAILING}"),
        ("learn", "/learn/lease"),
    ):
        page = context.new_page()
        page.goto(lab.url + address)
        _settle(page)
        if name == "system":
            _send_load(page, lab, first_index=10_001 + LOAD * LOOKS.index(look))
        path = IMAGES / f"{name}{look.suffix}-{look.scheme}.jpg"
        page.screenshot(path=path, type="jpeg", quality=QUALITY, full_page=name != "learn")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1_000} kB\n")
        page.close()
    context.close()


def _settle(page: Page) -> None:
    """Wait until the page has what it shows, and its fonts."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(SETTLE_MS)


def _send_load(page: Page, lab: Lab, first_index: int) -> None:
    """Let something move: some thousand light jobs that nobody has asked for before."""
    with lab.client() as client:
        for first in range(first_index, first_index + LOAD, RANGE):
            client.post("/api/v1/fibonacci/ranges", json={"from": first, "to": first + RANGE - 1})
            page.wait_for_timeout(BETWEEN_RANGES_MS)


if __name__ == "__main__":
    main()
