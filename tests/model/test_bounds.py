"""Extremes, roots and spans in closed form; scipy, sympy and brute force agree."""

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize

from analysis.core.errors import RegisterError
from analysis.core.published import Interval
from analysis.core.rows import LimitRow
from analysis.core.units import CONSTANTS
from analysis.model import plan as plans
from analysis.model.bounds import extremes
from analysis.model.curves import crossings, solve
from analysis.model.expressions import parse
from analysis.model.model import ModelError, Node, Plan, Source
from tests.brute import by_hand, rooms
from tests.small import check, claim, formula, small_model
from tests.small import solve as solve_for


def distinct(plans):
    """One plan for each set of nodes and limits."""
    found = {}
    for plan in plans:
        key = (
            plan.target,
            frozenset((node.name, node.reading) for node in plan.nodes),
            len(plan.limits),
        )
        found.setdefault(key, plan)
    return list(found.values())


def of_quantities(model):
    """Each quantity under each of its readings."""
    pairs = [
        (one, reading) for one in model.quantities for reading in model.readings(one)
    ]
    return distinct(
        model.plan(one, model.setting({one: reading})) for one, reading in pairs
    )


def of_checks(model):
    rows = [*model.register.checks.values(), *model.register.solutions.values()]
    return distinct(
        model.plan(row.quantity, model.setting(row.readings)) for row in rows
    )


# Beside scipy -------------------------------------------------------------------------
def by_scipy(model, plan, ranges, *, starts=3):
    """Smallest and largest target: searches from the best of many places of the box."""
    intervals = {
        name: ranges.get(name) or node.source.interval()
        for name, node in plan.leaves.items()
    }
    moved = [name for name, one in intervals.items() if one.high > one.low]
    still = {
        name: np.float64(one.low)
        for name, one in intervals.items()
        if name not in moved
    }
    low = np.array([intervals[name].low for name in moved])
    width = np.array([intervals[name].high for name in moved]) - low

    def at(where):
        there = {
            name: low[i] + where[..., i] * width[i] for i, name in enumerate(moved)
        }
        values = by_hand(plan, still | there)
        shape = where.shape[:-1]
        held = np.array(
            [np.broadcast_to(one, shape) for one in rooms(model, plan, values)]
        )
        return np.broadcast_to(values[plan.target], shape), held.reshape(-1, *shape)

    places = np.random.default_rng(7).random((3000, len(moved)))
    with np.errstate(all="ignore"):
        numbers, held = at(places)
        fine = np.isfinite(numbers) & (held >= 0).all(axis=0)
        if not fine.any():
            return np.nan, np.nan
        places, numbers = places[fine], numbers[fine]
        size, ends = np.ptp(numbers) or 1.0, []
        if not moved:
            return numbers[0], numbers[0]
        limits = (
            [{"type": "ineq", "fun": lambda where: at(where)[1]}] if len(held) else []
        )
        for sign in (1, -1):
            order = np.argsort(sign * numbers)[:starts]
            best = sign * numbers[order[0]]
            for start in places[order]:
                found = minimize(
                    lambda where, sign=sign: float(sign * at(where)[0]) / size,
                    start,
                    method="SLSQP",
                    constraints=limits,
                    bounds=[(0, 1)] * len(moved),
                    options={"ftol": 1e-14, "maxiter": 200},
                )
                number, room = at(np.clip(found.x, 0, 1))
                if np.isfinite(number) and (room >= -1e-9).all():
                    best = min(best, sign * float(number))
            ends.append(sign * best)
    return tuple(ends)


def compare(model, plan, ranges):
    with np.errstate(all="ignore"):  # a test of its own is about warnings
        ours = plan.bounds({**plan.rounding_box(), **ranges})
    theirs = by_scipy(model, plan, ranges)
    size = max(abs(end) for end in theirs)
    assert (ours.low, ours.high) == pytest.approx(theirs, rel=0, abs=1e-6 * size), (
        plan.target
    )


