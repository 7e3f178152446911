"""Take the README's pictures of the Calculate page from a lab of its own.

Run it from the clone's root after a change of the page, then look at what it made:

    .venv/bin/python -m tests.e2e.page_pictures
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, expect

from .computing import held_in_the_middle
from .conftest import ROOT, Lab, running_lab
from .page_browser import started_browser
from .page_calculate import CalculatePage

IMAGES = ROOT / "docs" / "images"

#: CSS pixels: what a laptop's browser shows, and what still reads at the width of a README.
WINDOW = {"width": 1_280, "height": 1_020}

#: The largest index, for its job takes long enough to be photographed.
LONG = 100_000_000


def take(browser: Browser, lab: Lab, scheme: Literal["light", "dark"], long: int) -> Path:
    """Photograph a long job in its middle, above numbers that are done."""
    context = browser.new_context(
        viewport={"width": WINDOW["width"], "height": WINDOW["height"]}, color_scheme=scheme
    )
    calculate = CalculatePage(context.new_page(), lab.url).open()
    calculate.ask("40").wait_until_done()
    card = calculate.ask(str(long))
    path = IMAGES / f"calculate-{scheme}.png"
    with held_in_the_middle(lab, long, progress=0.3):
        expect(card.progress).to_have_attribute("aria-valuenow", re.compile(r"[3-7]\d"))
        calculate.field.blur()
        calculate.page.evaluate("scrollTo(0, 0)")
        calculate.settle()
        calculate.page.screenshot(path=path)
    card.wait_until_done(seconds=60)
    context.close()
    return path


def main() -> None:
    """Take both, each with an index that nobody has asked for before."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as state,
        running_lab(Path(state)) as lab,
        started_browser() as browser,
    ):
        for index in (1_000, 1_000_000):
            lab.client().post(f"/api/v1/fibonacci/{index}", headers={"Prefer": "wait=20"})
        taken = [
            take(browser, lab, "light", LONG),
            take(browser, lab, "dark", LONG - 1),
        ]
    for path in taken:
        sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1_000} kB\n")


if __name__ == "__main__":
    main()
