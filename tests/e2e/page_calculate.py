"""The Calculate page as a person meets it: what is on it, and what they do there."""

import re
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

#: The accessibility checker, as the client's lock file pins it.
AXE = Path(__file__).parents[2] / "client/node_modules/axe-core/axe.min.js"

#: What the browser itself logs of a failed request, however well the page takes it.
FAILED_TO_LOAD = "Failed to load resource"


class CalculatePage:
    """One open page; whatever its console complains about is kept in `complaints`.

    A broken content security policy is such a complaint, as is an error that nobody caught.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.field = page.get_by_label("Index", exact=True)
        self.fault = page.get_by_role("alert")
        self.most_requested = page.get_by_role("region", name="Most requested")
        self.recent = page.get_by_role("region", name="Recent")

    def open(self, address: str = "/") -> Self:
        """Go to an address of the page and wait until it has learnt what the server takes."""
        self.page.goto(self.url + address)
        expect(self.page.get_by_text("A whole number from 0 to 100,000,000.")).to_be_visible()
        return self

    def ask(self, text: str) -> "ResultCard":
        """Type a text and press Enter."""
        self.field.fill(text)
        self.field.press("Enter")
        return self.card(text)

    def card(self, index: str) -> "ResultCard":
        """Find the card of an index."""
        return ResultCard(self.page.get_by_role("article", name=f"F({index})", exact=True))

    def choose_theme(self, name: str) -> None:
        """Press a theme's button."""
        self.page.get_by_role("radio", name=name).check()

    def accessibility_faults(self) -> list[str]:
        """Let axe look at the page as it stands."""
        self.settle()
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("axe.run()")
        return [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def is_wider_than_its_window(self) -> bool:
        """Tell whether one would have to scroll sideways."""
        root = "document.documentElement"
        return bool(self.page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))

    def settle(self) -> None:
        """Wait until what fades has faded: a colour on its way is nobody's contrast."""
        self.page.evaluate(
            """Promise.allSettled(
                document.getAnimations()
                    .filter(({ effect }) => effect.getTiming().iterations !== Infinity)
                    .map(({ finished }) => finished)
            )"""
        )

    def forgive_failed_requests(self) -> None:
        """Take out what the browser itself logged of requests that a test made fail."""
        kept = [text for text in self.complaints if FAILED_TO_LOAD not in text]
        self.complaints[:] = kept

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


class ResultCard:
    """One card: the number, how far it is, what can be done with it."""

    def __init__(self, card: Locator) -> None:
        self.card = card
        self.badge = card.locator(".badge")
        self.groups = card.locator(".group")
        self.progress = card.get_by_role("progressbar")
        self.copy = card.get_by_role("button", name=re.compile("^(Copy|Copied)$"))
        self.download = card.get_by_text("Download .txt")

    def wait_until_done(self, *, seconds: float = 20) -> Self:
        """Wait for the value."""
        expect(self.badge).to_have_text("Done", timeout=seconds * 1_000)
        return self
