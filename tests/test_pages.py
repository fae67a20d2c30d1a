"""The pages in a browser."""

import re

import pytest

from tests.browser import axe, launched, needs_chromium, visited

pytestmark = needs_chromium
PAGES = ("index", "numbers", "method", "notebooks/04_at_risk_2021")


@pytest.fixture(scope="module")
def opened(run):
    """A function that opens a page of a run, at some width and with other options."""
    with launched() as browser:

        def visit(link="", *size, name="index", **options):
            address = (run.folder / f"{name}.html").as_uri()
            return visited(browser, f"{address}{link}", *size, **options)

        yield visit


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return axe(tmp_path_factory.mktemp("axe"))


def verdict(page, number=5):
    return page.locator(f"#claim-{number} .chip").inner_text().split(",")[0]


def typed(page, name, text):
    """Type a number, and return the message beside its field."""
    field = page.locator(f"#{name}")
    field.evaluate("node => node.closest('details')?.setAttribute('open', '')")
    field.fill(text)
    field.press("Enter")
    return page.locator(f"#{name}-error").inner_text()


def problem(page):
    return page.locator("#problem").inner_text()


def test_levers_move_the_sum_the_picture_and_the_address(opened):
    with opened("", 390) as page:
        assert verdict(page) == "matches"
        assert typed(page, "at_risk_share_of_new", "0.5") == ""
        # 1.6 million + 301,000 x 0.5 = 1.751 million, and 1.8 million is approaching.
        assert verdict(page) == "matches within rounding"
        page.locator("[data-slide=persons_per_transfer]").fill("0.6")
        # 301,000 x 0.6 x 0.5 = 90,367, so it is 109,633 below 1.8 million.
        assert verdict(page) == "differs"
        bar = page.locator(".picture .added").first
        assert float(bar.get_attribute("width")[:-1]) == pytest.approx(
            90_367 / 3e4, 1e-4
        )
        # By rounding, 1.69 million may be 1.74 million.
        page.locator("[data-slide=approaching_from]").fill("1700000")
        assert verdict(page) == "matches within rounding"
        page.wait_for_url(re.compile("approaching_from=1700000"))
        # 1.6 + 0.09 = 1.69 million: up to it the sum matches, up to 1.742 by rounding.
        turns = re.compile(r"within rounding: 1.69\d* to 1.74\d* million")
        parts = page.locator("[data-lever=approaching_from] .parts")
        parts.filter(has_text=turns).wait_for()
        shared = page.url
        page.reload()
        assert (verdict(page), page.url) == ("matches within rounding", shared)


def test_an_address_is_one_setting_whatever_its_order(opened):
    pair = "at_risk_2019=southern", "minority_share_south=0.9"
    sums = []
    with opened() as page:
        for parts in (pair, pair[::-1]):
            moved(page, "&".join(parts))
            sums.append(page.locator("#claim-5 [data-sum]").inner_text())
            assert problem(page) == ""
            moved(page, "")
    # 1.65 million x 0.9 = 1.485 million, and 301,222 were added.
    assert sums[0] == sums[1]
    assert "1.786 million" in sums[0]


def moved(page, link):
    """Go to an address on the page that is open."""
    page.evaluate("link => { history.replaceState({}, '', `#${link}`); start() }", link)


NO_SETTINGS = ["nonsense=1", "toString=1", "constructor=set", "__proto__=1"]
NO_SETTINGS += [f"at_risk_2019={name}" for name in ("toString", "__proto__")]
NO_SETTINGS += ["persons_per_transfer=0.5", "persons_per_transfer=0.9&overlap=7"]
NO_SETTINGS += ["minority_share_south=0.9", "persons_per_transfer="]
NO_SETTINGS += ["persons_per_transfer=0.9&persons_per_transfer=0.8"]


def test_an_address_that_is_no_setting_is_refused_in_a_sentence(opened):
    with opened(f"#{NO_SETTINGS[0]}") as page:
        for link in NO_SETTINGS:
            assert len(problem(page).split()) > 3
            moved(page, "persons_per_transfer=0.6")
            assert problem(page) == ""
            moved(page, link)
            assert verdict(page) == "matches"
            assert page.locator("#persons_per_transfer").input_value() == "1"


