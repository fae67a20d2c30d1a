"""The explorer's page and the library at many settings and numbers: ten minutes."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

import analysis
from analysis.core.spell import spell
from analysis.model import verdicts
from analysis.publish import explorer
from tests.browsing import chromium, needs_chromium
from tests.exploring import ANSWERS, answers_of, differences, random_settings

pytestmark = [needs_chromium, pytest.mark.long]
SETTINGS, AT_ONCE = 10_000, 500


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium() as browser:
        found = browser.new_page()
        found.goto(
            explorer.write(
                tmp_path_factory.mktemp("explorer"), analysis.load().model
            ).as_uri()
        )
        yield found


def test_page_and_library_agree_at_10_000_settings(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "condition_of", lambda *given: "")
    wrong, refused = {}, 0
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
    assert wrong == {}
    assert SETTINGS / 20 < refused < SETTINGS / 2


def test_numbers_in_words_agree_at_1_000_values(page: Page) -> None:
    chance, cases = random.Random(0), []
    for number in range(1_000):
        size = 10.0 ** chance.uniform(-4, 19)
        value = chance.choice(
            [
                size,
                -size,
                round(size),
                chance.uniform(0, 2),
                chance.randrange(0, 4_000_000, 5),
                2.5e5,
            ]
        )
        counted = chance.random() < 0.6
        unit = chance.choice(
            ["person", "transfer", "labourer"]
            if counted
            else ["dimensionless", "person/transfer"]
        )
        percent = None if counted else chance.choice([None, 0, 1, 2])
        beside = (
            [value * chance.choice([0.999, 1, 1.001, 1.00001])]
            if number % 3 == 0
            else []
        )
        cases.append([value, unit, 10.0 ** chance.randint(0, 6), percent, beside])
    found = page.evaluate(
        "(cases) => cases.map(([value, unit, place, percent, beside]) =>"
        " inWords(value, unit, place, { percent, beside }))",
        cases,
    )
    wanted = [
        spell(value, unit, place, percent=percent, beside=beside)
        for value, unit, place, percent, beside in cases
    ]
    assert [
        (case, a, b) for case, a, b in zip(cases, found, wanted, strict=True) if a != b
    ] == []
