"""One setting has one answer: the same number with the same remarks, or the same refusal, by every route.

By hand, with B = 3,170,000 / 1.105 = 2,868,778.281, the base of 2019, and N = 3,170,000 - B = 301,221.7195, the rest.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

from analysis.core.model import ModelError, assignments
from analysis.study import Study

BASE = 3_170_000 / 1.105
ADDED = 3_170_000 - BASE

MORE_2019 = "more than were transferred in 2019"
MORE_2021 = "more than were transferred in 2021"
CENSUS = "more than the rural persons of the 2020 census"


class Row(NamedTuple):
    """answer: a number, or a part of the refusal. remarks: a part of each, in order."""

    quantity: str
    setting: str
    answer: float | str
    side: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def given(self) -> dict[str, str]:
        return assignments(filter(None, self.setting.split("; ")))


ROWS = [
    Row("net_new_persons", "", ADDED),
    Row("at_risk_2021", "", 1_600_000 + ADDED, "at most"),
    Row("net_new_persons", "persons_per_transfer=0.8", 0.8 * ADDED),
    Row("at_risk_2021", "at_risk_share_of_new=0.62", 1_600_000 + 0.62 * ADDED, "at most"),
    Row("net_new_persons", "persons_per_transfer=implied", 2_590_000 * 0.105),
    Row("at_risk_2019", "at_risk_2019=southern", 1_650_000 * 0.95, "at most"),
    Row("at_risk_2021", "at_risk_2019=composition", 1_567_500 + 940_000 * 0.50 + ADDED, "at most"),
    # A number that a user sets has no side of its own.
    Row("at_risk_total", "former_detainees=300000", 1_600_000 + ADDED + 300_000, "at most"),
    Row("at_risk_total", "", "no single value: former_detainees is given in words only"),
    Row("excess_over_plan_2016_2020", "planned_transfers_2016_2020=2700000", 2.87 / 2.70 - 1),
    # At or beyond a limit or a remark. 1.6 million + 0.55 N, and persons in 2021 are 0.55 x 3,170,000 = 1,743,500.
    Row("at_risk_2021", "persons_per_transfer=0.55", 1_600_000 + 0.55 * ADDED, "at most", (f"22,000 {MORE_2021}",)),
    # The remark begins below 1.6 million / B = 0.557729.
    Row("at_risk_2021", "persons_per_transfer=0.558", 1_600_000 + 0.558 * ADDED, "at most"),
    Row("net_new_persons", "persons_per_transfer_drift=1.05", "persons_per_transfer_2021 would be 1.05, outside"),
    Row("transfers_2019", "persons_per_transfer_drift=1.05", BASE),
    # 0.95 x 1.05 = 0.9975
    Row("net_new_persons", "persons_per_transfer=0.95; persons_per_transfer_drift=1.05",
        3_170_000 * 0.9975 - 0.95 * BASE),
    # Exactly at the limit, which is allowed.
    Row("net_new_persons", "persons_per_transfer=0.9; persons_per_transfer_2021=1", 3_170_000 - 0.9 * BASE),
    # Persons in 2021 are 951,000, and 1,690,367 - 951,000 = 739,367.
    Row("at_risk_2021", "persons_per_transfer=0.3", 1_600_000 + 0.3 * ADDED, "at most",
        (f"739,000 {MORE_2021}", "persons_per_transfer is varied from 0.36 to 1, and set to 0.3")),
    # 1,600,000 / (2,590,000 x 0.55) = 1.1232
    Row("at_risk_2021", "total_2019=transfers; persons_per_transfer=0.55; at_risk_share_of_new=as_in_2019",
        "at_risk_share_of_new would be 1.1232, outside"),
    Row("net_new_persons", "persons_per_transfer=0.55", 0.55 * ADDED),
    Row("at_risk_2019", "at_risk_2019=southern; labourers_south_2019=2600000",
        "labourers_south_2019 would be 2,600,000, and it is at most labourers_2019, 2,590,000"),
    # 2,000,000 - (1,600,000 + 3,011,500 - 2,590,000)
    Row("former_detainees",
        "former_detainees=from_low_end; persons_per_transfer=implied; persons_per_transfer_2021=0.95",
        "former_detainees would be -21,500, outside"),
    Row("at_risk_2021", "persons_per_transfer=implied; persons_per_transfer_2021=0.95",
        1_600_000 + 3_170_000 * 0.95 - 2_590_000, "at most"),
    Row("rural_persons", "", 12_000_000 * 3.5, "", (f"30.761 million {CENSUS}",)),
    # Further ones.
    Row("net_new_persons", "persons_per_transfer=1.01", "1.01 lies outside its allowed range, 0.05 to 1"),
    Row("net_new_persons", "persons_per_transfer=0.36", 0.36 * ADDED),
    Row("net_new_persons", "persons_per_transfer=0.35", 0.35 * ADDED, "", ("varied from 0.36 to 1, and set to 0.35",)),
    Row("at_risk_total", "former_detainees=1000000", 2_600_000 + ADDED, "at most",
        ("former_detainees is varied from 300,000 to 900,000, and set to 1,000,000",)),
    Row("at_risk_total", "former_detainees=900000", 2_500_000 + ADDED, "at most"),
    Row("at_risk_total", "former_detainees=400000; overlap=0.25", 1_900_000 + ADDED, "at most"),
    Row("at_risk_2019", "at_risk_2019=2700000", 2_700_000, "",
        ("110,000 more than the rural surplus labourers of 2019",)),
    # Persons in 2019 are 0.55 B = 1,577,828: the same difference as in 2021, as all who were added are at risk.
    Row("at_risk_2019", "persons_per_transfer=0.55", 1_600_000, "at most", (f"22,000 {MORE_2019}",)),
    # 1,765,371 - 0.549 x 3,170,000 = 25,041
    Row("at_risk_2021", "persons_per_transfer=0.549", 1_600_000 + 0.549 * ADDED, "at most", (f"25,000 {MORE_2021}",)),
    # Below 1,743,500; the share is varied from 0.62.
    Row("at_risk_2021", "persons_per_transfer=0.55; at_risk_share_of_new=0", 1_600_000, "at most",
        ("at_risk_share_of_new is varied from 0.62 to 1, and set to 0",)),
    Row("rural_persons", "rural_persons=persons", 12_000_000, "", (f"761,000 {CENSUS}",)),
    Row("at_risk_2021", "transfers_2021=3174000; transfers_2019=2860000", 1_600_000 + 314_000, "at most"),
    # 0.95 x 1.06 = 1.007
    Row("net_new_persons", "persons_per_transfer=0.95; persons_per_transfer_drift=1.06",
        "persons_per_transfer_2021 would be 1.007, outside"),
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    value: float | None = None
    side: str = ""
    remarks: tuple[str, ...] = ()
    refusal: str = ""


# Routes: the article's study, a quantity and a setting give an answer -------------------------------------------------
def _answer(study: Study, quantity: str) -> Answer:
    found = study[quantity]
    return Answer(found.value, found.side, found.remarks)


def _numbers(given: dict[str, str]) -> dict[str, str | float]:
    return {name: text if text[0].isalpha() else float(text) for name, text in given.items()}


def python(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    return _answer(article.change(**_numbers(given)), quantity)


def one_by_one(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    study = article
    for name, one in _numbers(given).items():
        study = study.change(**{name: one})
    return _answer(study, quantity)


def texts(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    return _answer(article.change(**given), quantity)


def with_units(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    units = {name: article.model.units[name].replace("dimensionless", "") for name in given}
    written = {name: one if one[0].isalpha() else f"{one} {units[name]}".strip() for name, one in given.items()}
    setting = article.model.change(written, with_units=True)
    return _answer(Study(article.model, setting), quantity)


# A further way to ask is one more function here.
ROUTES = [python, one_by_one, texts, with_units]


def asked(route, article: Study, row: Row) -> Answer:
    try:
        return route(article, row.quantity, row.given)
    except ModelError as error:
        return Answer(refusal=str(error))


@pytest.fixture(scope="module")
def article(model):
    return Study(model)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.quantity}, {row.setting}")
def test_one_setting_has_one_answer_by_every_route(article, row, route):
    found = asked(route, article, row)
    if isinstance(row.answer, str):
        assert row.answer in found.refusal
    else:
        assert found.value == pytest.approx(row.answer, rel=1e-9)
    assert (found.side, len(found.remarks)) == (row.side, len(row.remarks))
    assert all(part in remark for part, remark in zip(row.remarks, found.remarks, strict=True))
    assert found == asked(python, article, row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.quantity}, {row.setting}")
def test_arrays_hold_the_same_number_or_break_a_limit(article, row):
    numbers = _numbers(row.given)
    readings = {name: one for name, one in numbers.items() if isinstance(one, str)}
    plan = article.change(**readings).plan(row.quantity)
    values = plan.evaluate({name: np.array([one]) for name, one in numbers.items() if name not in readings})
    found = np.where(plan.within(values), values[row.quantity], np.nan)
    expected = np.nan if isinstance(row.answer, str) else row.answer
    assert found.item() == pytest.approx(expected, rel=1e-9, nan_ok=True)
