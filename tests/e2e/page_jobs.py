"""The pages about jobs, chapters and source as a person meets them."""

import re
from typing import Self

from playwright.sync_api import Locator, Page, expect

from .page_open import OpenPage


class JobsPage(OpenPage):
    """The list of jobs, and the dead letters in it."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
        self.states = page.get_by_role("navigation", name="State")
        self.lanes = page.get_by_role("navigation", name="Lane")
        self.table = page.get_by_role("table", name="Jobs in the queue")
        self.happened = page.get_by_role("region", name="Just happened")
        self.letters = page.get_by_role("region", name="Dead letters")
        self.dialog = page.get_by_role("dialog")

    def open(self, address: str = "/jobs") -> Self:
        """Go to an address, and wait until the page is live."""
        self.page.goto(self.url + address)
        expect(self.page.get_by_text("Live, real time")).to_be_visible()
        return self

    def letter(self, index: int) -> Locator:
        """Find a dead letter's row."""
        link = self.page.get_by_role("link", name=f"F({index:,})", exact=True)
        return self.letters.get_by_role("listitem").filter(has=link)

    def bulk(self, name: str) -> Locator:
        """Find the button that does it to all that are selected."""
        return self.letters.get_by_role("button", name=f"{name}…", exact=True)

    def find(self, index: int) -> "JobPage":
        """Type an index into the field, and press Enter."""
        field = self.page.get_by_label("Find a job by its index")
        field.fill(str(index))
        field.press("Enter")
        return JobPage(self.page)


class JobPage:
    """One job's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heading = page.get_by_role("heading", level=1)
        self.way = page.get_by_role("region", name="The way it took")
        self.attempts = page.get_by_role("region", name="Attempts")
        self.steps = page.get_by_role("region", name="Timeline").get_by_role("listitem")

    def source_of(self, step: str) -> Locator:
        """Find the link from a step to the line that noted it."""
        row = self.steps.filter(has_text=step)
        return row.get_by_role("link", name=re.compile(r"\.lua:\d+"))
