"""The System page as a person meets it: the map, its controls, its charts."""

import re
from typing import Self

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from .page_open import OpenPage

#: Milliseconds for the first looks at a system, on a busy machine of two cores.
START_MS = 20_000

#: Watches every frame for some time: how long each took, and how much was seen moving.
WATCH_FRAMES = """
  milliseconds => new Promise(resolve => {
    const frames = [], begin = performance.now();
    let last = begin;
    const look = now => {
      const paths = [...document.querySelectorAll('.map .dots')];
      const dots = paths.map(path => path.getAttribute('d').split('M').length - 1);
      frames.push({
        milliseconds: now - last,
        elements: document.querySelectorAll('.map *').length,
        dots: Math.max(0, ...dots),
        moving: dots.filter(count => count > 0).length,
      });
      last = now;
      if (now - begin < milliseconds) requestAnimationFrame(look);
      else resolve(frames);
    };
    requestAnimationFrame(look);
  })
"""


class SystemPage(OpenPage):
    """The open System page."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
        self.map = page.get_by_role("img", name=re.compile("^Map of the system"))
        self.badge = page.locator(".badge")
        self.next_event = page.get_by_role("button", name="Next event")
        self.processes = page.get_by_role("region", name="Break it")
        self.dialog = page.get_by_role("dialog")

    def open(self, query: str = "") -> Self:
        """Go to the page and wait until it hears the system."""
        self.page.goto(f"{self.url}/system{query}")
        expect(self.badge).to_have_text(re.compile("Live"), timeout=START_MS)
        return self

    def open_with_lab(self, query: str = "") -> Self:
        """Go to the page and wait until it can give orders besides."""
        self.open(query)
        expect(self.process("worker")).to_be_visible(timeout=START_MS)
        return self

    def send(self, which: str) -> None:
        """Press one of the buttons that make something happen, and see that it was taken."""
        self.page.get_by_role("button", name=f"Send {which}").click()
        load = self.page.get_by_role("region", name="Make something happen")
        expect(load).to_contain_text("The server took", timeout=START_MS)

    def process(self, name: str) -> Locator:
        """Find the row of a process."""
        rows = self.processes.get_by_role("listitem")
        return rows.filter(has=self.page.get_by_text(name, exact=True))

    def order(self, name: str, word: str) -> None:
        """Press a process's button."""
        self.process(name).get_by_role("button", name=word).click()

    def way(self, name: str) -> Locator:
        """Find the row of a way that jobs go; the page must show tables."""
        return self.page.get_by_role("row").filter(
            has=self.page.get_by_text(re.compile(f"^{name}"))
        )

    def _listen(self, message: ConsoleMessage) -> None:
        """Pass over what the browser logs of an answer that the page asks for: "not ready"."""
        if not message.location["url"].endswith("/readyz"):
            super()._listen(message)
