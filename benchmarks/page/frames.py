"""The System page under load: when each of its frames began."""

from collections import Counter
from itertools import pairwise
from statistics import median, quantiles
from typing import NamedTuple, Self

from playwright.sync_api import Browser, Page

#: Milliseconds between two frames of a screen as most people have it, and as Chromium draws.
FRAME_MS = 1_000 / 60

#: Seconds that a page gets before it is watched: charts and connections settle.
SETTLED_S = 4.0

#: Notes when each frame begins, for some milliseconds.
WATCH = """
  milliseconds => new Promise(resolve => {
    const times = [];
    const note = now => {
      times.push(now);
      if (now - times[0] < milliseconds) requestAnimationFrame(note);
      else resolve(times);
    };
    requestAnimationFrame(note);
  })
"""


class Frames(NamedTuple):
    """Milliseconds from each frame to the next one."""

    times: list[float]

    @classmethod
    def between(cls, moments: list[float]) -> Self:
        """Take the frames that began at these moments."""
        return cls([after - before for before, after in pairwise(moments)])

    @property
    def dropped(self) -> float:
        """Per cent of the screen's frames in which nothing new could be shown."""
        due = [max(1, round(time / FRAME_MS)) for time in self.times]
        return 100 * (sum(due) - len(due)) / sum(due)

    def figures(self) -> dict[str, float]:
        """Sum them up, in milliseconds."""
        hundredths = quantiles(self.times, n=100)
        return {
            "median": median(self.times),
            "p95": hundredths[94],
            "p99": hundredths[98],
            "worst": max(self.times),
        }

    def histogram(self) -> Counter[int]:
        """Count them by whole frames of the screen: 1 is in time, 2 is one frame late."""
        return Counter(max(1, round(time / FRAME_MS)) for time in self.times)


def watch(browser: Browser, url: str, seconds: float) -> Frames:
    """Open a page, let it settle, and watch its frames."""
    context = browser.new_context(viewport={"width": 1_280, "height": 900})
    try:
        page = context.new_page()
        page.goto(url)
        return watched(page, seconds)
    finally:
        context.close()


def watched(page: Page, seconds: float) -> Frames:
    """Watch an open page's frames."""
    page.wait_for_timeout(SETTLED_S * 1_000)
    return Frames.between(page.evaluate(WATCH, seconds * 1_000))
