"""Break-evens, compared with hand arithmetic and with a scan over values."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.core.errors import InputError
from analysis.model.model import ARTICLE, Model, Setting
from analysis.model.verdicts import judge
from analysis.study import Study
from analysis.whatif.break_even import BreakEven, BreakEvens, break_even, statement_of
from tests.small import assumption, formula, small_model
from tests.whatif.sums import BASE, IN_2021, IN_ALL, STEP

#: By assumption, all that moves the total.
ASSUMED = {
    "persons_per_transfer",
    "persons_per_transfer_drift",
    "at_risk_share_of_new",
    "former_detainees",
    "overlap",
}


def by_name(found: BreakEvens) -> dict[str, BreakEven]:
    return {one.assumption: one for one in found.break_evens}


def shipped(
    model: Model, name: str, setting: Setting = ARTICLE
) -> tuple[BreakEvens, dict[str, BreakEven]]:
    found = break_even(model, model.register.statements[name], setting)
    return found, by_name(found)


def is_like(one: BreakEven, roots: Any, holds: Any, everywhere: bool = False) -> None:
    assert one.roots == pytest.approx(tuple(roots), rel=1e-9, abs=1e-12)
    assert np.array(one.holds).ravel() == pytest.approx(
        np.array(holds).ravel(), rel=1e-9, abs=1e-12
    )
    assert one.everywhere == everywhere


def test_where_two_million_in_all_turns(model: Model, with_former: Setting) -> None:
    found, by = shipped(model, "two_million_in_all", with_former)
    assert (found.quantity, found.right, found.holds) == (
        "at_risk_total",
        2_000_000,
        True,
    )
    assert found.left == pytest.approx(IN_ALL)
    assert set(by) == ASSUMED
    # 2,000,000 = 1,600,000 + 301,221.72 + 98,778.28;
    # of all others 18,040,304 are the most.
    former = 400_000 - STEP
    is_like(by["former_detainees"], [former], [(former, 18_040_304)])
    # 350,000 (1 - o) = 98,778.28
    is_like(by["overlap"], [1 - former / 350_000], [(0, 1 - former / 350_000)])
    # 301,221.72 s = 50,000, and the same for the ratio
    is_like(by["at_risk_share_of_new"], [50_000 / STEP], [(50_000 / STEP, 1)])
    is_like(by["persons_per_transfer"], [50_000 / STEP], [(50_000 / STEP, 1)])
    # 3,170,000 d - 2,868,778.28 = 50,000
    drift = (50_000 + BASE) / 3_170_000
    is_like(by["persons_per_transfer_drift"], [drift], [(drift, 1)])
    assert (by["overlap"].value, by["former_detainees"].value) == (0, 350_000)


def test_more_than_fails_at_the_end_where_both_are_equal(model: Model) -> None:
    found, by = shipped(model, "more_than_in_2019")
    assert found.holds
    # With no share of those added the two are equal, and more is not as many.
    is_like(by["at_risk_share_of_new"], [0], [(0, 1)])
    is_like(by["persons_per_transfer_drift"], [1 / 1.105], [(1 / 1.105, 1)])
    none = model.setting({"at_risk_share_of_new": 0})
    assert not shipped(model, "more_than_in_2019", none)[0].holds
    found = break_even(
        model, statement_of(model, "at_risk_2021 >= at_risk_2019_up_to"), none
    )
    is_like(by_name(found)["at_risk_share_of_new"], [0], [(0, 1)], everywhere=True)


def test_both_sides_move_with_the_assumption(model: Model) -> None:
    found = break_even(model, statement_of(model, "at_risk_2021 <= persons_2021"))
    assert (found.left, found.right, found.holds) == (
        pytest.approx(IN_2021),
        3_170_000,
        True,
    )
    # 1.6 million + (3.17 - 3.17 / 1.105) r <= 3.17 r million,
    # from r = 1.6 / 2.8688 = 0.5577 on.
    least = 1_600_000 / BASE
    is_like(by_name(found)["persons_per_transfer"], [least], [(least, 1)])
    # A change moves both by as much: 1.6 million - 2.869 million is below 0,
    # as far as the limit.
    is_like(by_name(found)["persons_per_transfer_drift"], [], [(0.5, 1)])


def test_two_million_in_2021_by_a_change_of_the_ratio(model: Model) -> None:
    def by_the_change(ratio: float) -> BreakEven:
        setting = model.setting({"persons_per_transfer": ratio})
        _, by = shipped(model, "two_million_in_2021", setting)
        return by["persons_per_transfer_drift"]

    # 3,170,000 d - 2,868,778.28 = 400,000 at d = 1.0311603,
    # and the ratio of 2021 would be above one.
    is_like(by_the_change(1), [], [])
    # 2,853,000 d - 2,581,900.453 = 400,000 at d = 1.0451807, a ratio of 0.9406626;
    # the limit lies at 1 / 0.9.
    root = (400_000 + 0.9 * BASE) / (0.9 * 3_170_000)
    assert root == pytest.approx(1.0451807, abs=5e-8)
    is_like(by_the_change(0.9), [root], [(root, 1 / 0.9)])


def test_both_sides_are_computed_under_the_setting_but_not_a_row(model: Model) -> None:
    southern = model.setting({"at_risk_2019": "southern"})
    found = break_even(
        model, statement_of(model, "at_risk_2021 > at_risk_2019"), southern
    )
    assert (found.left, found.right) == pytest.approx((1_567_500 + STEP, 1_567_500))
    # An assumption of the right side alone moves it as well, and here both sides
    # by as much.
    is_like(by_name(found)["minority_share_south"], [], [(0, 1)], everywhere=True)
    found = break_even(
        model, statement_of(model, "at_risk_2021 > at_risk_2019_up_to"), southern
    )
    assert (found.left, found.right) == pytest.approx((1_567_500 + STEP, 1_600_000))


TWICE = ((0.65 - 0.3225**0.5) / 2, (0.65 + 0.3225**0.5) / 2)
CURVES = small_model(
    *map(
        formula,
        (
            "inverse(x) = 2 / (1 + x)",
            "steep(x) = 3 * x",
            "pole(x) = 1 / (1 - 3 * x)",
            "line(x) = 0.9 - x",
            "tangent(x) = 1 - x",
            "curve(x) = 0.25 / (x + 0.25) - 0",
        ),
    ),
    assumptions=[assumption("x", 0.3)],
)


@pytest.mark.parametrize(
    ("text", "roots", "holds"),
    [
        # 2 = 3 x + 3 x^2 at x = (-3 + sqrt(33)) / 6 = 0.457
        ("steep >= inverse", [(33**0.5 - 3) / 6], [((33**0.5 - 3) / 6, 1)]),
        ("steep < inverse", [(33**0.5 - 3) / 6], [(0, (33**0.5 - 3) / 6)]),
        # 3 x = 1 / (1 - 3 x) where 9 x^2 - 3 x + 1 is 0, which is nowhere;
        # past a third, 1 / (1 - 3 x) is below 0.
        ("steep > pole", [], [(1 / 3, 1)]),
        # 3 x reaches three at one, the largest that x can be.
        ("steep >= 3", [1], [(1, 1)]),
        ("steep > 3", [1], []),
        ("steep <= 0", [0], [(0, 0)]),
        ("steep = 1.5", [0.5], [(0.5, 0.5)]),
        ("steep == 0", [0], [(0, 0)]),
        ("steep >= 4", [], []),
        # 0.25 / (x + 0.25) = 0.9 - x: 0.25 = 0.225 + 0.65 x - x^2,
        # at x = (0.65 -+ sqrt(0.4225 - 0.1)) / 2.
        ("curve <= line", TWICE, [TWICE]),
        ("curve > line", TWICE, [(0, TWICE[0]), (TWICE[1], 1)]),
        # 0.25 = 0.25 + 0.75 x - x^2 at 0 and 0.75.
        ("curve < tangent", [0, 0.75], [(0, 0.75)]),
    ],
)
def test_where_a_statement_turns(
    text: str, roots: list[float], holds: list[tuple[float, float]]
) -> None:
    (found,) = break_even(CURVES, statement_of(CURVES, text)).break_evens
    is_like(found, roots, holds)


def parts(low: float) -> st.SearchStrategy[float]:
    """Numbers that are 0 or no smaller than any register has them."""
    return st.floats(low, 3).map(lambda number: round(number, 9))


@settings(max_examples=40)
@given(
    a=parts(-3), b=parts(-3), c=parts(0), sign=st.sampled_from([">=", ">", "<=", "<"])
)
def test_a_scan_finds_a_statement_to_hold_where_its_spans_say(
    a: float, b: float, c: float, sign: str
) -> None:
    sides = map(
        formula, ("left(x, a, b, c) = (a + b * x) / (1 + c * x)", "right(x) = 1.5 * x")
    )
    wide = {"minimum": -9, "maximum": 9}
    values = [
        assumption(name, value, **wide)  # type: ignore[arg-type]
        for name, value in (("a", a), ("b", b), ("c", c))
    ]
    made = small_model(*sides, assumptions=[assumption("x", 0.3), *values])
    found = by_name(break_even(made, statement_of(made, f"left {sign} right")))["x"]
    for x in np.linspace(0, 1, 41):
        above = (a + b * x) / (1 + c * x) - 1.5 * x
        if abs(above) > 1e-6:
            assert any(low <= x <= high for low, high in found.holds) == (
                (above > 0) == (sign in (">=", ">"))
            )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two_million_in_al", "is not a statement. Did you mean 'two_million_in_all'"),
        ("at_risk_total ! 3", "is not a statement"),
        ("zzz yyy", "is not a statement. Choose one of these: high_end_in_all"),
        ("at_risk_totl >= 3", "Did you mean 'at_risk_total'"),
        # A check with nearly this name takes a verdict and no sign.
        ("at_risk_2O21 >= 1", "is not a statement. Did you mean 'at_risk_2021'?"),
        ("at_risk_2O21=1", "is not a statement. Did you mean 'at_risk_2021'?"),
        ("at_risk_total >= at_risk_totl", "Did you mean 'at_risk_total'"),
        ("at_risk_total.nosuch >= 3", "at_risk_total has no reading 'nosuch'"),
        (
            "at_risk_total >= 3 million transfer",
            "'3 million transfer' is in the unit 'transfer', but the number must",
        ),
        ("overlap < at_risk_total", "at_risk_total is in person, not in dimensionless"),
        ("at_risk_total >= 3x", "is not a known unit"),
        ("at_risk_total >= at_risk_total_range", "so it is not one number"),
        ("at_risk_total >= 1e999", "is not a number"),
        (
            "at_risk_2021 >=",
            "is not a statement, as no number or quantity follows the sign",
        ),
        (
            "at_risk_2021>",
            "is not a statement, as no number or quantity follows the sign",
        ),
        ("at_risk_2021 >= 1.9", "Did you mean '1.9 million'?"),
    ],
)
def test_any_other_text_is_refused_in_one_sentence(
    model: Model, text: str, words: str
) -> None:
    with pytest.raises(InputError) as error:
        statement_of(model, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_limit_refuses_a_side_given_in_words(article: Study) -> None:
    # 1.05 persons per transfer in 2021 are past the limit of 1, whatever the number of
    # former detainees is.
    study = article.change(persons_per_transfer_drift=1.05)
    with pytest.raises(InputError, match=r"would be 1\.05, but must be"):
        study.break_even("at_risk_total >= 1 person")


def test_a_statement_may_name_a_number_that_no_setting_may_have(
    article: Study,
) -> None:
    # With half as many persons per transfer in 2021, 3.17 million transfers are
    # 1.585 million persons, 1.28 million fewer than in 2019. At r persons per transfer
    # in 2019, they are r times 1.28 million fewer.
    fewer = 3_170_000 / 1.105 - 1_585_000
    table = article.change(persons_per_transfer_drift=0.5).break_even(
        "net_new_persons <= -100000 person"
    )
    ((low, high),) = table.holds["persons_per_transfer"]
    assert (low, high) == pytest.approx((100_000 / fewer, 1))


# Words in place of a number -----------------------------------------------------------


@pytest.mark.parametrize(
    ("overlap", "turns"),
    [
        # 2,500,000 - 1,600,000 - 301,221.72 = 598,778.28
        (0, 598_778.28),
        # 598,778.28 / (1 - 0.3) = 855,397.54
        (0.3, 855_397.54),
    ],
)
def test_a_number_in_words_has_a_break_even_and_the_others_wait_for_it(
    model: Model, overlap: float, turns: float
) -> None:
    setting = model.setting({"overlap": overlap})
    text = "at_risk_total >= 2.5 million person"
    found = break_even(model, statement_of(model, text), setting)
    assert (found.left, found.right, found.holds) == (None, 2_500_000, None)
    rows = by_name(found)
    assert set(rows) == ASSUMED
    former = rows.pop("former_detainees")
    assert former.value is None
    assert former.roots == (pytest.approx(turns, abs=0.01),)
    ((low, high),) = former.holds
    assert (low, high) == (pytest.approx(turns, abs=0.01), 18_040_304)
    assert {row.waits_for for row in rows.values()} == {"former_detainees"}
    assert not any(row.holds or row.roots for row in rows.values())


def test_two_numbers_in_words_wait_for_each_other() -> None:
    words = {"floor": {"value": 0.1, "reason": "x"}, "ceiling": {"reason": "x"}}
    made = small_model(
        formula("total(a, b) = a + b"),
        assumptions=[assumption("a", 0.1, **words), assumption("b", 0.2, **words)],
    )
    setting = made.setting({"a": "in_words", "b": "in_words"})
    found = break_even(made, statement_of(made, "total >= 0.5"), setting)
    assert {row.assumption: row.waits_for for row in found.break_evens} == {
        "a": "b",
        "b": "a",
    }


# Verdicts -----------------------------------------------------------------------------


def test_a_statement_may_be_a_verdict(model: Model) -> None:
    found = break_even(model, statement_of(model, "at_risk_2021_sum matches"))
    assert (found.left, found.right, found.holds) == (
        pytest.approx(IN_2021),
        None,
        True,
    )
    rows = by_name(found)
    # At most a tenth below two million: 1.6 million and 301,221.72 s is 1.8 million.
    share = 200_000 / STEP
    is_like(rows["at_risk_share_of_new"], [], [(share, 1)])
    is_like(rows["persons_per_transfer"], [], [(share, 1)])
    # 1.6 million + 3.17 million d - 2,868,778.28 = 1.8 million; at most one person a
    # transfer in 2021.
    drift = (200_000 + BASE) / 3_170_000
    is_like(rows["persons_per_transfer_drift"], [], [(drift, 1)])


@pytest.mark.parametrize(
    "verdict", ["matches", "matches within rounding", "compatible"]
)
def test_a_verdict_is_given_where_its_spans_say(model: Model, verdict: str) -> None:
    check = model.register.checks["at_risk_2021_sum"]
    text = f"at_risk_2021_sum {verdict}"
    rows = by_name(break_even(model, statement_of(model, text)))
    for share in np.linspace(0.013, 0.987, 21).tolist():
        setting = model.setting({"at_risk_share_of_new": share})
        here = judge(model, check, setting).verdict == verdict.replace(" ", "_")
        spans = rows["at_risk_share_of_new"].holds
        assert any(low <= share <= high for low, high in spans) == here


def test_a_verdict_that_there_is_not_is_refused(model: Model) -> None:
    with pytest.raises(
        InputError, match=r"^'match' is not a verdict of at_risk_2021_su"
    ):
        statement_of(model, "at_risk_2021_sum match")


def test_a_study_gives_the_same_rows(model: Model) -> None:
    frame = Study(model).break_even("at_risk_total >= 2.5 million person")
    assert frame.loc["overlap", "waits_for"] == "former_detainees"
    assert frame.holds["former_detainees"][0][0] == pytest.approx(598_778.28, abs=0.01)
    assert frame.attrs["differs"] == "as in the article"


def test_break_evens_are_printed_in_columns_that_fit(model: Model) -> None:
    study = Study(model).change(former_detainees=400_000)
    frame = study.break_even("at_risk_total >= 2.5 million person")
    lines = str(frame).splitlines()
    assert lines[0].startswith("at_risk_total >= 2.5 million person: does not hold")
    (first,) = [line for line in lines if line.startswith("former_detainees")]
    # 2.5 million less 1.6 million, and less 3.17 million x (1 - 1 / 1.105).
    assert first.split() == ["former_detainees", "400,000", "598,778", "or", "more"]
    assert "holds for" in frame.to_latex()
    assert "598,778 or more" in frame._repr_html_()
    waiting = str(Study(model).break_even("at_risk_total >= 2.5 million person"))
    assert max(map(len, waiting.splitlines()[:-1])) <= 80


def test_a_statement_that_nothing_moves_says_so(model: Model) -> None:
    frame = Study(model).break_even("transfers_2021 >= 3 million transfer")
    assert frame.empty
    assert "no assumption has an effect on the statement" in str(frame)
