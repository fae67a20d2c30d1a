"""The pages in a browser."""

import re
from urllib.parse import parse_qsl

import numpy as np
import pytest

from analysis import SettingError
from analysis.tables import amount
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
    return page.locator(f"#claim-{number} .chip").inner_text()


def typed(page, name, text):
    """Type a number, and return the message beside its field."""
    field = page.locator(f"#{name}")
    field.evaluate("node => node.closest('details')?.setAttribute('open', '')")
    field.fill(text)
    field.press("Enter")
    return page.locator(f"#{name}-error").inner_text()


def test_a_link_to_a_row_opens_its_part(opened):
    names = "at_risk_2021_sum", "figure_2019_all", "report_2021", "ratio_implied"
    for name in (*names, "jamestown-2021-03", "record_of_2021"):
        with opened(f"#{name}", name="numbers") as page:
            place = page.locator(f"#{name}")
            assert place.is_visible()
            assert place.evaluate("node => node.getBoundingClientRect().top") < 900


def test_levers_move_the_sum_the_picture_and_the_address(opened):
    with opened("", 390) as page:
        assert verdict(page) == "matches"
        cited = page.locator("#plain")
        assert "#" not in cited.inner_text()
        page.locator("[data-slide=persons_per_transfer]").fill("0.6")
        # 1.6 million + 300,000 × 0.6 = 1.78 million, and 1.8 million is approaching.
        assert verdict(page) == "matches within rounding"
        # 2/3 and, with rounding, 1.8 ÷ (2.874604 + 0.305) = 0.566108.
        said = page.locator("[data-lever=persons_per_transfer] .parts").inner_text()
        assert re.findall(r"0\.\d+", said) == ["0.667", "0.567", "0.666", "0.566"]
        assert "#persons_per_transfer=0.6" in cited.inner_text()
        assert page.locator("[data-added]").first.inner_text() == "180,000"
        bar = page.locator(".bars .part1").first
        assert float(bar.get_attribute("width")[:-1]) == pytest.approx(180 / 27)
        assert typed(page, "at_risk_share_of_new", "0") == ""
        assert verdict(page) == "differs"
        page.wait_for_url(re.compile("persons_per_transfer=0.6&at_risk_share_of_new=0"))
        # 1.6 million is what would have to be approaching.
        turns = page.locator("[data-turns='5']")
        turns.filter(has_text="at most 1.6 million").wait_for()
        shared = page.url
        page.reload()
        assert (verdict(page), page.url) == ("differs", shared)
        page.locator("[data-slide=former_detainees]").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile("former_detainees=310000"))


def test_a_field_takes_a_number_or_says_why_not(opened):
    with opened() as page:
        for text, shown in ("1,500,000", "1.5 million"), ("1.7e6", "1.7 million"):
            # A number that is set has no words that leave room, and a note says so.
            assert '"up to 1.6 million"' in typed(page, "at_risk_2019", text)
            assert page.locator("#at_risk_2019").input_value() == shown
            assert page.locator("[aria-invalid=true]").count() == 0
        assert typed(page, "at_risk_2019", "up to 1.6 million") == ""
        assert "at_risk_2019" not in page.url
        typed(page, "at_risk_2019", "1.7 million")
        # 1.7 million of 2.869 million transfers are 0.593 persons for each.
        for name, text in ("persons_per_transfer", "0.58"), ("at_risk_2019", "many"):
            assert typed(page, name, text)
            assert page.locator(f"#{name}").get_attribute("aria-invalid") == "true"
        assert typed(page, "persons_per_transfer", "0.595") == ""
        assert page.locator("[aria-invalid=true]").count() == 0
        # No lever goes past a limit.
        typed(page, "persons_per_transfer", "1")
        lever = page.locator("[data-slide=persons_per_transfer_drift]")
        lever.evaluate("node => node.closest('details').open = true")
        lever.fill("1.05")
        assert page.locator("#persons_per_transfer_drift-error").inner_text()
        page.wait_for_function("node => node.value === '1'", arg=lever.element_handle())


