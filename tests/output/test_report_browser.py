"""The report as a reader opens it: from a file, in Chromium, wide and narrow, light and dark, and read aloud."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import Watched, chromium, keep, needs_chromium
from tests.conftest import Run

pytestmark = needs_chromium
ROOT = Path(__file__).resolve().parents[2]
#: What axe-core must not find; of less weight is, say, a heading that skips a level.
SERIOUS = ("serious", "critical")
Open = Callable[..., Watched]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a window of the browser, which is closed after the test."""
    opened: list[Watched] = []

    def one(**given: Any) -> Watched:
        opened.append(Watched(browser, **given))
        return opened[-1]

    yield one
    for watched in opened:
        watched.context.close()


@pytest.fixture
def results(reproduced: Run) -> Path:
    return reproduced.folder


def addresses(results: Path) -> list[str]:
    paths = [*sorted((results / "report").glob("*.html")), results / "explorer.html"]
    return [path.as_uri() for path in paths]


def search_for(page: Page, text: str) -> None:
    """Search by keyboard, and wait for what this search, not a former one, found."""
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox").and_(page.locator(":focus")).wait_for()
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#search-results .search-summary", has_text="Search finished").wait_for()


def test_it_opens_from_a_file_and_its_search_leads_to_a_check(open_page: Open, results: Path) -> None:
    watched = open_page()
    page = watched.open((results / "report" / "index.html").as_uri())
    # 1.6 million + 3.17 million - 3.17 million / 1.105
    row = page.locator(".row").filter(has_text="likely approaches two million")
    assert "1.901 million" in row.inner_text()
    search_for(page, "at_risk_2021_sum_ratio_implied")
    with page.expect_navigation():
        page.locator("#search-results a", has_text="Recomputed").first.click()
    page.get_by_text("at_risk_2021_sum_ratio_implied").first.wait_for()
    # A number as it is printed, with commas, with a point, and without either.
    for number in ("774,000", "1.65", "489"):
        search_for(page, number)
        page.locator("#search-results a", has_text="Printed").first.wait_for()
    assert watched.wrong == []
    assert [address for address in watched.asked if not address.startswith("file:")] == []


@pytest.mark.long
def test_a_reader_can_do_without_a_mouse(open_page: Open, results: Path) -> None:
    watched = open_page()
    page = watched.open((results / "report" / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert "main content" in page.evaluate("document.activeElement.textContent").lower()
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.textContent.trim()"))
    assert {"Number by number", "Every number", "Method"} <= seen
    assert any("those added since" in one for one in seen)


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core: of the file that AXE names, else from the npm registry."""
    if os.environ.get("AXE"):
        return Path(os.environ["AXE"]).read_text(encoding="utf-8")
    if not shutil.which("npm"):
        pytest.skip("neither npm nor a file of axe-core in AXE")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--silent", "--no-save", "axe-core@4.10.3"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 768), ("light", 390)])
def test_no_page_is_wider_than_its_window_and_axe_finds_nothing_serious(
    open_page: Open, results: Path, axe: str, scheme: str, width: int
) -> None:
    watched = open_page(scheme=scheme, width=width)
    found: list[Any] = []
    for address in addresses(results):
        page = watched.open(address)
        name = Path(address).stem
        keep(page, f"report-{scheme}-{width}-{name}")
        if watched.too_wide() > 0:
            found.append((name, watched.too_wide()))
        page.evaluate(axe)
        for one in page.evaluate("axe.run({preload: false})")["violations"]:
            if one["impact"] in SERIOUS:
                found.append((name, one["id"], one["nodes"][0]["html"][:200]))
    assert (found, watched.wrong) == ([], [])
