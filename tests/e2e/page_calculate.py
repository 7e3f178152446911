"""The Calculate page as a person meets it: what is on it, and what they do there."""

import re
from typing import Self

from playwright.sync_api import Locator, Page, expect

from .page_open import OpenPage


class CalculatePage(OpenPage):
    """The open Calculate page."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
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
