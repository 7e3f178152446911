"""The page's protection in a real Chromium: what is injected does not run, what is ours does."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from .conftest import Lab, running_lab
from .page_calculate import CalculatePage

pytestmark = [pytest.mark.e2e]

POLICY = "content-security-policy"

#: Runs before anything of a page, and notes what its policy has kept from running.
WATCH_POLICY = """
  window.violations = [];
  addEventListener('securitypolicyviolation', event =>
    window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""

#: What somebody's text would be, were it ever written into the page as it is.
INJECTED = """
  <script>window.ran = ['script'].concat(window.ran ?? [])</script>
  <img src="/none.png" onerror="window.ran = ['handler'].concat(window.ran ?? [])">
  <script src="https://evil.example/x.js"></script>
  <base href="https://evil.example/">
  <style>h1 { display: none }</style>
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a lab to all tests here."""
    with running_lab(tmp_path_factory.mktemp("page-security")) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past that notes violations."""
    context = browser.new_context()
    context.add_init_script(WATCH_POLICY)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open an empty tab."""
    return context.new_page()


def violations(page: Page) -> list[str]:
    """List what the policy has kept from running or loading."""
    found: list[str] = page.evaluate("window.violations")
    return found


def test_the_page_needs_nothing_that_its_policy_forbids(page: Page, lab: Lab) -> None:
    """From its opening to a number, a chart's table and another theme: not one violation."""
    calculate = CalculatePage(page, lab.url).open()
    calculate.ask("40").wait_until_done()
    calculate.ask("3000000").wait_until_done(seconds=60)
    calculate.most_requested.get_by_role("button", name="As a table").click()
    calculate.choose_theme("Dark")
    calculate.ask("-1")
    assert violations(page) == []
    assert calculate.complaints == []


@pytest.mark.parametrize("protected", [True, False], ids=["with the policy", "without it"])
def test_what_is_injected_does_not_run(page: Page, lab: Lab, *, protected: bool) -> None:
    """A script, a handler, a foreign script and a style within the document are dead text.

    Without the policy, the same document runs them: it is the policy that holds.
    """

    def inject(route: Route) -> None:
        answer = route.fetch()
        headers = {name: text for name, text in answer.headers.items() if name != POLICY}
        body = answer.text().replace("<body", f"{INJECTED}<body", 1)
        route.fulfill(response=answer, headers=answer.headers if protected else headers, body=body)

    page.route(f"{lab.url}/", inject)
    page.route("https://evil.example/**", lambda route: route.fulfill(body="window.foreign = 1"))
    page.goto(f"{lab.url}/", wait_until="load")
    ran = set(page.evaluate("window.ran ?? []"))
    if not protected:
        assert ran == {"script", "handler"}
        return
    assert ran == set()
    assert page.evaluate("window.foreign") is None
    blocked = {violation.split()[0] for violation in violations(page)}
    assert blocked == {"script-src-elem", "script-src-attr", "style-src-elem", "base-uri"}
    CalculatePage(page, lab.url).ask("41").wait_until_done()


@pytest.mark.parametrize(
    "sink",
    [
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>hello</b>')",
        "document.createElement('script').text = 'window.ran = 1'",
        "document.createElement('script').src = '/api/v1/fibonacci/40'",
        "setTimeout('window.ran = 1')",
        "trustedTypes.createPolicy('another', {createHTML: text => text})",
        "trustedTypes.createPolicy('svelte-trusted-html', {createHTML: text => text})",
    ],
)
def test_text_never_becomes_code(page: Page, lab: Lab, sink: str) -> None:
    """Even our own scripts cannot turn text into elements or code, but by Svelte's templates."""
    CalculatePage(page, lab.url).open()
    attempt = f"(() => {{ try {{ {sink} }} catch (error) {{ return error.name }} }})()"
    assert page.evaluate(attempt) == "TypeError"
    assert page.evaluate("window.ran") is None


@pytest.fixture
def other_page() -> Iterator[str]:
    """Serve an empty page of another origin, and give its address."""

    class EmptyPage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_no_other_page_frames_it(page: Page, lab: Lab, other_page: str) -> None:
    """A page of another origin that puts ours into a frame, to steal clicks, gets an error page."""
    page.goto(other_page)
    with page.expect_event("frameattached") as attached:
        page.set_content(f'<iframe src="{lab.url}/"></iframe>')
    attached.value.wait_for_load_state()
    assert attached.value.url.startswith("chrome-error:")


@pytest.mark.parametrize("address", ["/api/v1/fibonacci/77", "/api/v1/queue/pause"])
def test_no_other_page_asks(page: Page, lab: Lab, other_page: str, address: str) -> None:
    """A page of another origin cannot have the browser count a request, nor pause the queue."""
    page.goto(other_page)
    with page.expect_response(f"**{address}") as answer:
        page.set_content(f'<form method="post" action="{lab.url}{address}"></form>')
        page.evaluate("document.forms[0].submit()")
    assert answer.value.request.method == "POST"
    assert answer.value.status == 403
    with lab.client() as client:
        assert client.get("/api/v1/fibonacci/77").status_code == 404
        assert client.get("/api/v1/queue").json()["paused"] is False
