"""What every page has: a console that must be silent, themes, a width, axe's judgement."""

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, ViewportSize

#: The accessibility checker, as the client's lock file pins it.
AXE = Path(__file__).parents[2] / "client/node_modules/axe-core/axe.min.js"

#: CSS pixels: a phone of today, and the narrowest that one may hold.
PHONE: ViewportSize = {"width": 390, "height": 844}
PHONES: list[ViewportSize] = [PHONE, {"width": 320, "height": 640}]
#: What the theme's buttons are called.
THEMES = ["Light", "Dark"]

#: What the browser itself logs of a failed request, however well the page takes it.
FAILED_TO_LOAD = "Failed to load resource"


class OpenPage:
    """One open page; whatever its console complains about is kept in `complaints`.

    A broken content security policy is such a complaint, as is an error that nobody caught.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def choose_theme(self, name: str) -> None:
        """Press a theme's button."""
        self.page.get_by_role("radio", name=name, exact=True).check()

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
            self.complaints.append(f"{message.text} {message.location['url']}")
