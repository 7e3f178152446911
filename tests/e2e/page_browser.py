"""Chromium under Playwright, for the page's tests and for its pictures."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from . import chromium


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Start Chromium, and end it together with Playwright's event loop.

    Raises OSError or CalledProcessError where there is no Chromium to be had.
    """
    found = chromium.find()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=found.executable,
            args=found.args,
            env={**os.environ, **found.environment},
        )


@contextmanager
def browser_or_skip() -> Iterator[Browser]:
    """Start Chromium for tests: without one they are skipped, but never in CI."""
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(started_browser())
        except (OSError, subprocess.CalledProcessError) as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"there is no Chromium here: {error}")
        yield browser
