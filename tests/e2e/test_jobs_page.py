"""Jobs, dead letters, chapters and source in a real Chromium, on the whole lab as `up` starts it.

Heavy jobs have little time here, so that a long one fails for real. After each test the browser's
console must be silent.
"""

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from .conftest import Lab, running_lab
from .page_jobs import JobPage, JobsPage
from .page_open import PHONES, THEMES

pytestmark = [pytest.mark.e2e]


#: Seconds for one heavy job, and an index that takes many times as long on any machine.
COMPUTE_LIMIT_S = 0.3
TOO_LONG = 90_000_000

#: A heavy index that takes some milliseconds.
QUICK = 300_000

#: Milliseconds until a job that takes too long is given up, on a busy machine of two cores.
FAILING_MS = 60_000


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give the pages a lab of their own, in which a long job is given up at once."""
    folder = tmp_path_factory.mktemp("jobs-page")
    limit = str(COMPUTE_LIMIT_S)
    with running_lab(folder, FIBLAB_COMPUTE_TIME_LIMIT_S=limit, FIBLAB_MAX_ATTEMPTS="1") as running:
        yield running


@pytest.fixture
def jobs(context: BrowserContext, lab: Lab) -> Iterator[JobsPage]:
    """Give a tab for the pages, and at the end hold them to a silent console."""
    page = JobsPage(context.new_page(), lab.url)
    yield page
    assert page.complaints == []


def compute(lab: Lab, index: int) -> None:
    """Ask for a number and wait until it is there."""
    with lab.client() as client:
        client.post(f"/api/v1/fibonacci/{index}", headers={"Prefer": "wait=20"})


def make_dead(lab: Lab, indices: Sequence[int]) -> None:
    """Ask for numbers that take too long, until each of them has been given up."""
    with lab.client() as client:
        for index in indices:
            client.post(f"/api/v1/fibonacci/{index}")
        for index in indices:
            while client.get(f"/api/v1/fibonacci/{index}").json().get("status") != "failed":
                pass


def is_focused(page: Page, name: str) -> bool:
    """Tell whether the button of that name has the focus."""
    button = page.get_by_role("button", name=name, exact=True)
    return bool(button.evaluate("button => button === document.activeElement"))


def test_a_calculations_job_is_told_step_by_step(jobs: JobsPage, lab: Lab) -> None:
    """Its way, its attempt and its steps, from the list's own field to the line of Lua."""
    compute(lab, QUICK)
    job = jobs.open().find(QUICK)
    expect(jobs.page.get_by_role("heading", name="The job of F(300,000)")).to_be_visible()
    for words in ("enqueued once", "claimed once", "completed once", "Now done."):
        expect(job.way).to_contain_text(words)
    expect(job.attempts).to_contain_text("Attempt 1")
    expect(job.steps.first).to_contain_text("Enqueued at the end of the heavy lane")
    expect(job.steps.last).to_contain_text("Completed: the value is stored")
    job.source_of("Claimed by a worker").click()
    chosen = jobs.page.locator("li[aria-current=true]")
    expect(chosen).to_contain_text("note('claimed', id, attempts")
    expect(chosen).to_be_in_viewport()
    expect(jobs.page).to_have_url(
        re.compile(r"/source\?path=queue/lua/parts/claim_some\.lua&line=")
    )


def test_a_job_leads_to_its_number(jobs: JobsPage, lab: Lab) -> None:
    """One click from the job to the card of its number."""
    compute(lab, 41)
    jobs.open("/jobs/41")
    jobs.page.get_by_role("link", name="See the number").click()
    card = jobs.page.get_by_role("article", name="F(41)", exact=True)
    expect(card).to_contain_text("165")


def test_dead_letters_are_requeued_in_bulk_once_confirmed(jobs: JobsPage, lab: Lab) -> None:
    """The dialog says what will happen to how many, and each one's outcome is told."""
    make_dead(lab, [TOO_LONG, TOO_LONG + 1])
    jobs.open("/jobs?state=dead")
    expect(jobs.letter(TOO_LONG)).to_contain_text("It took longer than 0.3 s.")
    jobs.letters.get_by_label("Select all on this page").check()
    requeue = jobs.bulk("Requeue")
    requeue.click()
    expect(jobs.dialog).to_contain_text(re.compile(r"Requeue \d+ dead letters\?"))
    expect(jobs.dialog).to_contain_text("Each gets all its attempts anew")
    expect(jobs.dialog.get_by_role("button", name="Cancel")).to_be_focused()
    jobs.page.keyboard.press("Escape")
    expect(jobs.dialog).to_be_hidden()
    expect(requeue).to_be_focused()
    requeue.click()
    jobs.dialog.get_by_role("button", name=re.compile(r"^Requeue \d+$")).click()
    told = jobs.page.get_by_text(re.compile(r"\d+ requeued, at the end of the line\."))
    expect(told).to_be_visible()
    jobs.page.get_by_text("Each one", exact=True).click()
    expect(jobs.page.get_by_text(f"F({TOO_LONG}) requeued")).to_be_visible()
    # They take as long as before, and so come back by themselves.
    expect(jobs.letter(TOO_LONG)).to_be_visible(timeout=FAILING_MS)


