"""A headless Chromium, for tests that open pages."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")
#: Of itself it would look for updates.
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


@contextmanager
def opened(address, width=1280):
    """Yield a page on an address, and a list of its errors."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": 900})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(request.url))
        page.goto(address)
        yield page, errors
        browser.close()