def test_a_place_on_the_page_keeps_the_setting(opened):
    with opened("#persons_per_transfer=0.6") as page:
        page.evaluate("location.hash = 'claim-5'")
        for ending in ("claim-5", "=0.6"):
            page.wait_for_url(re.compile(f"{ending}$"))
        assert verdict(page) == "matches within rounding"
        page.reload()
        assert verdict(page) == "matches within rounding"
        page.go_back()
        assert verdict(page) == "matches within rounding"


def test_a_link_replaces_what_was_set_a_moment_before(opened):
    with opened() as page:
        typed(page, "overlap", "0.5")
        page.evaluate("location.hash = 'at_risk_2019=southern'")
        page.wait_for_timeout(400)
        assert page.locator("#overlap").input_value() == "0"
        assert page.url.endswith("#at_risk_2019=southern")
        typed(page, "overlap", "0.5")
        page.wait_for_url(re.compile("overlap=0.5"))
        assert "at_risk_2019=southern" in page.url


#: What is typed into a field, and what it then shows; where nothing is, it is refused.
TYPED = {
    ("at_risk_2019", "1.5"): "1.5 million",
    ("at_risk_2019", "1,500,000"): "1.5 million",
    ("at_risk_share_of_new", "60%"): "0.6",
    ("at_risk_share_of_new", "0,6"): "0.6",
    ("growth_2019_2021", "11"): "11.0 percent",
    ("former_detainees", "450 000"): "",
    ("persons_per_transfer", "1.2"): "",
    ("at_risk_2019", "50%"): "",
    ("persons_per_transfer", ""): "",
    ("transfers_2021", "three"): "",
    ("growth_2019_2021", "0.105"): "",
    ("labourers_2019", "2.5e9"): "",
}


def test_a_field_takes_a_number_or_says_why_not(opened):
    with opened() as page:
        for (name, text), shown in TYPED.items():
            moved(page, "")
            message = typed(page, name, text)
            field = page.locator(f"#{name}")
            assert bool(message) != bool(shown), (name, text)
            assert shown in ("", field.input_value())
            assert "_" not in message
            assert shown or f"{name}=" not in page.url
            is_refused = field.get_attribute("aria-invalid") == "true"
            assert is_refused == bool(message)


def test_no_lever_goes_past_a_limit(opened):
    with opened() as page:
        typed(page, "at_risk_2019", "1.7 million")
        # 1.7 million ÷ 2.869 million transfers = 0.593, and a step is 0.005.
        page.locator("[data-slide=persons_per_transfer][min='0.595']").wait_for()
        assert "1.7 million" in typed(page, "persons_per_transfer", "0.58")
        assert typed(page, "persons_per_transfer", "0.595") == ""


def test_a_lever_ends_where_the_ratio_in_2021_would_pass_one(opened):
    with opened() as page:
        for ratio, end in (1, 1), (0.97, 1.03), (0.9, 1.05):
            moved(page, f"persons_per_transfer={ratio}")
            lever = page.locator("[data-slide=persons_per_transfer_drift]")
            assert float(lever.get_attribute("max")) == pytest.approx(end)
            lever.fill(str(end))
            assert page.locator("#persons_per_transfer_drift-error").inner_text() == ""


def test_a_number_beyond_a_lever_is_seen_to_lie_beyond(opened):
    with opened("#at_risk_share_of_new=0.4") as page:
        lever = page.locator("[data-lever=at_risk_share_of_new]")
        assert "beyond" in lever.locator("[type=range]").get_attribute("aria-valuetext")
        # By rounding, 1.65 million and 303,000 added: 150,000 ÷ 303,000 is 0.495.
        assert "differs: at most 0.495" in lever.inner_text()


def test_what_is_the_articles_own_says_so_beside_other_numbers(opened):
    with opened("#persons_per_transfer=0.8", 390) as page:
        assert "persons per transfer = 0.8" in page.locator(".whose").inner_text()
        # The note says whose it is, and the way back stands beside the verdicts.
        own = "getComputedStyle(document.querySelector('.own'), '::before').content"
        assert "own numbers" in page.evaluate(own)
        page.locator(".whose a").click()
        page.wait_for_url(re.compile("#$"))
        assert page.evaluate(own) == "none"
        assert not page.locator(".theirs:visible").count()