def allowed(plan, **instead):
    """The allowed range of each assumption that a plan starts from."""
    starts = [
        node.source.assumption for node in plan.leaves.values() if node.reading == "set"
    ]
    return {
        one.id: instead.get(one.id) or Interval(one.minimum, one.maximum)
        for one in starts
    }


def test_bounds_over_the_printed_intervals_are_those_of_scipy(model):
    plans = distinct([*of_quantities(model), *of_checks(model)])
    assert len(plans) > 190
    for plan in plans:
        compare(model, plan, {})


def test_bounds_over_the_allowed_ranges_are_those_of_scipy(model):
    for plan in of_checks(model):
        # Where the former detainees are computed there is a pole at an overlap of 1,
        # which has a test of its own.
        pole = (
            {"overlap": Interval(0, 0.5)}
            if "former_detainees" not in plan.leaves
            else {}
        )
        compare(model, plan, allowed(plan, **pole))


def test_former_detainees_have_no_bound_where_the_overlap_reaches_its_pole(model):
    # What is left of the total, over one less the overlap, passes every number as
    # the overlap nears 1.
    plan = model.plan(
        "former_detainees", model.setting({"former_detainees": "from_low_end"})
    )
    with np.errstate(all="ignore"):
        found = plan.bounds({**plan.rounding_box(), **allowed(plan)})
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_bounds_warn_of_nothing(model):
    row = model.register.checks["same_share_ratio_implied"]
    plan = model.plan(row.quantity, model.setting(row.readings))
    with np.errstate(all="raise"):
        plan.bounds({**plan.rounding_box(), **allowed(plan)})


# What is a ratio of two linear functions ----------------------------------------------
def is_ratio(plan):
    """Whether sympy finds the target to be a ratio of two linear functions of each
    leaf; None under a minimum or maximum, which it does not expand.
    """
    symbols = {
        name: sympy.Symbol(name) for name in plan.leaves if name not in CONSTANTS
    }
    values = dict.fromkeys(CONSTANTS, sympy.Integer(1)) | symbols
    for node in plan.nodes:
        source = node.source
        if source.expression and source.expression.under_extremes:
            return None
        if source.alias_of or source.expression:
            needs = [values[need] for need in source.needs]
            values[node.name] = (
                needs[0] if source.alias_of else source.expression.compiled(*needs)
            )
    above, below = sympy.fraction(sympy.cancel(sympy.nsimplify(values[plan.target])))
    return all(
        sympy.degree(part, one) <= 1
        for part in (above, below)
        for one in symbols.values()
        if part.has(one)
    )


def test_every_shipped_quantity_is_a_ratio_by_sympy_and_is_confirmed(model):
    for plan in distinct([*of_quantities(model), *of_checks(model)]):
        assert is_ratio(plan) in (True, None), plan.target
        plan.confirm()


MADE = {
    "x * x": False,
    "x * (1 - x)": False,
    "x / (1 + x * y)": True,
    "x / (1 + x * x)": False,
    "y ** 2 * x": False,
    "(x + y) / (x - y)": True,
    "x * y + x / (y + 3)": False,
    "(x * x + x) / (x + 1)": True,
    "1 / (x * y)": True,
    "x ** -1": True,
    "x ** 3 / x": False,
}


def plan_of(text, **leaves):
    """A plan for a formula of some leaves."""
    nodes = [Node(name, "given", Source(value)) for name, value in leaves.items()]
    return Plan("q", (*nodes, Node("q", "formula", Source(expression=parse(text)))))


@pytest.mark.parametrize("text", MADE)
def test_a_formula_is_confirmed_where_sympy_finds_a_ratio(text):
    plan = plan_of(text, x=3.0, y=2.0)
    assert is_ratio(plan) == MADE[text]
    said = r"^the formula of q \(formula\) is not a ratio of two linear functions"
    if MADE[text]:
        plan.confirm()
    else:
        with pytest.raises(ModelError, match=said):
            plan.confirm()


