"""The page in Chromium: how much it fetches, when it can be used, whether it moves smoothly.

Method. A real lab, as `fiblab up` starts it, and a real Chromium without a screen, which has a core
to itself; lab, stores and load share the other one. First visits have an empty cache. They are over
when the form has been filled in, sent, and has answered with a card. The System page is watched for
half a minute under an even load: each job makes three events, which the page counts, charts and
shows moving. An empty page, under the same load, shows what the machine itself drops.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser
from tests.e2e.page_browser import started_browser

from benchmarks.measuring.cores import LOAD_CORE, SERVICE_CORE, on_core
from benchmarks.measuring.lab import lab
from benchmarks.measuring.options import Options
from benchmarks.measuring.peers import ROOT
from benchmarks.measuring.report import Curve, Measurement, Report
from benchmarks.measuring.turns import take_turns
from benchmarks.page.frames import SETTLED_S, watch
from benchmarks.page.load_process import load
from benchmarks.page.start import first_visit
from fiblab import __version__

OURS, CONTROL = "fiblab", "an empty page"

VISITS, WATCHES = 9, 3

#: What the page is told of, and for how long it is watched.
EVENTS_PER_SECOND, WATCHED_S = 1_000.0, 30.0

#: Share of the events that must have come, lest a weak load make a smooth page.
LEAST_SHARE = 0.95

UNITS = {
    "script of the first page": "kB",
    "form enabled": "s",
    "time to interactive": "s",
    "frames dropped at 1,000 events/s": "%",
    "events": "events/s",
}
HISTOGRAM = "frames by how many refreshes of the screen they took"

NOTES = """\
No peer: the limits are absolute. Chromium has one core and draws without a graphics card, which \
is less than most people's browsers have.
An event is what happens to one job: enqueued, claimed, completed. The stream may tell of several \
in one message.
A frame counts as dropped where the screen's 60 a second passed without one. What the empty page \
drops beside the same load is the machine's share.
Script: what had been fetched when the form answered, by gzip; the server may send it smaller.
""".splitlines()


class TooLittleLoadError(RuntimeError):
    """Fewer events came than were to come: what was watched is not what was meant."""


def run(options: Options) -> Report:
    """Visit the first page, then watch the System page."""
    visits = 1 if options.quick else options.rounds or VISITS
    watches = 1 if options.quick else options.rounds or WATCHES
    seconds = 2.0 if options.quick else WATCHED_S
    histograms: dict[str, dict[int, list[float]]] = {OURS: {}, CONTROL: {}}
    with on_core(SERVICE_CORE), started_browser() as browser:
        with a_lab() as url:
            started = take_turns({OURS: partial(first_visit, browser, url)}, visits)
        sides = {
            side: partial(_watch, browser, path, seconds, histograms[side])
            for side, path in ((OURS, "/system"), (CONTROL, "/livez"))
        }
        watched = take_turns(sides, watches)
        version = browser.version
    return Report.of(
        "page",
        rounds=watches,
        versions={OURS: __version__, "Chromium": version},
        measurements=[
            Measurement(what, UNITS.get(what, "ms"), "less", sides)
            for what, sides in (started | watched).items()
        ],
        curves=[Curve(HISTOGRAM, "frames", "refreshes of the screen", "less", histograms)],
        notes=[*NOTES, f"{visits} first visits; {watches} times {seconds:.0f} s under load."],
    )


@contextmanager
def a_lab() -> Iterator[str]:
    """Start a lab with empty stores and without a rate limit, and give its address."""
    with tempfile.TemporaryDirectory(prefix="fiblab-page-") as folder:
        unlimited = {"FIBLAB_RATE_LIMIT_PER_S": "0"}
        with lab(ROOT, Path(folder), core=LOAD_CORE, env=unlimited) as running:
            yield running.url


def _watch(
    browser: Browser, path: str, seconds: float, histogram: dict[int, list[float]]
) -> Mapping[str, float]:
    """Watch a page of a new lab under load."""
    with a_lab() as url, load(url, EVENTS_PER_SECOND, seconds + 2 * SETTLED_S) as running:
        frames = watch(browser, url + path, seconds)
        made = running.made()
    if made.events_per_second < LEAST_SHARE * EVENTS_PER_SECOND:
        raise TooLittleLoadError(f"the load was too weak: {made}")
    for refreshes, count in frames.histogram().items():
        histogram.setdefault(refreshes, []).append(count)
    return {
        "frames dropped at 1,000 events/s": frames.dropped,
        **{f"frame time, {name}": value for name, value in frames.figures().items()},
        "events": made.events_per_second,
    }
