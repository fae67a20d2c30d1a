"""The smallest and largest value over a box of intervals: its ends, its borders and its inside, by hand."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analysis.core.model import Model, OutOfBounds
from analysis.core.published import TIE, Interval
from tests.small import assumption, claim, small_model

#: x and y are printed as 1 to the nearest 1: from 0.5 to 1.5 each.
UNIT = {"rounding_unit": "1"}


def made(*formulas: Callable[..., Any], names: str = "x", **how: Any) -> Model:
    return small_model(*formulas, claims=[claim(f"printed_{name}", "1", **UNIT) for name in names], **how)


def named(name: str, formula: Callable[..., Any]) -> Callable[..., Any]:
    formula.__name__ = name
    return formula


def ends(found: Any) -> tuple[float, float]:
    assert found.low.shape == found.high.shape == (1,)
    return float(found.low[0]), float(found.high[0])


def product(x: Any, y: Any) -> Any:
    return x * y


def with_share(
    least: float, most: float, share: Callable[..., Any], target: Callable[..., Any], names: str = "x"
) -> Any:
    """The plan of a target beside a derived share that has a meaning from least to most, and its model."""
    share.__name__, target.__name__ = "share__derived", "target"
    model = made(
        share, target, names=names, assumptions=[assumption("share", most, minimum=least, maximum=most)],
        defaults={"share": "derived"},
    )  # fmt: skip
    return model, model.plan("target")


# What moves, and what stays -------------------------------------------------------------------------------------------


def test_leaves_move_over_what_they_stand_for_or_over_the_ranges_given_or_stay() -> None:
    # x is 4, from 3.5 to 4.5; y is chosen as 2
    model = small_model(product, claims=[claim("printed_x", "4")], assumptions=[assumption("y", 2, maximum=3)])
    plan = model.plan("product")
    assert ends(model.bounds(plan)) == (7, 9)
    assert ends(model.bounds(plan, rounding=False)) == (8, 8)
    assert ends(model.bounds(plan, ranges={"y": Interval(1, 3)})) == (3.5, 13.5)
    assert ends(model.bounds(plan, ranges={"y": Interval(1, 3)}, rounding=False)) == (4, 12)
    assert ends(model.bounds(plan, ranges={"y": Interval(3, 3)})) == (10.5, 13.5)
    assert ends(model.bounds(plan, ranges={"x": Interval(1, 2)})) == (2, 4)
    # another function of the same: from 3.5 - 3 to 4.5 - 1
    less = model.bounds(plan, ranges={"y": Interval(1, 3)}, of=lambda values: values["x"] - values["y"])
    assert ends(less) == (0.5, 3.5)
    # a corner for each end of each that moves
    assert [model.bounds(plan, rounding=moved).corners for moved in (True, False)] == [2, 1]
    assert model.bounds(plan, ranges={"y": Interval(1, 3)}).corners == 4


def test_what_is_varied_has_bounds_for_each_of_its_values() -> None:
    model = small_model(product, claims=[claim("printed_x", "4")], assumptions=[assumption("y", 2, maximum=3)])
    found = model.bounds(model.plan("product"), vary={"y": np.array([1.0, -1.0, 0.0])})
    assert found.low.tolist() == [3.5, -4.5, 0]
    assert found.high.tolist() == [4.5, -3.5, 0]
    both = {"x": np.array([1.0, 2.0]), "y": np.array([3.0, 5.0])}
    found = model.bounds(model.plan("product"), vary=both)
    assert (found.low.tolist(), found.high.tolist(), found.corners) == ([3, 10], [3, 10], 1)


def test_the_other_place_is_the_wider_one() -> None:
    # 300,000 is taken to the nearest 10,000, otherwise to the nearest 100,000
    def q(x: Any) -> Any:
        return x

    model = small_model(q, claims=[claim("printed_x", "300000", rounding_unit="10000", rounding_unit_other="100000")])
    assert ends(model.bounds(model.plan("q"))) == (295_000, 305_000)
    assert ends(model.bounds(model.plan("q"), other=True)) == (250_000, 350_000)


def test_what_is_nought_but_for_the_last_digits_of_a_float_is_nought() -> None:
    def q(x: Any, y: Any) -> Any:
        return (x + y) * 0.1 - x * 0.1 - y * 0.1 + 0.1 * (x + 1) - 0.1 * x - 0.1

    def small(x: Any) -> Any:
        return x - 1 + 1e-7

    model = made(q, small, names="xy")
    # Left over are some 1e-17 of what it is made of, which is no number of anything; and what is small is kept.
    assert ends(model.bounds(model.plan("q"))) == pytest.approx((0, 0), abs=1e-15)
    assert ends(model.bounds(model.plan("small"))) == pytest.approx((-0.4999999, 0.5000001), rel=1e-15)
    tiny = model.bounds(model.plan("small"), of=lambda values: values["x"] - 0.5 - 0.9e-9 * np.ones(1))
    assert ends(tiny) == (0, pytest.approx(1))
    kept = model.bounds(model.plan("small"), of=lambda values: values["x"] - 0.5 - 1.1e-9 * np.ones(1))
    assert ends(kept) == (pytest.approx(-1.1e-9), pytest.approx(1))


# Borders of what has a meaning ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("least", "most"), [(0.4, 0.9), (0.0, 0.9), (0.5, 0.9), (0.4, 9.0)])
@pytest.mark.parametrize("power", [1, 2, 3, 0.5, -1, 7])
def test_the_border_is_where_a_curve_says(least: float, most: float, power: float) -> None:
    """x from 0.5 to 1.5, its power from least to most: x lies between the roots of these, and in its interval."""
    model, plan = with_share(least, most, lambda x: x**power, lambda x, share: 2 * x + 0 * share)
    found = model.bounds(plan)
    roots = sorted(limit ** (1 / power) if limit else (0 if power > 0 else np.inf) for limit in (least, most))
    expected = max(0.5, roots[0]), min(1.5, roots[1])
    if expected[0] > expected[1]:
        assert np.isnan(ends(found)).all()
    else:
        assert ends(found) == pytest.approx((2 * expected[0], 2 * expected[1]), rel=1e-11)
    assert found.trimmed == sum(not least <= end**power <= most for end in (0.5, 1.5))
    assert found.corners == 2


def test_the_border_of_a_product_is_met_on_each_edge() -> None:
    # x y at most 1, from 0.25 to 2.25: x + y is largest on the border's ends, at 1.5 and 2/3, or both ways round
    model, plan = with_share(0, 1, lambda x, y: x * y, lambda x, y, share: x + y + 0 * share, names="xy")
    found = model.bounds(plan)
    assert ends(found) == pytest.approx((1, 1.5 + 2 / 3), rel=1e-11)
    assert found.trimmed == 1


def test_a_bound_that_is_touched_all_along_is_no_border() -> None:
    """A tenth of x in three parts makes all of it but for the last digits, now above 1, now below: x goes on to 1.2."""

    def whole__derived(x: Any) -> Any:
        return (0.1 * x + 0.1 * x + 0.1 * x) / (0.3 * x)

    def share__derived(x: Any) -> Any:
        return x

    def target(x: Any, whole: Any, share: Any) -> Any:
        return 2 * x + 0 * whole + 0 * share

    model = made(
        whole__derived, share__derived, target,
        assumptions=[assumption("whole", 1, maximum=1), assumption("share", 1, maximum=1.2)],
        defaults={"whole": "derived", "share": "derived"},
    )  # fmt: skip
    assert ends(model.bounds(model.plan("target"))) == pytest.approx((1, 2.4), rel=1e-11)


def test_what_is_small_beside_its_inputs_does_not_go_past_its_bound() -> None:
    """Of two millions, one read to the nearest million, the rest is at least nought, and no hair less."""

    def rest__derived(x: Any, y: Any) -> Any:
        return 2_500_000 * x - 1_600_000 * y

    def target(rest: Any) -> Any:
        return rest - 1

    model = made(
        rest__derived, target, names="xy", assumptions=[assumption("rest", 1, maximum=9_000_000)],
        defaults={"rest": "derived"},
    )  # fmt: skip
    # largest at 1.5 and 0.5: 3,750,000 less 800,000
    assert ends(model.bounds(model.plan("target"))) == pytest.approx((-1, 2_949_999), abs=1e-7)


def test_borders_are_met_for_each_variation_by_itself() -> None:
    def share__derived(x: Any, k: Any) -> Any:
        return x * k

    def target(x: Any, share: Any) -> Any:
        return x + 0 * share

    model = made(
        share__derived, target, assumptions=[assumption("share", 1), assumption("k", 1, maximum=9)],
        defaults={"share": "derived"},
    )  # fmt: skip
    # x k at most 1: x up to 1/k, and none where that is below 0.5
    found = model.bounds(model.plan("target"), vary={"k": np.array([0.1, 0.8, 1.0, 1.6, 3.0])})
    assert found.low[:4] == pytest.approx([0.5] * 4)
    assert found.high[:4] == pytest.approx([1.5, 1.25, 1, 0.625], rel=1e-11)
    assert np.isnan([found.low[4], found.high[4]]).all()
    # the most corners that one variation loses
    assert found.trimmed == 2


def test_a_border_is_looked_for_beyond_the_bound_that_an_edge_starts_on() -> None:
    """The share is x k, from 0.5 to 1, and x from 0.5 to 1.5; with k = 1 an end lies on the lower bound itself."""
    model = made(
        named("share__derived", lambda x, k: x * k), named("target", lambda x, share: x + 0 * share),
        assumptions=[assumption("share", 1, minimum=0.5, maximum=1), assumption("k", 1, maximum=9)],
        defaults={"share": "derived"},
    )  # fmt: skip
    found = model.bounds(model.plan("target"), vary={"k": np.array([1.0, 0.5, 1.0, 3.0, 0.0])})
    assert found.low[:4] == pytest.approx([0.5, 1, 0.5, np.nan], rel=1e-11, nan_ok=True)
    assert found.high[:4] == pytest.approx([1, 1.5, 1, np.nan], rel=1e-11, nan_ok=True)
    assert np.isnan([found.low[4], found.high[4]]).all()


def test_what_is_forgiven_at_one_bound_is_none_of_another() -> None:
    """A total of nine millions lies past its bound by less than is forgiven; the share ends at 1.2 all the same."""
    model = made(
        named("total__derived", lambda x: 9_000_000.008 + 0 * x), named("share__derived", lambda x: x),
        named("target", lambda x, total, share: 2 * x + 0 * total + 0 * share),
        assumptions=[assumption("total", 1, maximum=9_000_000), assumption("share", 1, maximum=1.2)],
        defaults={"total": "derived", "share": "derived"},
    )  # fmt: skip
    plan = model.plan("target")
    assert ends(model.bounds(plan)) == pytest.approx((1, 2.4), rel=1e-11)
    # and of many variations, which are not searched further
    assert ends(model.bounds(plan, monotone=True)) == pytest.approx((1, 2.4), rel=1e-11)


@pytest.mark.filterwarnings("error")
def test_what_has_no_end_at_a_corner_is_cut_off_where_another_variation_has_one() -> None:
    # x / k at most 1: nowhere with k = 0, up to 1 with k = 1
    model = made(
        named("share__derived", lambda x, k: x / k), named("target", lambda x, share: x + 0 * share),
        assumptions=[assumption("share", 1), assumption("k", 1, maximum=9)], defaults={"share": "derived"},
    )  # fmt: skip
    found = model.bounds(model.plan("target"), vary={"k": np.array([0.0, 1.0])})
    assert found.low == pytest.approx([np.nan, 0.5], nan_ok=True)
    assert found.high == pytest.approx([np.nan, 1], nan_ok=True)
    # and with a cap in the place of the share
    model = made(
        named("ratio", lambda x, k: x / k), assumptions=[assumption("k", 1, maximum=9)],
        caps=({"quantity": "ratio", "at_most": "printed_x * 1"},),
    )  # fmt: skip
    capped = model.bounds(model.graph(("ratio",), capped=True), vary={"k": np.array([0.0, 1.0])})
    assert (capped.low, capped.high) == (pytest.approx(found.low, nan_ok=True), pytest.approx(found.high, nan_ok=True))


def test_a_share_that_is_asked_for_itself_ends_at_its_limits() -> None:
    model, _ = with_share(0.7, 1.2, lambda x: x**3, lambda share: share)
    found = model.bounds(model.plan("share"))
    assert ends(found) == pytest.approx((0.7, 1.2), rel=1e-15)
    other = model.bounds(model.plan("share"), of=lambda values: 10 * values["share"])
    assert ends(other) == pytest.approx((7, 12), rel=1e-11)
    # and at the limit itself where a corner misses it by what is forgiven: x starts at 0.5
    least = 0.5 * (1 + TIE / 4)
    model, _ = with_share(least, 1.2, lambda x: x, lambda share: share)
    assert model.bounds(model.plan("share")).low[0] == least


def test_a_hair_past_a_limit_is_forgiven_and_no_more() -> None:
    _, plan = with_share(0.4, 2.0, lambda x: x, lambda x, share: x * share)
    for number, inside in (
        (0.4, 1),
        (0.4 - 1.9 * TIE, 1),
        (0.4 - 2.2 * TIE, 0),
        (2 + 1.9 * TIE, 1),
        (2 + 2.2 * TIE, 0),
    ):
        assert bool(plan.within({"share": number})) == inside, number
    assert plan.within({"share": np.array([0.3, 0.4, 2.0, 2.1, np.nan])}).tolist() == [False, True, True, False, False]
    assert not plan.within({"share": 0.4 - 1e-12}, slack=0)
    # 0.1 above the lower, 1.5 below the upper, as shares of the larger
    assert plan.sides({"share": 0.5}) == pytest.approx([0.05, 0.75])
    assert plan.sides({"share": 2.5}) == pytest.approx([1.05, -0.25])


def test_a_hair_past_a_cap_is_forgiven_and_no_more() -> None:
    model = made(product, names="xy", caps=({"quantity": "product", "at_most": "printed_x * 2"},))
    plan = model.graph(("product",), capped=True)
    assert plan.within({"product": 2 * (1 + 0.9 * TIE)})
    assert not plan.within({"product": 2 * (1 + 1.1 * TIE)})
    assert plan.within({"product": np.array([1.0, 2.0, 2.1, np.nan])}).tolist() == [True, True, False, False]
    assert plan.sides({"product": 1.6}) == pytest.approx([0.25])


def test_a_cap_cuts_the_bounds_off() -> None:
    # x y from 0.25 to 2.25, and at most 1.6
    model = made(product, names="xy", caps=({"quantity": "product", "at_most": "printed_x * 1.6"},))
    found = model.bounds(model.graph(("product",), capped=True))
    assert ends(found) == pytest.approx((0.25, 1.6), rel=1e-11)
    assert (found.trimmed, found.corners) == (1, 4)


# Turning points -------------------------------------------------------------------------------------------------------


def test_whether_it_turns_is_said_and_may_be_spared() -> None:
    def hump(x: Any) -> Any:
        return x * (2 - x)

    def flat(x: Any) -> Any:
        return np.minimum(x, 1.0)

    model = made(hump, flat)
    found = model.bounds(model.plan("hump"))
    assert (found.turning, ends(found)) == (True, pytest.approx((0.75, 1), rel=1e-9))
    spared = model.bounds(model.plan("hump"), monotone=True)
    assert (spared.turning, ends(spared)) == (False, (0.75, 0.75))
    level = model.bounds(model.plan("flat"))
    assert (level.turning, ends(level)) == (False, (0.5, 1))


def test_an_edge_in_the_middle_is_found() -> None:
    """Where there is no slope to follow: two valleys with a sharp floor."""

    def q(x: Any, y: Any) -> Any:
        return 5 + np.abs(x - 0.83) + 2 * np.abs(y - 1.21)

    model = made(q, names="xy")
    low, high = ends(model.bounds(model.plan("q")))
    assert low == pytest.approx(5, rel=1e-7)
    # farthest from both: 1.5 - 0.83 and 1.21 - 0.5
    assert high == pytest.approx(5 + 0.67 + 1.42)


def test_the_largest_product_under_a_sum() -> None:
    """x y z with x + y + z at most 3 is largest at 1, 1, 1 (means), which lies off every edge."""
    model, plan = with_share(0, 3, lambda x, y, z: x + y + z, lambda x, y, z, share: x * y * z + 0 * share, names="xyz")
    found = model.bounds(plan)
    assert ends(found) == pytest.approx((0.125, 1), rel=1e-7)
    assert not found.turning
    outside = sum(sum(corner) > 3 for corner in itertools.product((0.5, 1.5), repeat=3))
    assert (found.trimmed, found.corners) == (outside, 8)


def test_turns_of_many_variations_are_each_found() -> None:
    def q(x: Any, y: Any, turn: Any) -> Any:
        return 3 - (x - turn) ** 2 + y * 0.1

    model = made(q, names="xy", assumptions=[assumption("turn", 1, maximum=2)])
    turns = np.linspace(0.4, 1.6, 13)
    found = model.bounds(model.plan("q"), vary={"turn": turns})
    # the turn, where it lies from 0.5 to 1.5, else the nearer end; the farther end below
    nearest = np.clip(turns, 0.5, 1.5)
    farthest = np.where(turns < 1, 1.5, 0.5)
    assert found.high == pytest.approx(3 - (nearest - turns) ** 2 + 0.15, rel=1e-8)
    assert found.low == pytest.approx(3 - (farthest - turns) ** 2 + 0.05, rel=1e-8)
    assert found.turning


# Without an end -------------------------------------------------------------------------------------------------------


def test_what_has_no_finite_value_at_a_corner_is_endless() -> None:
    def inverse(x: Any) -> Any:
        return 1 / (x - 0.5)

    def fine(x: Any) -> Any:
        return 1 / x

    model = made(inverse, fine)
    found = model.bounds(model.plan("inverse"))
    assert found.endless
    assert ends(found)[0] == pytest.approx(1)
    assert not model.bounds(model.plan("fine")).endless
    assert ends(model.bounds(model.plan("fine"))) == pytest.approx((1 / 1.5, 2))


def test_what_leaves_its_limits_on_the_way_to_no_end_is_not_endless() -> None:
    # 1 / (x - 0.5) is endless at 0.5, but has a meaning up to 4 only: from 1 at 1.5 to 4 at 0.75
    model, plan = with_share(0, 4, lambda x: 1 / (x - 0.5), lambda share: 3 * share)
    found = model.bounds(plan)
    assert not found.endless
    assert ends(found) == pytest.approx((3, 12), rel=1e-9)
    # while a share that stays where it has a meaning does not help what it is divided by
    model, plan = with_share(0, 2, lambda x: x, lambda x, share: share / (x - 0.5))
    assert model.bounds(plan).endless


def test_a_point_without_a_value_says_why() -> None:
    model, plan = with_share(0, 0.7, lambda x: x, lambda share: share)
    with pytest.raises(OutOfBounds) as error:
        model.point(plan)
    assert str(error.value) == "share, read derived, comes to 1, outside 0 to 0.7, which is what has a meaning"

    def inverse(x: Any) -> Any:
        return 1 / (x - 1)

    model = made(inverse)
    with pytest.raises(OutOfBounds) as error:
        model.point(model.plan("inverse"))
    assert str(error.value) == "inverse, read formula, has no finite value: something is divided by 0"