def test_an_input_under_a_minimum_or_maximum_is_exempt_and_others_are_not():
    plan = plan_of("minimum(x, y) + z * z", x=3.0, y=2.0, z=1.0)
    assert plan.under_extremes == {"x", "y"}
    with pytest.raises(
        ModelError, match=r"^the formula of q \(formula\) is not a ratio"
    ):
        plan.confirm()
    plan = plan_of("maximum(x / 2, y) + z", x=3.0, y=2.0, z=1.0)
    plan.confirm()
    # Through a node between.
    double = Node("double", "formula", Source(expression=parse("2 * x")))
    least = Node("q", "formula", Source(expression=parse("minimum(double, 4)")))
    nodes = Node("x", "given", Source(3.0)), double, least
    assert Plan("q", nodes).under_extremes == {"x", "double"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # Where x is the smaller, this is x (1 - x), which rises to ½ and then falls.
        ("minimum(x, y) * (1 - x)", "x"),
        # At y = 2 this falls from 2 at x = 1 to 1 at x = 2, and rises to 1.5 at x = 3.
        ("maximum(x / 2, 2 / x) + y", "x"),
        ("minimum(x, y) - z * y", "y"),
    ],
)
def test_an_input_under_a_minimum_or_maximum_occurs_once(text, name):
    with pytest.raises(ModelError) as refused:
        plan_of(text, x=3.0, y=2.0, z=1.0).confirm()
    assert str(refused.value) == (
        f"the formula of q (formula) uses {name} inside a minimum or maximum and "
        "elsewhere too, so its bounds can't be computed."
    )


def test_an_input_under_a_minimum_is_found_again_through_another_formula():
    least = formula("least(x, y) = minimum(x, y)")
    rest = formula("rest(x) = 1 - x")
    both = formula("both(least, rest) = least * rest")
    rows = [claim("printed_x", "0.6"), claim("printed_y", "0.7")]
    assert small_model(least, rest, claims=rows).estimate("least").value == 0.6
    with pytest.raises(RegisterError, match=r"formulas: the formula of both \(formula"):
        small_model(least, rest, both, claims=rows)


def test_what_a_minimum_gives_may_be_used_again_in_a_ratio():
    least = formula("least(x, y) = minimum(x, y)")
    rows = [claim("printed_x", "0.6"), claim("printed_y", "0.7")]
    # m ÷ (1 + m) rises with the smaller, from 0.55 ÷ 1.55 to 0.65 ÷ 1.65.
    ratio = formula("ratio(least) = least / (1 + least)")
    estimate = small_model(least, ratio, claims=rows).estimate("ratio")
    assert (estimate.low, estimate.high) == pytest.approx((0.55 / 1.55, 0.65 / 1.65))
    # m (1 − m) rises to ¼ at ½, and then falls.
    curve = formula("curve(least) = least * (1 - least)")
    with pytest.raises(RegisterError, match=r"the formula of curve .* is not a ratio"):
        small_model(least, curve, claims=rows)


square = formula("square(x) = x * x")
of_square = formula("of_square(square) = square / 2")


def test_what_is_no_ratio_is_refused_by_the_formula_that_is_none():
    said = (
        "the formula of square (formula) is not a ratio of two linear functions of "
        "each input, so its bounds can't be computed."
    )
    solved = solve_for("of_square", "y", goal=1.0, row=7)
    checks, solutions = [check("r", "of_square")], {"s": solved}
    for more, place in (
        ({"checks": checks}, "checks.csv, row 2 (r), field readings"),
        ({"solutions": solutions}, "solutions.csv, row 7 (solved), field readings"),
        ({}, "datapackage.json, field analysis.formulas"),
    ):
        with pytest.raises(RegisterError) as refused:
            small_model(square, of_square, claims=[claim("printed_x", "3")], **more)
        assert str(refused.value) == f"nowhere/{place}: {said}"


def test_what_cancels_is_confirmed_whatever_its_last_digits():
    for x in range(1, 100):
        plan_of("x * (y / x)", x=float(x), y=2.59).confirm()