def test_a_dead_letter_is_discarded_once_confirmed(jobs: JobsPage, lab: Lab) -> None:
    """Only this one goes, and the focus is at what came of it."""
    make_dead(lab, [TOO_LONG + 2, TOO_LONG + 3])
    jobs.open("/jobs?state=dead")
    jobs.letter(TOO_LONG + 2).get_by_role("button", name="Discard").click()
    expect(jobs.dialog).to_contain_text("Discard 1 dead letter?")
    expect(jobs.dialog).to_contain_text("This cannot be undone.")
    jobs.dialog.get_by_role("button", name="Discard 1").click()
    expect(jobs.page.get_by_text("1 discarded.")).to_be_visible()
    expect(jobs.letter(TOO_LONG + 2)).to_have_count(0)
    expect(jobs.letter(TOO_LONG + 3)).to_be_visible()


def test_a_dead_letter_tells_on_its_own_page_why(jobs: JobsPage, lab: Lab) -> None:
    """The reason stands above, beside the attempt, and at the end of its way."""
    make_dead(lab, [TOO_LONG + 4])
    jobs.open(f"/jobs/{TOO_LONG + 4}")
    job = JobPage(jobs.page)
    expect(job.way).to_contain_text("failed for good once")
    expect(job.attempts).to_contain_text("timeout It took longer than 0.3 s.")
    jobs.page.get_by_role("button", name="Requeue", exact=True).click()
    expect(jobs.page.get_by_text("1 requeued, at the end of the line.")).to_be_visible()
    expect(job.way).to_contain_text("requeued once")
    expect(job.way).to_contain_text("failed for good twice", timeout=FAILING_MS)


def test_without_the_token_the_page_asks_for_it(jobs: JobsPage, lab: Lab) -> None:
    """On 401 it says what to do, takes the token, and sends it with the next try."""
    make_dead(lab, [TOO_LONG + 5])
    shown: list[str | None] = []

    def guard(route: Route) -> None:
        token = route.request.headers.get("authorization")
        shown.append(token)
        if token == "Bearer sesame":  # noqa: S105 - a token of this test alone
            route.continue_()
            return
        route.fulfill(
            status=401,
            content_type="application/problem+json",
            json={
                "type": "/problems/unauthorized",
                "title": "This call takes the operator's token",
                "status": 401,
                "detail": "No token was sent.",
                "request_id": "r",
                "definite": True,
            },
        )

    jobs.open("/jobs?state=dead")
    jobs.page.route("**/dead-letters/requeue", guard)
    jobs.letter(TOO_LONG + 5).get_by_role("button", name="Requeue").click()
    expect(jobs.page.get_by_text("This call takes the operator's token")).to_be_visible()
    jobs.page.get_by_label(re.compile("^Operator")).fill("sesame")
    jobs.page.keyboard.press("Enter")
    expect(jobs.page.get_by_text("1 requeued, at the end of the line.")).to_be_visible()
    assert shown == [None, "Bearer sesame"]
    jobs.forgive_failed_requests()


def test_the_address_carries_what_is_shown(jobs: JobsPage, lab: Lab) -> None:
    """State and lane are in it, survive a reload, and the empty list says where the others are."""
    make_dead(lab, [TOO_LONG + 6])
    jobs.open()
    jobs.states.get_by_role("link", name="Dead letters").click()
    jobs.lanes.get_by_role("link", name="light").click()
    expect(jobs.page).to_have_url(re.compile(r"/jobs\?state=dead&lane=light$"))
    jobs.page.reload()
    expect(jobs.page.get_by_role("heading", name="None in the light lane")).to_be_visible()
    jobs.page.get_by_role("link", name="Look in all lanes").click()
    expect(jobs.letter(TOO_LONG + 6)).to_be_visible()