def test_each_chip_sets_what_it_says_and_back_leads_back(opened):
    def is_current(chip):
        page.wait_for_function(
            "node => node.ariaCurrent === 'true'", arg=chip.element_handle()
        )
        assert page.locator("[data-chip][aria-current=true]").count() == 1

    with opened() as page:
        chips = page.locator("[data-chip]").all()
        for chip in [*chips[1:], chips[0], chips[1]]:
            chip.click()
            is_current(chip)
            assert page.locator("#problem").inner_text() == ""
        assert page.locator("#persons_per_transfer").input_value() == "0.5"
        assert verdict(page) == "differs"
        page.go_back()
        is_current(chips[0])
        assert verdict(page) == "matches"


WRONG = ("nonsense", "toString", "__proto__", "overlap")


def test_an_address_keeps_what_can_be_set_and_names_the_rest(opened, article):
    wrong = "&".join(f"{name}=7" for name in WRONG)
    with opened(f"#{wrong}&persons_per_transfer=0.6") as page:
        problem = page.locator("#problem")
        assert problem.bounding_box()["y"] < 300
        for name in (*WRONG[:3], article.book.labels["overlap"]):
            assert name in problem.inner_text()
        assert page.locator("#persons_per_transfer").input_value() == "0.6"
        page.evaluate("location.hash = 'overlap=0.5'")
        page.wait_for_function("!document.querySelector('#problem').textContent")
        assert page.locator("#persons_per_transfer").input_value() == "1"
        assert page.locator("#overlap").input_value() == "50 percent"


def test_the_page_is_the_same_with_a_script_and_without(opened):
    ends = "node => ['x', 'width'].map(at => parseFloat(node.getAttribute(at)))"
    ends = f"nodes => nodes.flatMap({ends})"
    seen = []
    for has_script in (True, False):
        with opened(java_script_enabled=has_script) as page:
            page.wait_for_timeout(300)
            for part in (".notice", ".chips a"):
                is_seen = page.locator(part).first.is_visible()
                assert is_seen == (has_script != (part == ".notice"))
            assert bool(page.locator("input:enabled").count()) == has_script
            texts = page.locator("[data-value], .chip, .turns").all()
            texts = [" ".join(text.text_content().split()) for text in texts]
            seen.append((texts, page.eval_on_selector_all(".bars rect", ends)))
    (texts, live), (same_texts, still) = seen
    assert texts == same_texts
    assert live == pytest.approx(still, abs=0.02, nan_ok=True)


def test_on_a_phone_the_summary_stays_and_nothing_moves_under_a_finger(opened):
    with opened("", 390, 844) as page:
        page.locator("[data-lever=former_detainees]").scroll_into_view_if_needed()
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
        box = page.locator("#now").bounding_box()
        assert box["y"] == pytest.approx(0, abs=1)
        assert box["height"] <= 844 / 5
        lever = page.locator("[data-slide=persons_per_transfer]")
        lever.scroll_into_view_if_needed()
        places = []
        for value in ("1", "0.4", "0.6", "0.9"):
            lever.fill(value)
            page.wait_for_timeout(200)
            places.append(lever.bounding_box()["y"])
        assert max(places) - min(places) < 1


def test_print_has_what_a_reader_needs_and_no_buttons(opened):
    with opened() as page:
        page.emulate_media(media="print")
        assert page.locator("button:visible").count() == 0
        for part in ("figure", "#live", "#claim-5 .chip", "#claim-5 .turns"):
            assert page.locator(part).is_visible()


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


