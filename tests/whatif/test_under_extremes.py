"""Solutions, break-evens, ranges and conditions of what is inside a minimum or maximum.

By hand: 1,200 households of x villagers who came fill the seats, of which there are
6,000, at x = 5. At 4 villagers, 4,800 came.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.model.model import Model
from analysis.model.solutions import solution
from analysis.model.verdicts import judge
from analysis.whatif.break_even import break_even, statement_of
from analysis.whatif.sensitivity import tornado
from tests.small import assumption, check, claim, formula, small_model, solve

CAME = "came(households, villagers, seats) = minimum(households * villagers, seats)"
#: At least 2,000 came, whatever their households; and a tenth came twice.
NESTED = (
    "came(households, villagers, seats, least, twice) = "
    "maximum(least, minimum(households * villagers, seats)) / (1 - twice)"
)


def model_of(text: str, printed: str = "5000") -> Model:
    return small_model(
        formula(text),
        claims=[
            claim("printed_households", "1200", rounding_unit="100"),
            claim(
                "printed_came",
                printed,
                quantity="came",
                input=False,
                role="result",
                rounding_unit="1000",
            ),
        ],
        assumptions=[
            assumption("villagers", 4, minimum=1, maximum=10),
            assumption("seats", 6000, maximum=20_000),
            *(
                [assumption("least", 2000, maximum=9000), assumption("twice", 0.1)]
                if text == NESTED
                else []
            ),
        ],
        checks=[check("all_came", "came", "printed_came")],
    )


@pytest.mark.parametrize(
    ("name", "goal", "expected"),
    [
        ("villagers", 4000, 4000 / 1200),
        ("villagers", 6000, 5),
        ("villagers", 7000, None),
        ("seats", 4000, 4000),
        ("seats", 4800, 4800),
        ("seats", 5000, None),
    ],
)
def test_an_assumption_inside_a_minimum_is_solved_for(
    name: str, goal: float, expected: float | None
) -> None:
    model = model_of(CAME)
    found = solution(model, solve("came", name, goal=goal))
    assert found.value == (None if expected is None else pytest.approx(expected))
    assert (found.status == "impossible") == (expected is None)


@pytest.mark.parametrize(
    ("statement", "villagers", "seats"),
    [
        ("came >= 4000", [(4000 / 1200, 10)], [(4000, 20_000)]),
        ("came > 4000", [(4000 / 1200, 10)], [(4000, 20_000)]),
        ("came >= 6000", [(5, 10)], []),
        ("came < 6000", [(1, 5)], [(0, 20_000)]),
        ("came <= 6000", [(1, 10)], [(0, 20_000)]),
        ("came = 6000", [(5, 10)], []),
        ("came = 4800", [(4, 4)], [(4800, 20_000)]),
    ],
)
def test_a_statement_on_a_minimum_holds_over_the_right_spans(
    statement: str, villagers: Any, seats: Any
) -> None:
    model = model_of(CAME)
    rows = break_even(model, statement_of(model, statement)).break_evens
    assert {row.assumption: [*row.holds] for row in rows} == {
        "villagers": [pytest.approx(span) for span in villagers],
        "seats": [pytest.approx(span) for span in seats],
    }


def test_a_condition_and_a_range_name_what_is_inside_a_minimum() -> None:
    model = model_of(CAME)
    outcome = judge(model, model.register.checks["all_came"])
    # 4,500 to 5,500 match: 3.75 to 4.58333 villagers, or 4,500 seats or more.
    assert outcome.verdict == "matches"
    assert outcome.condition == "villagers 3.75 to 4.58333; seats 4500 to 20000"
    bars = {bar.moved: (bar.at_low, bar.at_high) for bar in tornado(model, "came")}
    assert bars == {"villagers": (1200, 6000), "seats": (0, 4800)}


def test_a_verdict_by_rounding_ends_where_a_bound_meets_the_seats() -> None:
    model = model_of(CAME, "6000")
    # 5,500 to 6,500 match. With 1,250 households that begins at 4.4 villagers, and
    # with 1,200 at 4.58333; no more villagers than the seats hold come.
    (by_value, by_rounding) = (
        break_even(model, statement_of(model, f"all_came {verdict}")).break_evens
        for verdict in ("matches", "matches within rounding")
    )
    assert by_value[0].holds == (pytest.approx((5500 / 1200, 10)),)
    assert by_rounding[0].holds == (pytest.approx((4.4, 5500 / 1200)),)


@given(
    name=st.sampled_from(["villagers", "seats", "least", "twice"]),
    share=st.floats(0.001, 0.999),
    number=st.integers(500, 12_000),
)
def test_spans_inside_nested_extremes_agree_with_values(
    name: str, share: float, number: int
) -> None:
    model = model_of(NESTED)
    row = model.register.assumptions[name]
    here = row.minimum + share * (row.maximum - row.minimum)
    values = {"villagers": 4, "seats": 6000, "least": 2000, "twice": 0.1, name: here}
    came = max(values["least"], min(1200 * values["villagers"], values["seats"]))
    came /= 1 - values["twice"]
    statement = statement_of(model, f"came >= {number}")
    rows = break_even(model, statement).break_evens
    spans = {row.assumption: row.holds for row in rows}[name]
    is_held = any(low <= here <= high for low, high in spans)
    if abs(came - number) > 1e-6:
        assert is_held == (came >= number)
    verdict = judge(model, model.register.checks["all_came"]).verdict
    moved = model.setting({name: here})
    condition = judge(model, model.register.checks["all_came"], moved).verdict
    judged = statement_of(model, f"all_came {verdict}")
    rows = break_even(model, judged).break_evens
    spans = {row.assumption: row.holds for row in rows}[name]
    edges = [edge for span in spans for edge in span]
    if all(abs(edge - here) > 1e-9 * row.maximum for edge in edges):
        is_held = any(low <= here <= high for low, high in spans)
        assert is_held == (condition == verdict)