def test_a_factor_of_nought_does_not_hide_a_square():
    with pytest.raises(ModelError):
        plan_of("x * x * y", x=3.0, y=0.0).confirm()


# By hand ------------------------------------------------------------------------------
def bounds(function, box, *limits):
    """The bounds of a function, where each limit is 0 or more."""
    return extremes(lambda v: (function(**v), [limit(**v) for limit in limits]), box)


UNIT = {"x": (0, 1), "y": (0, 1)}


@pytest.mark.parametrize(
    ("function", "box", "limits", "low", "high"),
    [
        (lambda x, y: x - 2 * y, UNIT, [], -2, 1),
        (lambda x, y: (x + 1) / (y + 1), UNIT, [], 0.5, 2),
        # An edge crosses a limit: x y up to 0.5 with x up to 1 and y up to 1.
        (lambda x, y: x * y, UNIT, [lambda x, y: 0.5 - x * y], 0, 0.5),
        (lambda x, y: x + y, UNIT, [lambda x, y: 0.5 - x * y], 0, 1.5),
        # No corner is allowed, and the middle of the line is.
        (
            lambda x: 2 * x,
            {"x": (0, 1)},
            [lambda x: x - 0.3, lambda x: 0.7 - x],
            0.6,
            1.4,
        ),
        # Nothing is.
        (lambda x: x, {"x": (0, 1)}, [lambda x: x - 2], np.nan, np.nan),
        (
            lambda x: x,
            {"x": (0, 1)},
            [lambda x: x - 0.7, lambda x: 0.3 - x],
            np.nan,
            np.nan,
        ),
        # A pole inside, and at an end, leaves no bound, even where a limit keeps it
        # out of reach.
        (lambda x: 1 / (x - 0.25), {"x": (0, 1)}, [], -np.inf, np.inf),
        # A pole at an end lies on the side of the way there.
        (lambda x: 1 / x, {"x": (0, 1)}, [], 1, np.inf),
        (lambda x: 1 / x, {"x": (-1, 0)}, [], -np.inf, -1),
        (lambda x, y: y / x, {"x": (0, 1), "y": (1, 2)}, [], 1, np.inf),
        (lambda x, y: y / x, {"x": (0, 1), "y": (-1, 2)}, [], -np.inf, np.inf),
        (lambda x: 1 / (x - 0.25), {"x": (0, 1)}, [lambda x: x - 0.5], -np.inf, np.inf),
        # A difference that is nought but for a float's last digits is nought.
        (lambda x: (x + 0.1) - x - 0.1 + 0 * x, {"x": (1, 2)}, [], 0, 0),
        (lambda: 5.0, {}, [], 5, 5),
    ],
)
def test_bounds_by_hand(function, box, limits, low, high):
    found = bounds(function, box, *limits)
    assert (found.low, found.high) == pytest.approx(
        (low, high), rel=1e-12, abs=1e-15, nan_ok=True
    )


def test_each_entry_of_what_varies_has_its_bounds():
    vary = {"k": np.array([1.0, 1.6, 3])}
    found = extremes(
        lambda v: (v["x"] * v["k"], [1 - v["x"] * v["k"]]), {"x": (0.5, 1)}, vary
    )
    # 1.5 at least, where k is 3, so that nothing keeps the limit.
    assert found.low == pytest.approx([0.5, 0.8, np.nan], nan_ok=True)
    assert found.high == pytest.approx([1, 1, np.nan], nan_ok=True)


def test_bounds_contain_the_value_where_a_limit_joins_two_inputs():
    total = formula("total(x, y) = x + y")
    joint = formula("joint(x, y, total) = x * y / total")
    rows = [claim("printed_x", "0.5"), claim("printed_y", "0.5")]
    limit = LimitRow(quantity="total", at_most=1)
    estimate = small_model(total, joint, claims=rows, limits=(limit,)).estimate("joint")
    # x and y are 0.45 to 0.55. Along x + y = 1 the product is largest in the middle,
    # at 0.5 and 0.5, and smaller at the edges, where it is 0.45 x 0.55.
    assert estimate.value == 0.25
    assert (estimate.low, estimate.high) == pytest.approx((0.45 * 0.45 / 0.9, 0.25))


