"""The Calculate page in a real Chromium, on the whole lab as `fiblab up` starts it.

Every test has an index of its own, for the lab remembers what another has asked. After each,
the browser's console must be silent.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sympy
from playwright.sync_api import Browser, BrowserContext, expect

from .computing import held_in_the_middle
from .conftest import Lab, running_lab
from .page_calculate import CalculatePage
from .page_open import PHONE, THEMES

pytestmark = [pytest.mark.e2e]

API_CALLS = "**/api/v1/**"

#: Seconds for what takes a job of some seconds, on a busy machine of two cores.
LONG_S = 60


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give the page a lab of its own: it shows what others have asked for."""
    with running_lab(tmp_path_factory.mktemp("page")) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past, whose clipboard the tests may read."""
    context = browser.new_context(viewport={"width": 1_280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def calculate(context: BrowserContext, lab: Lab) -> Iterator[CalculatePage]:
    """Open the page, and at the end hold it to a silent console."""
    page = CalculatePage(context.new_page(), lab.url)
    yield page.open()
    assert page.complaints == []


def test_a_number_is_shown_in_groups(calculate: CalculatePage) -> None:
    """F(40) reads 102 334 155, and the address and the title name it."""
    card = calculate.ask("40").wait_until_done()
    expect(card.groups).to_have_text(["102", "334", "155"])
    expect(calculate.page).to_have_url(re.compile(r"/\?n=40$"))
    expect(calculate.page).to_have_title("F(40) · fiblab")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type an index first"),
        ("-1", "no minus sign"),
        ("1e3", "without an exponent"),
        ("1,000", "Did you mean 1000?"),
        ("100000001", "This lab computes up to F(100,000,000)"),
    ],
)
def test_what_is_no_index_is_explained_and_never_sent(
    calculate: CalculatePage, text: str, words: str
) -> None:
    """The words stand at the field, which keeps the cursor; the server hears nothing."""
    asked: list[str] = []
    calculate.page.on("request", lambda request: asked.append(request.method))
    calculate.ask(text)
    expect(calculate.fault).to_contain_text(words)
    expect(calculate.field).to_be_focused()
    expect(calculate.field).to_have_attribute("aria-invalid", "true")
    expect(calculate.page.get_by_role("article")).to_have_count(0)
    assert "POST" not in asked


def test_a_long_job_shows_progress_then_its_ends(calculate: CalculatePage, lab: Lab) -> None:
    """While a worker is in the middle of it the card says how far, and F(41) is there at once."""
    card = calculate.ask("99999999")
    with held_in_the_middle(lab, 99_999_999):
        expect(card.progress).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
        calculate.ask("41").wait_until_done()
        expect(card.badge).to_have_text("Calculating…")
    card.wait_until_done(seconds=LONG_S)
    expect(card.card).to_contain_text("20,898,764 digits, calculated")


def test_a_large_number_is_copied_and_downloaded_whole(
    calculate: CalculatePage, tmp_path: Path
) -> None:
    """What arrives on the clipboard and in the file is F(3,000,000), digit for digit."""
    sys.set_int_max_str_digits(0)
    digits = str(sympy.fibonacci(3_000_000))
    card = calculate.ask("3000000").wait_until_done(seconds=LONG_S)
    card.copy.click()
    expect(card.copy).to_have_text("Copied")
    copied: str = calculate.page.evaluate("navigator.clipboard.readText()")
    with calculate.page.expect_download() as download:
        card.download.click()
    download.value.save_as(tmp_path / "digits.txt")
    saved = (tmp_path / "digits.txt").read_bytes()
    assert download.value.suggested_filename == "fibonacci-3000000.txt"
    texts = (digits.encode(), copied.encode(), saved)
    assert len({hashlib.sha256(text).hexdigest() for text in texts}) == 1


def test_recent_and_most_requested_follow(calculate: CalculatePage) -> None:
    """A second request grows the index's bar; the table says the same; Recent keeps one entry."""
    for _ in range(2):
        calculate.ask("2").wait_until_done()
    row = calculate.most_requested.get_by_role("button", name="F(2) 2 requests")
    expect(row).to_be_visible()
    calculate.most_requested.get_by_role("button", name="As a table").click()
    expect(calculate.most_requested.get_by_role("row", name="F(2) 2")).to_be_visible()
    expect(calculate.recent.get_by_role("button", name="F(2)", exact=True)).to_have_count(1)


def test_everything_is_reached_by_keyboard(calculate: CalculatePage) -> None:
    """From `/` to the copied number without a mouse, and the focus is seen at every stop."""
    keyboard = calculate.page.keyboard
    keyboard.press("/")
    expect(calculate.field).to_be_focused()
    keyboard.type("50")
    keyboard.press("Enter")
    card = calculate.card("50").wait_until_done()
    for _ in range(12):
        if card.copy.evaluate("button => button === document.activeElement"):
            break
        keyboard.press("Tab")
        focused = calculate.page.locator(":focus")
        expect(focused).to_have_css("outline-style", "solid")
    expect(card.copy).to_be_focused()
    keyboard.press("Enter")
    expect(card.copy).to_have_text("Copied")
    assert calculate.page.evaluate("navigator.clipboard.readText()") == "12586269025"


