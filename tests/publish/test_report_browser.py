"""The report as a reader opens it: from a file in Chromium, wide and narrow, light and
dark, and checked for accessibility.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import Watched, keep, needs_chromium
from tests.conftest import Run

pytestmark = needs_chromium
ROOT = Path(__file__).resolve().parents[2]
#: What axe-core must not find; of less weight is, say, a heading that skips a level.
SERIOUS = ("serious", "critical")
Open = Callable[..., Watched]


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
    page.locator(
        "#search-results .search-summary", has_text="Search finished"
    ).wait_for()


def test_it_opens_from_a_file_and_its_search_leads_to_a_check(
    open_page: Open, results: Path
) -> None:
    watched = open_page()
    page = watched.open((results / "report" / "index.html").as_uri())
    # 1.6 million + 3.17 million - 3.17 million / 1.105
    row = page.locator(".row").filter(has_text="likely approaches two million")
    assert "1.901 million" in row.inner_text()
    search_for(page, "at_risk_2021_sum_ratio_implied")
    with page.expect_navigation():
        page.locator("#search-results a", has_text="Every number").first.click()
    page.get_by_text("at_risk_2021_sum_ratio_implied").first.wait_for()
    # A number as it is printed, with commas, with a point, and without either.
    for number in ("774,000", "1.65", "489"):
        search_for(page, number)
        page.locator("#search-results a", has_text="Every number").first.wait_for()
    assert watched.wrong == []
    assert [
        address for address in watched.asked if not address.startswith("file:")
    ] == []


def test_the_register_shows_the_numbers_that_are_asked_for(
    open_page: Open, results: Path
) -> None:
    page = open_page().open((results / "report" / "register.html").as_uri())
    page.get_by_label("Find").fill("likely approaches two million")
    claim, other = (
        page.locator(f"#claim-{name}")
        for name in ("at-risk-2021-approaches", "hours-to-assign")
    )
    assert (claim.is_visible(), other.is_visible()) == (True, False)
    page.get_by_label("Verdict").select_option("≠ differs")
    assert not claim.is_visible()
    page.get_by_label("Find").fill("")
    shown = page.locator(
        "article > section > section > section:visible"
    ).all_inner_texts()
    assert shown
    assert all("≠" in one for one in shown)
    assert page.get_by_role("status").inner_text().startswith(f"{len(shown)} of ")


def test_a_link_opens_the_folded_part_that_it_leads_to(
    open_page: Open, results: Path
) -> None:
    page = open_page().open(
        (results / "report" / "register.html").as_uri() + "#check-at-risk-2021-sum"
    )
    page.locator("#check-at-risk-2021-sum pre").wait_for()


def test_the_code_of_a_notebook_is_shown_on_demand(
    open_page: Open, results: Path
) -> None:
    page = open_page().open((results / "report" / "04_at_risk_2021.html").as_uri())
    code = page.locator(".cell_input").first
    assert not code.is_visible()
    page.get_by_label("Show code").check()
    assert code.is_visible()


def test_a_page_fits_its_window_and_is_not_endless(
    open_page: Open, results: Path
) -> None:
    watched = open_page(width=1280)
    for address in addresses(results):
        page, name = watched.open(address), Path(address).stem
        assert watched.too_wide() <= 0, name
        height = page.evaluate("document.documentElement.scrollHeight")
        assert name == "register" or height <= 12_000, (name, height)
        page.set_viewport_size({"width": 390, "height": 900})
        assert watched.too_wide() <= 0, name
        page.set_viewport_size({"width": 1280, "height": 900})


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
    assert {"The notebooks", "Every number", "Findings"} <= seen
    assert "Every assumption" in seen


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core: the file that AXE names, else from the npm registry."""
    if os.environ.get("AXE"):
        return Path(os.environ["AXE"]).read_text(encoding="utf-8")
    if not shutil.which("npm"):
        pytest.skip("neither npm nor a file of axe-core in AXE")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--silent", "--no-save", "axe-core@4.10.3"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(
        encoding="utf-8"
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("scheme", "width"),
    [("light", 1280), ("dark", 1280), ("light", 768), ("light", 390)],
)
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
        found += [
            (name, one["id"], one["nodes"][0]["html"][:200])
            for one in page.evaluate("axe.run({preload: false})")["violations"]
            if one["impact"] in SERIOUS
        ]
    assert (found, watched.wrong) == ([], [])