def test_own_values_outside_the_box_do_not_widen_bounds():
    box = {"x": (0.0, np.array([0.4, 0.4, 0.0])), "y": (0.0, 1.0)}
    own = {"x": np.array([0.3, 0.9, 0.0]), "y": np.float64(np.nan)}
    found = extremes(lambda v: (v["x"] + 0 * v["y"], [0.5 - v["y"]]), box, {}, own)
    assert found.low == pytest.approx([0, 0, 0])
    assert found.high == pytest.approx([0.4, 0.4, 0])


# One leaf -----------------------------------------------------------------------------

numbers = st.floats(-3, 3)


@given(numbers, numbers, st.floats(-0.3, 1), st.floats(0.02, 0.98))
def test_a_root_is_the_one_of_brentq(a, b, c, place):
    def function(x):
        return (a + b * x) / (1 + c * x)

    assume(abs(b - a * c) > 0.01)
    goal = function(2 * place)
    expected = brentq(lambda x: function(x) - goal, 0, 2, xtol=1e-13)
    assert solve(function, 0, 2, goal) == pytest.approx(expected, abs=1e-8)
    assert solve(lambda x: a + 0 * x, 0, 2, goal + 1) is None
    values = function(np.array([[0.5], [1], [1.5]]))
    assert crossings(values, 0, 2, [goal, np.inf]) == pytest.approx(
        [expected], abs=1e-8
    )


def test_a_root_outside_the_range_is_found():
    assert solve(lambda x: 3 / (1 + x), 0, 1, 0.5) == pytest.approx(5)
    assert solve(lambda x: 3 / (1 + x), 0, 1, 0) is None  # nowhere


def test_crossings_are_of_levels_and_poles():
    # 1 / (x - 1.001) passes -2 at 0.501 and 2 at 1.501, and has its pole between;
    # x passes 2 at the end alone.
    values = np.array([[1 / (place - 1.001), place] for place in (0.5, 1.0, 1.5)])
    assert crossings(values, 0, 2, [2, -2]) == pytest.approx(
        [0.501, 1.001, 1.501], rel=1e-9
    )


def total_of(count):
    """A model with a sum of some printed numbers, each 0.5 to a tenth."""
    names = [f"part_{number}" for number in range(count)]
    summed = formula(f"total({', '.join(names)}) = {' + '.join(names)}")
    return small_model(
        summed, claims=[claim(f"printed_{name}", "0.5") for name in names]
    )


def test_a_sum_of_more_rounded_inputs_than_have_bounds_is_refused(monkeypatch):
    said = (
        "bounds of total can't be computed, because 17 of its inputs can each have "
        "several values, such as all that round to a printed number, and at most "
        "16 inputs may"
    )
    with pytest.raises(RegisterError, match=said):
        total_of(17)
    monkeypatch.setattr(plans, "MOST_MOVING", 4)
    estimate = total_of(4).estimate("total")
    # Each part stands for 0.45 to 0.55.
    assert (estimate.low, estimate.high) == pytest.approx((1.8, 2.2))
    with pytest.raises(RegisterError, match=r"because 5 of its inputs .* 4 inputs may"):
        total_of(5)


def test_more_inputs_than_have_bounds_may_not_be_moved_by_hand_either(monkeypatch):
    monkeypatch.setattr(plans, "MOST_MOVING", 1)
    plan = plan_of("x + y", x=3.0, y=2.0)
    moved = {"x": Interval(2.0, 4.0), "y": Interval(2.0, 2.0)}
    assert plan.bounds(moved).high == 6.0
    with pytest.raises(ModelError, match="because 2 of its inputs"):
        plan.bounds({**moved, "y": Interval(1.0, 3.0)})