def test_a_lost_server_is_told_and_a_retry_goes_on(calculate: CalculatePage) -> None:
    """The card stays, says what to do, and one button later shows the number, counted once."""
    calculate.page.clock.install()
    # The page's clock stands still, so that it retries by hand only.
    calculate.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    calculate.page.route(API_CALLS, lambda route: route.abort("connectionrefused"))
    card = calculate.ask("3")
    expect(card.card).to_contain_text("The server cannot be reached")
    expect(card.card).to_contain_text("A retry is never counted twice.")
    calculate.page.unroute(API_CALLS)
    card.card.get_by_role("button", name="Try now").click()
    calculate.page.clock.resume()
    expect(card.wait_until_done().groups).to_have_text(["2"])
    row = calculate.most_requested.get_by_role("button", name="F(3) 1 request", exact=True)
    expect(row).to_be_visible()
    calculate.forgive_failed_requests()


def test_offline_waits_and_goes_on_by_itself(
    calculate: CalculatePage, context: BrowserContext
) -> None:
    """Without a network the page says so; with it, what was asked comes without a hand."""
    context.set_offline(True)
    card = calculate.ask("51")
    expect(calculate.page.get_by_text("You are offline. Everything here waits")).to_be_visible()
    expect(card.card).to_contain_text("This goes on by itself")
    context.set_offline(False)
    expect(card.wait_until_done().groups).to_have_text(["20", "365", "011", "074"])
    calculate.forgive_failed_requests()


def test_an_address_shows_what_it_names_and_counts_nothing(calculate: CalculatePage) -> None:
    """A shared address only looks: a number that nobody asked for waits for a click."""
    calculate.open("/?n=60")
    card = calculate.card("60")
    expect(card.card).to_contain_text("Nobody has asked for this number yet.")
    card.card.get_by_role("button", name="Calculate it").click()
    card.wait_until_done()
    calculate.forgive_failed_requests()  # A 404 is how the API says "absent".


def test_a_reload_keeps_number_recent_and_theme(calculate: CalculatePage) -> None:
    """What a person chose and saw is there again."""
    calculate.choose_theme("Dark")
    calculate.ask("61").wait_until_done()
    calculate.page.reload()
    calculate.card("61").wait_until_done()
    expect(calculate.field).to_have_value("61")
    expect(calculate.recent.get_by_role("button", name="F(61)")).to_be_visible()
    expect(calculate.page.get_by_role("radio", name="Dark")).to_be_checked()
    expect(calculate.page.locator("html")).to_have_css("color-scheme", "dark")


def test_the_theme_follows_the_device_until_one_is_chosen(calculate: CalculatePage) -> None:
    """`prefers-color-scheme` decides first, then the person, then the device again."""
    html = calculate.page.locator("html")
    calculate.page.emulate_media(color_scheme="dark")
    expect(html).to_have_css("color-scheme", "dark")
    calculate.choose_theme("Light")
    expect(html).to_have_css("color-scheme", "light")
    calculate.choose_theme("As on this device")
    expect(html).to_have_css("color-scheme", "dark")


def test_reduced_motion_stands_still(calculate: CalculatePage) -> None:
    """Nothing moves on its own, not even while a job runs."""
    calculate.page.emulate_media(reduced_motion="reduce")
    card = calculate.ask("99999998")
    expect(card.badge).to_have_text("Calculating…")
    assert calculate.page.evaluate("document.getAnimations().length") == 0


def test_a_phone_never_scrolls_sideways(calculate: CalculatePage) -> None:
    """Not empty, not with a fault, not with a number of any length."""
    calculate.page.set_viewport_size(PHONE)
    assert not calculate.is_wider_than_its_window()
    calculate.ask("1" * 16)
    expect(calculate.fault).to_contain_text("16 digits")
    assert not calculate.is_wider_than_its_window()
    for index in ("62", "1000", "20000", "1000000"):
        calculate.ask(index).wait_until_done()
        assert not calculate.is_wider_than_its_window()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_fault(calculate: CalculatePage, theme: str) -> None:
    """Empty, with a fault, with numbers short and huge, with the table: WCAG 2.2 AA holds."""
    calculate.choose_theme(theme)
    assert calculate.accessibility_faults() == []
    for index in ("40", "1000", "20000", "1000000"):
        calculate.ask(index).wait_until_done()
    calculate.most_requested.get_by_role("button", name="As a table").click()
    calculate.ask("-1")
    assert calculate.accessibility_faults() == []
    calculate.page.route(API_CALLS, lambda route: route.abort())
    expect(calculate.ask("63").card).to_contain_text("The server cannot be reached")
    assert calculate.accessibility_faults() == []
    calculate.forgive_failed_requests()