def test_the_sentence_is_changed_by_keyboard_alone_and_back(opened):
    with opened() as page:
        control = page.locator("#live [data-field=persons_per_transfer]")
        for _ in range(40):
            page.keyboard.press("Tab")
            if control.evaluate("node => node === document.activeElement"):
                break
        said = page.locator("#announced")
        assert said.inner_text() == ""
        for _ in range(50):
            page.keyboard.press("ArrowDown")
        # 1.434 million at most were at risk in 2019, and 150,000 were added.
        live = page.locator("#live")
        assert "up to 1.584 million" in live.inner_text()
        assert control.input_value() == "0.5"
        assert page.locator("[data-slide=persons_per_transfer]").input_value() == "0.5"
        assert said.inner_text() == ""
        page.keyboard.press("Tab")
        assert "0.5" in said.inner_text()
        assert "up to 1.584 million" in said.inner_text()
        assert page.url.endswith("#persons_per_transfer=0.5")
        quoted = page.locator("#cite-5").text_content()
        assert "0.5" in quoted
        assert "up to 1.584 million" in quoted
        page.keyboard.press("Shift+Tab")
        page.keyboard.type("0.05x")
        page.keyboard.press("Enter")
        assert page.locator("#live-error").inner_text()
        page.keyboard.press("Control+a")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        assert "up to 1.9 million" in live.inner_text()
        assert page.locator("#live-error").inner_text() == ""


#: Type settings into the sentence, and return what the page then says.
TYPE_EACH = """settings => settings.map(setting => {
  opened(""); draw();
  const refusals = Object.entries(setting).map(([name, value]) => {
    const control = document.querySelector(`#live [data-field=${name}]`);
    control.value = value;
    control.dispatchEvent(new Event("change", {bubbles: true}));
    return control.ariaInvalid === "true";
  });
  const text = (selector) => document.querySelector(selector).textContent;
  return {
    refused: refusals.includes(true),
    verdicts: [5, 6].map((number) => text(`#claim-${number} .chip`)),
    amount: text("#live [data-value]"),
    slider: Number(document.querySelector("[data-slide=at_risk_share_of_new]").value),
    address: location.hash,
    bars: [0, 1].map((part) => {
      const bar = document.querySelector(`.claim .bars .part${part}`);
      return parseFloat(bar.getAttribute("width"));
    }),
    place: Math.round(document.querySelector(".levers").getBoundingClientRect().y),
  };
})"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_sentence_agrees_with_the_library_and_nothing_moves(opened, article, width):
    rng = np.random.default_rng(90)
    names = ("persons_per_transfer", "at_risk_share_of_new", "former_detainees")
    settings = []
    for _ in range(300):
        chosen = rng.permutation(names)[: rng.integers(1, 4)]
        ends = {name: article.book.ranges[name] for name in chosen}
        settings.append({n: float(f"{rng.uniform(*ends[n]):.3g}") for n in chosen})
    with opened("", width) as page:
        found = page.evaluate(TYPE_EACH, settings)
    taken = 0
    for here, setting in zip(found, settings, strict=True):
        try:
            study = article.change(**setting)
            table = study.headlines().set_index("number")
        except SettingError:
            assert here["refused"], setting
            continue
        assert not here["refused"], setting
        taken += 1
        assert here["verdicts"] == list(table.verdict[[5, 6]]), setting
        case = study.case("at_risk_2021_sum")
        assert here["amount"] == amount(case, "at_risk_2021"), setting
        address = dict(parse_qsl(here["address"][1:]))
        assert {name: float(value) for name, value in address.items()} == setting
        if "at_risk_share_of_new" in setting:
            share = setting["at_risk_share_of_new"]
            assert here["slider"] == pytest.approx(share, abs=0.0051)
        before, after = float(study["at_risk_2019"]), float(study["at_risk_2021"])
        drawn = here["bars"][1] / here["bars"][0]
        assert drawn == pytest.approx((after - before) / before, abs=0.001)
    assert taken > 100
    places = [here["place"] for here in found]
    assert max(places) - min(places) <= 1


def test_a_link_to_a_place_in_a_fold_opens_it(opened):
    with opened("#cite-5") as page:
        assert page.locator("#cite-5").is_visible()