SETTINGS = [
    {},
    {"former_detainees": 450_000, "overlap": 0.333},
    {"net_new_transfers": 250_000},
    {"growth_2019_2021": -0.2, "former_detainees": 450_000},
    {"transfers_per_labourer": 1.2},
]


def test_a_card_shows_the_sum_as_the_library_does(opened, article):
    with opened() as page:
        for setting in SETTINGS:
            working = article.change(**setting).headlines()["working"]
            moved(page, "&".join(f"{name}={value}" for name, value in setting.items()))
            for place in (1, 2, 5, 6):
                shown = page.locator(f"#claim-{place} [data-sum]").text_content()
                assert shown == re.split(" = |\n", working[place - 1])[-1]


def test_levers_are_moved_by_keys_and_say_their_value_in_words(opened):
    with opened() as page:
        lever = page.locator("[data-slide=approaching_from]")
        lever.focus()
        page.keyboard.press("ArrowRight")
        assert lever.get_attribute("aria-valuetext") == "1.81 million"
        names = page.evaluate(
            "[...document.querySelectorAll('input, button')].map(node =>"
            " node.ariaLabel ?? node.labels?.[0]?.textContent ?? node.textContent)"
        )
        assert len({*names}) == len(names)


def test_the_summary_stays_and_takes_a_fifth_of_a_phone_at_most(opened):
    for size in (100, 200):
        with opened("", 390, 844) as page:
            page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
            page.locator("[data-slide=overlap]").scroll_into_view_if_needed()
            box = page.locator("#brief").bounding_box()
            assert box["y"] == pytest.approx(0, abs=1)
            assert box["height"] <= 844 / 5
            assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_nothing_moves_under_a_finger(opened):
    with opened("", 390, 844) as page:
        lever = page.locator("[data-slide=persons_per_transfer_drift]")
        lever.scroll_into_view_if_needed()
        places = []
        for value in ("1", "0.955", "0.97", "0.99"):
            lever.fill(value)
            page.wait_for_timeout(150)
            places.append(lever.bounding_box()["y"])
        assert max(places) - min(places) < 1


def test_bands_are_the_same_with_a_script_and_without(opened):
    ends = "node => ['x', 'width'].map(at => parseFloat(node.getAttribute(at)))"
    ends = f"nodes => nodes.flatMap({ends})"
    seen = []
    for has_script in (True, False):
        with opened(java_script_enabled=has_script) as page:
            page.wait_for_timeout(300)
            assert page.locator(".notice").is_visible() != has_script
            enabled = page.locator("input:enabled, button:enabled").count()
            assert bool(enabled) == has_script
            assert page.locator(".chart").is_visible() == has_script
            texts = page.locator(".parts, .holds, .sum").all_inner_texts()
            texts += page.locator(".chip").all_text_contents()
            seen.append((texts, page.eval_on_selector_all(".track rect", ends)))
    (texts, live), (same_texts, still) = seen
    assert texts == same_texts
    assert live == pytest.approx(still, abs=0.02)
    assert len(live) > 28


def test_print_has_what_a_reader_needs_and_no_buttons(opened):
    with opened() as page:
        page.emulate_media(media="print")
        assert not page.locator("#undo").is_visible()
        assert not page.locator(".track").first.is_visible()
        assert page.locator("#persons_per_transfer").is_visible()
        assert page.locator("#claim-5 blockquote").is_visible()
        assert page.locator("#claim-5 .chip").is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_the_narrowest_phone(opened, name):
    with opened("", 320, name=name) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("index", 390, "light"),
        ("index", 1280, "dark"),
        ("numbers", 390, "dark"),
        ("notebooks/04_at_risk_2021", 390, "light"),
    ],
)
def test_axe_finds_nothing(opened, rules, name, width, scheme):
    options = {"name": name, "color_scheme": scheme, "bypass_csp": True}
    with opened("", width, **options) as page:
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.evaluate(rules)
        assert page.evaluate("axe.run().then(result => result.violations)") == []
