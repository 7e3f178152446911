"""Experiments in a real Chromium: predict, run, watch, read the verdict, replay.

The crash experiment is run once for the whole module, from the page; what the tests look at
afterwards is that run. After each test the browser's console must be silent.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from .conftest import Lab, running_lab
from .page_experiment import RUN_LIMIT_MS, ExperimentPage
from .page_open import PHONE, THEMES

pytestmark = [pytest.mark.e2e]

RIGHT_CHOICE = "Another worker gets it when its lease has run out."
REDELIVERY = "another worker gets the job"
NOTHING_LOST = "Every accepted request ends in its value"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give these tests a lab of their own: it remembers what was predicted."""
    with running_lab(tmp_path_factory.mktemp("experiments")) as running:
        yield running


@pytest.fixture
def experiment(context: BrowserContext, lab: Lab) -> Iterator[ExperimentPage]:
    """Give a page, and at the end hold it to a silent console."""
    page = ExperimentPage(context.new_page(), lab.url)
    yield page
    assert page.complaints == []


@pytest.fixture(scope="module")
def crash(browser: Browser, lab: Lab) -> str:
    """Predict, run the crash experiment from its page, and return the address of that run."""
    context = browser.new_context()
    page = ExperimentPage(context.new_page(), lab.url).open("/experiments/crash?seed=7")
    page.predict(RIGHT_CHOICE)
    expect(page.cancel_button).to_be_visible()
    # Live: the lease of the killed worker runs out, and somebody else gets the job.
    happenings = page.with_pattern.unfold_list()
    expect(happenings).to_contain_text(re.compile(r"the lease of job \d+ expires"), timeout=60_000)
    expect(happenings).to_contain_text(re.compile(r"claims job \d+ again: attempt 2"))
    page.wait_for_verdict()
    address = page.page.url.removeprefix(lab.url)
    assert page.complaints == []
    context.close()
    return address


def test_the_list_asks_every_question(experiment: ExperimentPage, lab: Lab) -> None:
    """Each experiment of the lab has a card whose link is its question."""
    with lab.client() as client:
        items = client.get("/api/v1/lab/experiments").json()["items"]
    experiment.open("/experiments")
    expect(experiment.page.get_by_role("article")).to_have_count(len(items))
    for item in items:
        expect(experiment.page.get_by_role("link", name=item["question"])).to_be_visible()


def test_a_run_needs_a_prediction_or_the_wish_for_none(experiment: ExperimentPage) -> None:
    """Nothing starts before the learner has chosen, and the page says so."""
    experiment.open("/experiments/crash")
    asked: list[str] = []
    experiment.page.on("request", lambda request: asked.append(request.method))
    experiment.run_button.click()
    expect(experiment.page.get_by_role("alert")).to_contain_text("Choose what you expect")
    assert "POST" not in asked


def test_crash_shows_both_verdicts_with_their_evidence(
    experiment: ExperimentPage, crash: str
) -> None:
    """With leases all is green, and the job was redelivered; the twin has lost it, and says how."""
    experiment.open(crash).wait_for_verdict()
    expect(experiment.page.get_by_text("Valid", exact=True)).to_be_visible()
    redelivered = experiment.with_pattern.check(REDELIVERY)
    expect(redelivered).to_contain_text("holds:")
    expect(experiment.with_pattern.evidence(REDELIVERY)).to_contain_text("expired")
    expect(experiment.twin.check(NOTHING_LOST)).to_contain_text("broken:")
    expect(experiment.twin.evidence(NOTHING_LOST)).to_contain_text("30000000")


def test_the_prediction_stands_beside_what_happened(experiment: ExperimentPage, crash: str) -> None:
    """It was right, so the list counts the experiment as passed."""
    experiment.open(crash).wait_for_verdict()
    review = experiment.page.get_by_role("region", name=re.compile("What becomes of the job"))
    expect(review).to_contain_text("(right)")
    experiment.open("/experiments?show=passed")
    expect(experiment.page.get_by_role("article")).to_have_count(1)
    expect(experiment.page.get_by_role("article")).to_contain_text("Passed")


def test_the_explanation_leads_to_the_very_lines(experiment: ExperimentPage, crash: str) -> None:
    """Each link names a file and a line, and the chapter is one click away."""
    experiment.open(crash).wait_for_verdict()
    lines = experiment.explanation.get_by_role("link", name=re.compile(r"\.(lua|py):\d+$"))
    assert lines.count() >= 2
    expect(lines.first).to_have_attribute("href", re.compile(r"/source\?path=.+&line=\d+"))
    chapter = experiment.explanation.get_by_role("link", name="Read the chapter")
    expect(chapter).to_have_attribute("href", "/learn/lease")


