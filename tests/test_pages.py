"""The pages in a browser, on a phone's width."""

import re

import pytest

from tests.browser import needs_chromium, opened

pytestmark = needs_chromium


def verdict(page):
    return page.locator("#approaches p.verdict").inner_text()


def test_a_number_moves_the_sum_and_the_address(run):
    address = (run.folder / "explorer.html").as_uri()
    with opened(address, 390) as (page, errors):
        assert verdict(page) == "matches"
        field = page.locator("#approaches .sum [data-field=at_risk_share_of_new]")
        field.fill("0.5")
        field.press("Enter")
        # 1.6 million + 301,000 x 0.5 = 1.751 million, and 1.8 million is approaching.
        assert verdict(page) == "matches within rounding"
        lever = page.locator("#approaches [data-slide=persons_per_transfer]")
        lever.fill("0.6")
        # 301,000 x 0.6 x 0.5 = 90,367, so it is 109,633 below 1.8 million.
        assert verdict(page) == "differs by 110,000"
        page.wait_for_url(re.compile("persons_per_transfer=0.6"))
        shared = page.url
        lever_text = page.locator("#approaches [data-lever]").first.inner_text()
        assert "1 gives at most 1.751 million" in lever_text
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.reload()
        assert (verdict(page), page.url) == ("differs by 110,000", shared)
        assert errors == []


@pytest.mark.parametrize("name", ["index", "numbers", "04_at_risk_2021"])
def test_a_page_of_the_report_fits_a_phone(run, name):
    address = (run.folder / "report" / f"{name}.html").as_uri()
    with opened(address, 390) as (page, errors):
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert errors == []