@pytest.fixture
def waiting_jobs(lab: Lab) -> Iterator[range]:
    """Let sixty light jobs wait, as nobody may claim any."""
    with lab.client() as client:
        client.post("/api/v1/queue/pause")
        client.post("/api/v1/fibonacci/ranges", json={"from": 3_000, "to": 3_059})
        yield range(3_000, 3_060)
        client.post("/api/v1/queue/resume")


def test_a_long_list_goes_on_on_the_next_page(jobs: JobsPage, waiting_jobs: range) -> None:
    """Each job stands on one page, and the address of a page can be shared."""
    rows = jobs.open("/jobs?state=ready&lane=light").table.get_by_role("rowheader")
    expect(rows).to_have_count(50)
    seen = rows.all_inner_texts()
    jobs.page.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(10)
    expect(jobs.page).to_have_url(re.compile("cursor=50"))
    assert len({*seen, *rows.all_inner_texts()}) == len(waiting_jobs)
    jobs.page.get_by_role("link", name="First page").click()
    expect(rows).to_have_count(50)


def test_an_empty_list_says_what_to_do_next(jobs: JobsPage) -> None:
    """It leads to the experiment that fills it."""
    jobs.open("/jobs?state=delayed")
    expect(jobs.page.get_by_role("heading", name="No attempt has failed lately")).to_be_visible()
    experiment = jobs.page.get_by_role("link", name="Experiment “retry-storm”")
    expect(experiment).to_have_attribute("href", "/experiments/retry-storm")


def test_what_happens_is_shown_until_it_is_paused(jobs: JobsPage, lab: Lab) -> None:
    """A job passes by as it goes through the queue; paused, the view holds still."""
    jobs.open()
    compute(lab, 1_234)
    link = jobs.happened.get_by_role("link", name="F(1,234)").first
    expect(link).to_be_visible()
    jobs.page.get_by_role("button", name="Pause").click()
    compute(lab, 1_235)
    expect(jobs.page.get_by_role("button", name=re.compile("Resume.*since"))).to_be_visible()
    expect(jobs.happened.get_by_role("link", name="F(1,235)")).to_have_count(0)
    jobs.page.get_by_role("button", name=re.compile("Resume")).click()
    expect(jobs.happened.get_by_role("link", name="F(1,235)").first).to_be_visible()


def test_a_lost_server_is_told_and_found_again(jobs: JobsPage) -> None:
    """What was shown stays, marked out of date, and one button looks again."""
    jobs.open()
    jobs.page.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))
    expect(jobs.page.get_by_text("The server cannot be reached")).to_be_visible(timeout=20_000)
    expect(jobs.page.get_by_text("Out of date: connecting again")).to_be_visible()
    jobs.page.unroute("**/api/v1/**")
    jobs.page.get_by_role("button", name="Try now").click()
    expect(jobs.page.get_by_text("The server cannot be reached")).to_be_hidden()
    jobs.forgive_failed_requests()


def test_nobody_knows_a_job_that_never_was(jobs: JobsPage) -> None:
    """The page says so, what that may mean, and where to go on; what is no index is no job."""
    jobs.open().find(77_777)
    heading = jobs.page.get_by_role("heading", name="The queue knows nothing of F(77,777)")
    expect(heading).to_be_visible()
    expect(jobs.page.get_by_role("link", name="See the number")).to_be_visible()
    jobs.page.goto(jobs.url + "/jobs/1e3")
    expect(jobs.page.get_by_role("heading", name="There is no such job")).to_be_visible()
    jobs.forgive_failed_requests()  # A 404 is how the API says so.


def test_every_chapter_has_its_page(jobs: JobsPage) -> None:
    """Sixteen cards; each leads to a chapter with its experiment beside it, and to the next one."""
    jobs.page.goto(jobs.url + "/learn")
    cards = jobs.page.get_by_role("main").get_by_role("listitem").get_by_role("link")
    expect(cards).to_have_count(16)
    cards.first.click()
    seen = []
    for _ in range(16):
        heading = jobs.page.get_by_role("heading", level=1)
        expect(jobs.page.get_by_role("heading", level=2, name="The naive version")).to_be_visible()
        expect(jobs.page.get_by_role("region", name="The experiment")).to_be_visible()
        seen.append(heading.inner_text())
        following = jobs.page.get_by_role("link", name="Next: chapter")
        if following.count() == 0:
            break
        following.click()
        expect(heading).not_to_have_text(seen[-1])
    assert len(set(seen)) == 16


