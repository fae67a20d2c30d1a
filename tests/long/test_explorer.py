"""The explorer's page agrees with the library at many settings and numbers. The test
takes half an hour.
"""

import random
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import analysis
from analysis.core.spell import exact, spell
from analysis.model import verdicts
from analysis.model.model import ModelError
from analysis.publish import explorer
from analysis.study import Study
from tests.browsing import Watched, chromium, needs_chromium
from tests.exploring import (
    ANSWERS,
    CHARTS,
    MOVES,
    answers_of,
    differences,
    random_settings,
    recomputes,
    spans_apart,
)
from tests.publish.test_report_browser import axe

pytestmark = [needs_chromium, pytest.mark.long]
SETTINGS, AT_ONCE, BY_HAND = 10_000, 500, 300

__all__ = ["axe"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("explorer")
    return explorer.write(folder, analysis.load().model).as_uri()


@pytest.fixture(scope="module")
def own_browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(own_browser: Browser, address: str) -> Page:
    found = own_browser.new_page()
    found.goto(address)
    return found


@pytest.fixture
def without_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "condition_of", lambda *given: "")


@pytest.mark.usefixtures("without_conditions")
def test_page_and_library_agree_at_10_000_settings(page: Page) -> None:
    wrong, refused, sums = {}, 0, set()
    for start in range(0, SETTINGS, AT_ONCE):
        # A model keeps each plan that it made.
        study = analysis.load()
        settings = random_settings(study, AT_ONCE, seed=100 + start)
        for pairs, found in zip(
            settings, page.evaluate(ANSWERS, settings), strict=True
        ):
            wanted = answers_of(study, pairs)
            refused += "refusal" in wanted
            if one := differences(found, wanted):
                wrong[str(pairs)] = one
            for key, text in found.get("texts", {}).items():
                if key.startswith("sum "):
                    sums.update(text.split("; "))
    assert wrong == {}
    assert [line for line in sums if not recomputes(line)] == []
    assert SETTINGS / 20 < refused < SETTINGS / 2


def test_levers_turn_where_verdicts_do_at_1_000_settings(page: Page) -> None:
    apart = []
    for start in range(0, 1_000, AT_ONCE):
        study = analysis.load()
        settings = random_settings(study, AT_ONCE, seed=start)
        for pairs, charts in zip(
            settings, page.evaluate(CHARTS, settings), strict=True
        ):
            for name, moved, spans in charts:
                setting = study.change(**dict(pairs)).setting
                apart += spans_apart(study.model, setting, name, moved, spans)
    assert apart == []


def take(page: Page, name: str, choice: str | float) -> bool:
    """Set a quantity by its own control under "More settings", if it is shown."""
    is_read = isinstance(choice, str)
    control = page.locator(f".setting [data-{'read' if is_read else 'set'}={name}]")
    if not control.count() or not control.is_visible():
        # There is nothing to choose among, or an assumption moves nothing.
        return False
    if is_read:
        control.select_option(str(choice))
        return True
    control.focus()
    if control.input_value() == repr(choice):
        # Typing what stands there already changes nothing.
        return False
    control.fill(repr(choice))
    control.press("Enter")
    return True


@pytest.mark.usefixtures("without_conditions")
def test_300_settings_through_the_real_controls(page: Page, address: str) -> None:
    study = analysis.load()
    wrong: dict[str, Any] = {}
    moved = 0
    for pairs in random_settings(study, 2 * BY_HAND, seed=9):
        page.goto("about:blank")
        page.goto(address)
        page.evaluate("$('more').open = true")
        taken: dict[str, str | float] = {}
        for name, choice in pairs:
            if not take(page, name, choice):
                continue
            try:
                study.change(**{**taken, name: choice})
                taken[name] = choice
            except ModelError:
                problem = page.locator(f".setting:has([data-set={name}]) .problem")
                assert problem.text_content() or name == "total_2019"
        found = page.evaluate("textsOf(state.setting)")
        texts = answers_of(study, list(taken.items()))["texts"]
        # The page lists changes in the order in which they were made at first.
        for said in (found, texts):
            said["differs"] = sorted(said["differs"].rstrip(".").split("; "))
        if one := differences(found, texts):
            wrong[str(pairs)] = one
        moved += bool(taken)
        if moved == BY_HAND:
            break
    assert (wrong, moved) == ({}, BY_HAND)


def test_numbers_are_spelled_alike_at_2_000_values(page: Page) -> None:
    chance, cases = random.Random(0), []
    units = ["person", "transfer", "labourer", "percent", "dimensionless"]
    for number in range(2_000):
        size = 10.0 ** chance.uniform(-4, 12)
        near = chance.choice([1e6, 2e6, 0.3, 0.1, 0.005]) * chance.uniform(0.99, 1.01)
        value = chance.choice([size, -size, round(size), near, chance.uniform(0, 2)])
        apart = [value * chance.choice([0.999, 1, 1.001, 1.00001])]
        cases.append([value, chance.choice(units), apart if number % 3 == 0 else []])
    found = page.evaluate(
        "(cases) => cases.map(([value, unit, apart]) =>"
        " [spell(value, unit, apart), exact(value, unit)])",
        cases,
    )
    wanted = [
        [spell(value, unit, apart), exact(value, unit)] for value, unit, apart in cases
    ]
    assert [
        (case, a, b) for case, a, b in zip(cases, found, wanted, strict=True) if a != b
    ] == []


def test_a_move_of_a_slider_is_drawn_within_8_milliseconds(page: Page) -> None:
    assert statistics.median(page.evaluate(MOVES)) <= 8


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    own_browser: Browser, address: str, axe: str, width: int, scheme: str
) -> None:
    watched = Watched(own_browser, width=width, height=844, scheme=scheme)
    for setting in ("", "#persons_per_transfer=0.3&at_risk_2019=composition"):
        page = watched.open(address + setting)
        page.evaluate("each('details', (node) => (node.open = true))")
        page.evaluate(axe)
        found = page.evaluate("axe.run({ preload: false })")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    watched.context.close()


def test_each_printed_command_gives_the_page_s_number(page: Page, address: str) -> None:
    study = analysis.load()
    for pairs in random_settings(study, 40, seed=4):
        try:
            changed: Study = study.change(**dict(pairs))
        except ModelError:
            continue
        page.goto("about:blank")
        path = Path("explorer.html")
        changes = explorer.address(path, study.model, changed.setting).partition("#")[2]
        page.goto(f"{address}#{changes}")
        command = page.evaluate("commandOf(state.setting)")
        assert command.startswith(("analysis explain ", "analysis verify"))
        options = dict(part.split("=", 1) for part in command.split(" --set ")[1:])
        assert study.change(**options).setting == changed.setting
