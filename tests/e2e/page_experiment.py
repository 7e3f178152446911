"""The experiments' pages as a learner meets them: the list, one experiment, a replay."""

from pathlib import Path
from typing import Self

from playwright.sync_api import Locator, Page, expect

from .page_open import OpenPage

#: Milliseconds for both arms on a busy machine of two cores, where systems start and end.
RUN_LIMIT_MS = 110_000


class ExperimentPage(OpenPage):
    """An experiment's page, or one that replays its run: both show two arms."""

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
        self.run_button = page.get_by_role("button", name="Run the experiment")
        self.cancel_button = page.get_by_role("button", name="Cancel the run")
        self.explanation = page.get_by_role("region", name="Why")
        self.with_pattern = Arm(page.get_by_role("region", name="With the pattern"))
        self.twin = Arm(page.get_by_role("region", name="Without the pattern"))
        self.player = Player(page.get_by_role("group", name="Replay"))

    def open(self, address: str) -> Self:
        """Go to an address of the lab and wait for the page's own heading."""
        self.page.goto(self.url + address)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self

    def predict(self, words: str) -> Self:
        """Choose what one expects, and run."""
        self.page.get_by_label(words).check()
        self.run_button.click()
        return self

    def wait_for_verdict(self) -> Self:
        """Wait until both arms have been played and judged."""
        expect(self.explanation).to_be_visible(timeout=RUN_LIMIT_MS)
        return self

    def download(self, path: Path) -> Path:
        """Save the run's bundle."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Download the run").click()
        download.value.save_as(path)
        return path

    def choose_file(self, path: Path) -> Self:
        """Open a bundle as a learner picks it."""
        self.page.get_by_label("Choose a file").set_input_files(path)
        return self


class Arm:
    """One of the two systems: its timeline, its list, its checks."""

    def __init__(self, region: Locator) -> None:
        self.region = region
        self.timeline = region.get_by_role("img", name="Timeline")

    def unfold_list(self) -> Locator:
        """Open the list of what happened, and return it."""
        self.region.get_by_text("What happened, as a list").click()
        return self.region.get_by_role("table")

    def check(self, says: str) -> Locator:
        """Find a check by a part of what it says."""
        return self.region.get_by_role("listitem").filter(has_text=says).first

    def evidence(self, says: str) -> Locator:
        """Open a check's evidence, and return it."""
        check = self.check(says)
        check.get_by_text("Evidence").click()
        return check.get_by_role("list")


class Player:
    """The bar by which a run is replayed."""

    def __init__(self, group: Locator) -> None:
        self.group = group
        self.slider = group.get_by_role("slider", name="Moment of the run")
        self.play = group.get_by_role("button", name="Play", exact=True)
        self.pause = group.get_by_role("button", name="Pause", exact=True)
        self.back = group.get_by_role("button", name="Previous happening")
        self.on = group.get_by_role("button", name="Next happening")

    @property
    def at_ms(self) -> float:
        """Where the replay is, in milliseconds since the load began."""
        return float(self.slider.input_value())

    @property
    def end_ms(self) -> float:
        """How long the run was."""
        return float(self.slider.get_attribute("max") or 0)
