"""The first page: what a browser fetches for it, and when it can be used."""

import gzip
from collections.abc import Mapping

from playwright.sync_api import Browser, Response

#: Fills in the form as soon as it is there and enabled, and promises when that was, and when its
#: answer was shown: milliseconds since the navigation began.
USE_THE_FORM = """
  window.used = new Promise(resolve => {
    let enabled = null;
    const look = () => {
      const field = document.querySelector('form input');
      const button = document.querySelector('form button');
      if (enabled === null && field && button && !field.disabled && !button.disabled) {
        enabled = performance.now();
        field.value = '40';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.form.requestSubmit(button);
      }
      if (document.querySelector('article')) resolve([enabled, performance.now()]);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
"""


def first_visit(browser: Browser, url: str) -> Mapping[str, float]:
    """Open the page in a browser without a past, and use its form."""
    context = browser.new_context()
    scripts: list[Response] = []
    try:
        context.add_init_script(USE_THE_FORM)
        page = context.new_page()
        page.on("response", lambda answer: scripts.append(answer) if _is_script(answer) else None)
        page.goto(url)
        enabled, answered = page.evaluate("window.used")
        return {
            "script of the first page": sum(len(gzip.compress(one.body())) for one in scripts)
            / 1e3,
            "form enabled": enabled / 1e3,
            "time to interactive": answered / 1e3,
        }
    finally:
        context.close()


def _is_script(answer: Response) -> bool:
    return answer.request.resource_type == "script"