def test_a_chapter_leads_to_the_source_and_to_its_experiment(jobs: JobsPage) -> None:
    """The link opens the very line, each line has an address, and the card leads to the run."""
    jobs.page.goto(jobs.url + "/learn/lease")
    jobs.page.get_by_role("link", name="takes back what has expired").click()
    chosen = jobs.page.locator("li[aria-current=true]")
    expect(chosen).to_contain_text("local function take_back_expired")
    jobs.page.get_by_role("link", name="Line 1", exact=True).click()
    expect(chosen).to_contain_text("Brings jobs back to their lanes")
    expect(jobs.page).to_have_url(re.compile("#L1$"))
    jobs.page.goto(jobs.url + "/learn/lease")
    jobs.page.get_by_role("link", name=re.compile("Predict and run|Run it again")).click()
    expect(jobs.page).to_have_url(re.compile("/experiments/crash$"))


def test_what_is_not_there_says_what_to_do(jobs: JobsPage) -> None:
    """A file or a chapter of another name, and a server that is no lab's."""
    jobs.page.goto(jobs.url + "/source?path=queue/lua/no_such.lua")
    expect(jobs.page.get_by_role("heading", name="There is no such file here")).to_be_visible()
    jobs.page.goto(jobs.url + "/learn/no-such")
    expect(jobs.page.get_by_role("link", name="All chapters")).to_be_visible()
    jobs.page.route("**/api/v1/lab", lambda route: route.fulfill(status=404))
    jobs.page.goto(jobs.url + "/source?path=worker/lane.py")
    expect(jobs.page.get_by_text("./fiblab up")).to_be_visible()
    jobs.forgive_failed_requests()


def test_everything_is_reached_by_keyboard(jobs: JobsPage, lab: Lab) -> None:
    """From the top of the page to a confirmed requeue without a mouse, the focus always seen."""
    make_dead(lab, [TOO_LONG + 7])
    jobs.open("/jobs?state=dead")
    expect(jobs.letter(TOO_LONG + 7)).to_be_visible()
    keyboard = jobs.page.keyboard
    for _ in range(60):
        keyboard.press("Tab")
        expect(jobs.page.locator(":focus")).to_have_css("outline-style", "solid")
        if jobs.page.get_by_label("Select all on this page").is_visible() and jobs.page.evaluate(
            "document.activeElement.type === 'checkbox'"
        ):
            break
    keyboard.press("Space")
    for _ in range(4):
        keyboard.press("Tab")
        if is_focused(jobs.page, "Requeue…"):
            break
    keyboard.press("Enter")
    expect(jobs.dialog).to_be_visible()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(jobs.page.get_by_text(re.compile("requeued, at the end of the line"))).to_be_visible()


def test_a_phone_never_scrolls_sideways(jobs: JobsPage, lab: Lab) -> None:
    """Not with lists, not with a job's diagram, not with a chapter, not with source."""
    make_dead(lab, [TOO_LONG + 8])
    compute(lab, QUICK + 1)
    for phone in PHONES:
        jobs.page.set_viewport_size(phone)
        for address in ("/jobs", "/jobs?state=dead", f"/jobs/{QUICK + 1}"):
            jobs.open(address)
            assert not jobs.is_wider_than_its_window(), address
        for address in ("/learn", "/learn/lease", "/source?path=worker/lane.py&line=73"):
            jobs.page.goto(jobs.url + address)
            expect(jobs.page.get_by_role("main").get_by_role("link").first).to_be_visible()
            assert not jobs.is_wider_than_its_window(), address


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_fault(jobs: JobsPage, lab: Lab, theme: str) -> None:
    """Lists full and empty, the dialog, a job, chapters and source: WCAG 2.2 AA holds."""
    make_dead(lab, [TOO_LONG + 9, TOO_LONG + 10])
    jobs.open("/jobs?state=dead")
    jobs.choose_theme(theme)
    jobs.letters.get_by_label("Select all on this page").check()
    assert jobs.accessibility_faults() == []
    jobs.bulk("Discard").click()
    assert jobs.accessibility_faults() == []
    jobs.page.keyboard.press("Escape")
    for address in ("/jobs", "/jobs?state=delayed", f"/jobs/{TOO_LONG + 9}"):
        jobs.open(address)
        expect(jobs.page.get_by_text("Looking into the queue…")).to_be_hidden()
        assert jobs.accessibility_faults() == []
    for address in ("/learn", "/learn/fencing", "/source?path=queue/lua/fail.lua&line=27"):
        jobs.page.goto(jobs.url + address)
        expect(jobs.page.get_by_role("main").get_by_role("link").first).to_be_visible()
        assert jobs.accessibility_faults() == []