def test_a_bundle_is_scrubbed_and_stepped_with_the_keyboard(
    experiment: ExperimentPage, crash: str, tmp_path: Path
) -> None:
    """The downloaded run opens in /replay; arrows scrub, `.` and `,` step, Home and End jump."""
    experiment.open(crash).wait_for_verdict()
    bundle = experiment.download(tmp_path / "crash.json")
    assert json.loads(bundle.read_text())["format"] == 1
    player = experiment.open("/replay").choose_file(bundle).player
    player.slider.focus()
    keyboard = experiment.page.keyboard
    keyboard.press("Home")
    assert player.at_ms == 0
    keyboard.press("ArrowRight")
    scrubbed = player.at_ms
    assert 0 < scrubbed < player.end_ms
    keyboard.press(".")
    assert player.at_ms > scrubbed
    keyboard.press(",")
    assert player.at_ms <= scrubbed
    keyboard.press("End")
    assert player.at_ms == player.end_ms


def test_a_replay_plays_slowed_and_stops(experiment: ExperimentPage, crash: str) -> None:
    """At a tenth of the speed it says so, moves, and stands where it was paused."""
    player = experiment.open(crash).wait_for_verdict().player
    player.group.get_by_role("radio", name="0.1\N{MULTIPLICATION SIGN}").check()
    expect(player.group).to_contain_text("slowed 10\N{MULTIPLICATION SIGN}")
    player.play.click()
    expect(player.pause).to_be_visible()
    expect(player.slider).not_to_have_value("0")
    player.pause.click()
    assert 0 < player.at_ms < player.end_ms


def test_with_reduced_motion_it_is_stepped_only(experiment: ExperimentPage, crash: str) -> None:
    """Nothing plays by itself: there is no Play, and stepping still works."""
    experiment.page.emulate_media(reduced_motion="reduce")
    player = experiment.open(crash).wait_for_verdict().player
    expect(player.play).to_have_count(0)
    at_the_end = player.at_ms
    player.back.click()
    assert player.at_ms < at_the_end


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("no json", "Choose the .json file"),
        ('{"format": 1, "run"', "Download the run again"),
        ('{"format": 99}', "Open it with the fiblab that wrote it"),
        ('{"format": 1}', "This run is damaged"),
    ],
)
def test_a_foreign_file_is_refused_with_a_way_on(
    experiment: ExperimentPage, tmp_path: Path, content: str, words: str
) -> None:
    """What is no run is named, with what to do about it."""
    file = tmp_path / "strange.json"
    file.write_text(content)
    experiment.open("/replay").choose_file(file)
    alert = experiment.page.get_by_role("alert")
    expect(alert).to_contain_text("strange.json cannot be opened")
    expect(alert).to_contain_text(words)


def test_a_run_is_picked_up_again_and_cancelled(experiment: ExperimentPage, crash: str) -> None:
    """A reload watches the same run; another page is led to it; cancelling ends it."""
    experiment.open(f"{crash.partition('?')[0]}?seed=8")
    experiment.page.get_by_role("button", name="Run without predicting").click()
    expect(experiment.page).to_have_url(re.compile(r"\?run="))
    address = experiment.page.url
    experiment.page.reload()
    expect(experiment.cancel_button).to_be_visible()
    assert experiment.page.url == address
    experiment.cancel_button.click()
    cancelled = experiment.page.get_by_text("The run was cancelled")
    expect(cancelled).to_be_visible(timeout=RUN_LIMIT_MS)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_fault(
    experiment: ExperimentPage, crash: str, tmp_path: Path, theme: str
) -> None:
    """The list, the question, the verdict and the replay hold WCAG 2.2 AA."""
    experiment.open("/experiments").choose_theme(theme)
    expect(experiment.page.get_by_role("article").first).to_be_visible()
    assert experiment.accessibility_faults() == []
    experiment.open("/experiments/crash")
    expect(experiment.run_button).to_be_visible()
    assert experiment.accessibility_faults() == []
    experiment.open(crash).wait_for_verdict()
    experiment.with_pattern.unfold_list()
    assert experiment.accessibility_faults() == []
    bundle = experiment.download(tmp_path / "crash.json")
    experiment.open("/replay")
    assert experiment.accessibility_faults() == []
    experiment.choose_file(bundle).wait_for_verdict()
    assert experiment.accessibility_faults() == []


def test_a_phone_never_scrolls_sideways(experiment: ExperimentPage, crash: str) -> None:
    """Neither in the list, nor at the question, the verdict or the replay."""
    experiment.page.set_viewport_size(PHONE)
    for address in ("/experiments", "/experiments/crash", "/replay"):
        experiment.open(address)
        assert not experiment.is_wider_than_its_window()
    experiment.open(crash).wait_for_verdict()
    experiment.with_pattern.unfold_list()
    assert not experiment.is_wider_than_its_window()
