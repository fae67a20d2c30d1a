"""A headless Chromium with which tests open pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
NO_CHROMIUM = "no Chromium: install the package chromium, or name one in CHROMIUM"
needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=NO_CHROMIUM)
#: Of itself it would look for updates and the like.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(_QUIET)
        )
        yield browser
        browser.close()


def keep(page: Page, name: str) -> None:
    """Keep a picture of a page in the folder that SCREENSHOTS names, if it names one;
    of several of a name, each.
    """
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        number = len(list(Path(folder).glob(f"{name}-*.png")))
        page.screenshot(path=Path(folder) / f"{name}-{number:02}.png", full_page=True)


class Watched:
    """A page, with what it asked for and what went wrong."""

    def __init__(
        self,
        browser: Browser,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self.wrong.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.on(
            "console",
            lambda said: self.wrong.append(said.text) if said.type == "error" else None,
        )

    def _refuse(self, dialog: Dialog) -> None:
        self.wrong.append(dialog.message)
        dialog.dismiss()

    def open(self, address: str) -> Page:
        """Go to a page and wait until it has loaded with all it needs."""
        # Not for a silent network as well: on a busy machine that is at times
        # never said.
        self.page.goto(address)
        return self.page

    def too_wide(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )
        )
