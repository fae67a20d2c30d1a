"""The model: which row, reading or formula supplies a value, what a user may set, and points, bounds and kinds."""

import importlib
import inspect
import itertools
import math
import pkgutil

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis import formulas as article_formulas
from analysis.core.model import ARTICLE, ModelError, OutOfBounds, Setting
from analysis.core.register import RegisterError, Words
from analysis.core.units import Quantity, parse_unit
from tests.brute import by_hand, scan
from tests.small import assumption, check, claim, small_model

#: Transfers added since 2019, from 3.17 million and a growth of 10.5 percent: 301,221.72.
STEP = 3_170_000 - 3_170_000 / 1.105


def value(model, quantity, readings=None, values=None):
    return model.estimate(quantity, model.setting(readings=readings, values=values)).value


def refused(model, readings=None, values=None):
    with pytest.raises(ModelError) as error:
        model.setting(readings=readings, values=values)
    assert "\n" not in str(error.value)
    return str(error.value)


# Which of them supplies a value -----------------------------------------------------------------------------------


def a():
    """A formula that starts from nothing.

    It has more to say.
    """
    return 3.0


def test_the_sources_of_a_value_come_in_their_order():
    def q():
        return 3.0

    def q__named():
        return 2.0

    def q__other():
        return 5.0

    row = claim("printed_q", "1")
    guess = assumption("q", 4, maximum=9)
    ways = {"claims": [row], "assumptions": [guess], "defaults": {"q": "named"}}
    # the input row, before the default in the readings, the bare formula and the assumption
    assert value(small_model(q, claims=[row], assumptions=[guess]), "q") == 1
    with pytest.raises(RegisterError, match="its default is published"):
        small_model(q, q__named, **ways)
    # then the default reading
    assert value(small_model(q, q__named, assumptions=[guess], defaults={"q": "named"}), "q") == 2
    # then the bare formula
    assert value(small_model(q, q__named, assumptions=[guess]), "q") == 3
    # then the assumption
    assert value(small_model(q__named, assumptions=[guess]), "q") == 4
    # and a named reading before them all
    made = small_model(q, q__named, q__other, claims=[row], assumptions=[guess])
    found = {name: value(made, "q", {"q": name}) for name in made.readings("q")}
    assert found == {"published": 1, "printed_q": 1, "set": 4, "formula": 3, "named": 2, "other": 5}
    assert made.readings("q")[0] == "published"


def test_a_second_row_of_a_quantity_is_a_reading_of_it(model):
    assert value(model, "transfers_2021") == 3_170_000
    assert value(model, "transfers_2021", {"transfers_2021": "total_2021_february"}) == 3_200_000


def test_a_quantity_with_one_named_formula_and_no_default_is_refused_when_it_is_needed():
    def q__named():
        return 2.0

    with pytest.raises(RegisterError, match=r"q has readings \(named\) and none of them is the default"):
        value(small_model(q__named), "q")


def test_the_ends_of_a_range_are_quantities(model):
    assert (value(model, "at_risk_total_low"), value(model, "at_risk_total_high")) == (2_000_000, 2_500_000)


def test_the_words_of_a_vague_row_give_floor_and_loosest():
    floor, ceiling = Words("invented", value=30, loosest=20), Words("invented", value=70, loosest=80)
    guess = assumption("q", 40, maximum=99, floor=floor, ceiling=ceiling)
    made = small_model(assumptions=[guess])
    found = {name: value(made, "q", {"q": name}) for name in made.readings("q")}
    assert found == {"set": 40, "floor": 30, "floor_loosest": 20, "ceiling": 70, "ceiling_loosest": 80}
    kinds = {name: made.estimate("q", made.setting({"q": name})).kind for name in found}
    assert kinds == {
        "set": "point", "floor": "floor", "floor_loosest": "floor", "ceiling": "ceiling", "ceiling_loosest": "ceiling",
    }  # fmt: skip


def test_what_things_are_called(model):
    assert model.label("transfers_2019", "from_rate") == "2021 divided by one plus the growth rate"
    assert model.label("labourers_2019", "figure_2019_all") == "Rural surplus labourers, all of the region"
    assert model.label("at_risk_2021", "formula") == "by its formula"
    assert model.label("labourers_south_2019", "published") == "as printed"
    assert model.name("overlap") == model.register.assumptions["overlap"].label
    assert model.name("labourers_2019") == "Rural surplus labourers, all of the region"
    assert model.name("net_new_persons") == "Persons transferred in 2021 less persons transferred in 2019."
    made = small_model(a)
    assert made.name("a") == "A formula that starts from nothing."
    assert made.label("a", "elsewhere") == "elsewhere"


def test_constants_are_no_quantities(model):
    assert "persons_per_labourer" not in model.quantities
    assert model.units["persons_per_labourer"] == "person/labourer"
    assert "'persons_per_labourer' is no quantity" in refused(model, values={"persons_per_labourer": 2.0})
    assert "persons_per_labourer" not in model.estimate("total_2019").depends_on


# Estimates by hand ------------------------------------------------------------------------------------------------


def test_the_article_by_hand(model):
    base = 3_170_000 / 1.105
    assert value(model, "transfers_2019") == pytest.approx(base)  # 2,868,778
    assert value(model, "net_new_persons") == pytest.approx(3_170_000 - base)  # 301,222
    assert value(model, "at_risk_2021") == pytest.approx(1_600_000 + 3_170_000 - base)  # 1,901,222
    assert value(model, "at_risk_total") == pytest.approx(1_950_000 + 3_170_000 - base)  # 2,251,222


def test_readings_by_hand(model):
    assert value(model, "transfers_2019", {"transfers_2019": "from_difference"}) == 2_870_000  # 3,170,000 - 300,000
    assert value(model, "total_2019", {"total_2019": "transfers", "persons_per_transfer": "set"}) == 2_590_000
    # 2,590,000 / 2,868,778.28 = 0.902823 persons per transfer; times 301,221.72 transfers: 2,590,000 x 0.105
    assert value(model, "net_new_persons", {"persons_per_transfer": "implied"}) == pytest.approx(271_950)
    # 1.6 million / 2.59 million of 301,221.72 on top of 1.6 million
    assert value(model, "at_risk_2021", {"at_risk_share_of_new": "as_in_2019"}) == pytest.approx(
        1_600_000 + STEP * 1.6 / 2.59
    )
    # 1,650,000 x 0.95 + 940,000 x 0.5
    assert value(model, "at_risk_2019", {"at_risk_2019": "composition"}) == pytest.approx(2_037_500)


def test_overrides_by_hand(model):
    # half a person per transfer: half the step
    assert value(model, "at_risk_2021", values={"persons_per_transfer": 0.5}) == pytest.approx(1_600_000 + STEP / 2)
    # a formula's quantity may be set as well
    assert value(model, "at_risk_total", values={"at_risk_2021": 1_000_000}) == 1_350_000
    # and a printed one
    assert value(model, "transfers_2019", values={"growth_2019_2021": 0.0}) == 3_170_000
    found = model.estimate("transfers_2019", model.setting(values={"growth_2019_2021": 0.1}))
    assert (found.low, found.high) == pytest.approx((3_165_000 / 1.1, 3_175_000 / 1.1))  # the set value has no width


def test_an_estimate_says_what_it_rests_on(model):
    found = model.estimate("at_risk_2019", model.setting({"at_risk_2019": "southern"}))
    assert set(found.depends_on) == {"figure_2019_south", "minority_share_south", "at_risk_share_of_base"}
    assert (found.unit, found.quantity, found.kind, found.trimmed) == ("person", "at_risk_2019", "point", 0)


# Settings ---------------------------------------------------------------------------------------------------------


def test_what_equals_the_article_is_left_out(model):
    same = model.setting({"transfers_2019": "from_rate"}, {"overlap": 0, "transfers_2021": 3_170_000})
    assert same == ARTICLE
    assert hash(same) == hash(Setting())
    assert model.differences(same) == ""


@pytest.mark.parametrize(
    ("readings", "values", "words"),
    [
        (None, {"overlapp": 0.1}, ["'overlapp'", "did you mean 'overlap'"]),
        ({"transfers_2018": "x"}, None, ["'transfers_2018'", "did you mean 'transfers_20"]),
        ({"transfers_2019": "from_rates"}, None, ["'from_rates'", "transfers_2019", "did you mean 'from_rate'"]),
        (None, {"overlap": math.nan}, ["overlap", "nan", "finite"]),
        (None, {"overlap": math.inf}, ["overlap", "inf", "finite"]),
        (None, {"overlap": "0.1"}, ["overlap", "'0.1'", "finite number"]),
        (None, {"overlap": True}, ["overlap", "True", "finite number"]),
        (None, {"overlap": None}, ["overlap", "None", "finite number"]),
        (None, {"overlap": 1.01}, ["overlap", "1.01", "0 to 1", "dimensionless"]),
        (None, {"overlap": -0.01}, ["overlap", "-0.01", "0 to 1"]),
        (None, {"former_detainees": 2e7}, ["former_detainees", "0 to 18,040,304", "person"]),
        (None, {"persons_per_transfer": 0.04}, ["persons_per_transfer", "0.05 to 1", "person/transfer"]),
        (None, {"transfers_2021": -1}, ["transfers_2021", "-1", "below 0", "transfer"]),
        ({"transfers_2019": "from_rate"}, {"transfers_2019": 1e6}, ["transfers_2019", "unused", "from_rate"]),
        ({"persons_per_transfer": "implied"}, {"persons_per_transfer": 0.9}, ["persons_per_transfer", "unused"]),
        (
            {"total_2019": "persons", "south_2019": "transfers"},
            None,
            ["total_2019 and south_2019 are one choice", "persons, transfers"],
        ),
        ({"south_2019": "labourers"}, None, ["'labourers'", "no reading of"]),
        (
            {"transfers_2019": "from_difference", "net_new_transfers": "from_base"},
            None,
            ["circle", "transfers_2019 (from_difference)", "net_new_transfers (from_base)"],
        ),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(model, readings, values, words):
    message = refused(model, readings, values)
    for word in words:
        assert word in message


def test_the_ends_of_what_has_a_meaning_may_be_set(model):
    assert model.setting(values={"overlap": 1.0}).values == {"overlap": 1.0}
    assert model.setting(values={"persons_per_transfer": 0.05}).values == {"persons_per_transfer": 0.05}
    assert model.setting(values={"transfers_2021": 0}).values == {"transfers_2021": 0.0}
    # a growth may be negative: no unit, no assumption
    assert model.setting(values={"growth_2019_2021": -0.1}).values == {"growth_2019_2021": -0.1}


def test_the_articles_own_value_beside_a_reading_that_computes_it_is_left_out(model):
    """So that a notebook may hand over all of its parameters, those that were not touched included."""
    assert model.setting({"persons_per_transfer": "implied"}, {"persons_per_transfer": 1.0}).values == {}


def test_a_value_beside_a_reading_that_supplies_another_is_refused(model):
    assert "unused" in refused(model, {"former_detainees": "floor"}, {"former_detainees": 400_000})
    assert "unused" in refused(model, {"transfers_2021": "total_2021_february"}, {"transfers_2021": 3_100_000})


def test_the_articles_own_value_may_stand_beside_any_reading(model):
    # a notebook gives every default along with the one reading that it changes
    setting = model.setting({"former_detainees": "floor"}, {"former_detainees": 350_000})
    assert model.estimate("former_detainees", setting).value == 300_000
    assert setting == model.setting({"former_detainees": "floor"})


def test_a_number_of_numpy_may_be_set(model):
    assert model.setting(values={"overlap": np.float64(0.25)}).values == {"overlap": 0.25}


@pytest.mark.parametrize("number", [np.int64(200_000), np.float32(200_000)])
def test_any_real_number_may_be_set(model, number):
    assert model.setting(values={"former_detainees": number}).values == {"former_detainees": 200_000.0}


def test_the_implied_ratio_and_labourers_read_as_transfers_are_refused_together(model):
    message = refused(model, {"persons_per_transfer": "implied", "total_2019": "transfers"})
    assert "circle" in message
    assert "persons_per_transfer (implied) needs" in message
    assert "total_2019 (transfers)" in message
    assert message.count(". ") == 0


def test_one_choice_follows(model):
    setting = model.setting({"total_2019": "transfers"}, {"persons_per_transfer": 0.5})
    assert model.estimate("south_2019", setting).value == 825_000  # 1.65 million x 0.5
    assert model.estimate("total_2019", setting).value == 1_295_000  # 2.59 million x 0.5
    assert model.setting({"south_2019": "transfers"}) == model.setting({"total_2019": "transfers"})
    both = model.setting({"south_2019": "transfers", "total_2019": "transfers"})
    assert both == model.setting({"total_2019": "transfers"})


def test_readings_named_over_a_setting_win_and_drop_the_values_they_leave_unused(model):
    setting = model.setting({"total_2019": "transfers"}, {"transfers_2019": 2_500_000, "persons_per_transfer": 0.8})
    over = model.under(setting, {"south_2019": "persons", "transfers_2019": "from_rate"})
    assert over.readings == {"total_2019": "persons", "south_2019": "persons", "transfers_2019": "from_rate"}
    assert over.values == {"persons_per_transfer": 0.8}


def test_differences_are_one_line(model):
    setting = model.setting({"transfers_2019": "from_difference"}, {"overlap": 0.25, "at_risk_2021": 1_500_000})
    assert model.differences(setting) == (
        "differs from the article in: transfers_2019: 2021 less the printed increase (from_difference); "
        "overlap = 0.25 in the place of 0; at_risk_2021 = 1,500,000 person"
    )


def test_a_reading_or_value_on_which_nothing_depends_is_refused(model):
    plans = [model.plan("at_risk_2021")]
    model.check_used(model.setting(values={"persons_per_transfer": 0.9}), plans)
    model.check_used(model.setting({"transfers_2019": "from_difference"}), plans)
    model.check_used(ARTICLE, plans, values=["persons_per_transfer"], readings=["transfers_2019"])
    for setting, names, name in [
        (model.setting(values={"overlap": 0.1}), {}, "overlap"),
        (model.setting({"former_detainees": "floor"}), {}, "former_detainees"),
        (ARTICLE, {"values": ["overlap"]}, "overlap"),
        (ARTICLE, {"readings": ["former_detainees"]}, "former_detainees"),
        (ARTICLE, {"values": ["transfers_2019"]}, "transfers_2019"),  # the rate computes it
    ]:
        with pytest.raises(ModelError, match=f"^{name} is unused"):
            model.check_used(setting, plans, **names)


def test_a_value_that_a_reading_computes_after_all_is_unused(model):
    setting = model.setting(values={"persons_per_transfer": 0.9})
    readings = Setting({"persons_per_transfer": "implied"}, setting.values)
    with pytest.raises(ModelError, match="persons_per_transfer is unused"):
        model.check_used(setting, [model.plan("net_new_persons", readings)])


def test_one_plan_that_uses_it_is_enough(model):
    setting = model.setting(values={"overlap": 0.1})
    model.check_used(setting, [model.plan("at_risk_2021", setting), model.plan("at_risk_total", setting)])


@pytest.mark.parametrize("name", ["at_risk", "persons_per_transfer ", "persons_per_labourer"])
def test_an_unknown_quantity_is_refused_with_the_nearest(model, name):
    with pytest.raises(ModelError, match="is no quantity; did you mean"):
        model.estimate(name)


# Points -----------------------------------------------------------------------------------------------------------


def test_a_derived_share_without_a_meaning_is_refused_on_a_point(model):
    # labourers far above the 2.87 million transfers: more than one person per transfer
    setting = model.setting({"persons_per_transfer": "implied"}, {"labourers_2019": 3_000_000})
    with pytest.raises(OutOfBounds) as error:
        model.estimate("net_new_persons", setting)
    # 3,000,000 x 1.105 / 3,170,000 = 1.04574
    assert "persons_per_transfer, read implied, comes to 1.04574, outside 0.05 to 1" in str(error.value)


def test_a_division_by_nothing_is_refused(model):
    setting = model.setting(values={"planned_transfers_2016_2020": 0})
    with pytest.raises(OutOfBounds, match="excess_over_plan_2016_2020, read formula, has no finite value"):
        model.estimate("excess_over_plan_2016_2020", setting)


def test_a_share_of_everything_and_of_nothing_still_has_a_meaning(model):
    made = model.setting({"former_detainees": "from_low_end"}, {"at_risk_2021": 2_000_000})
    assert model.estimate("former_detainees", made).value == 0  # 2 million less 2 million, its minimum


# Bounds -----------------------------------------------------------------------------------------------------------


CASES = [
    ("excess_over_plan_2016_2020", {}, {}),
    ("planned_2021_over_mean_2016_2020", {}, {}),
    ("transfers_2019", {}, {}),
    ("growth_2019_2021", {"growth_2019_2021": "from_difference"}, {}),
    ("net_new_persons", {}, {}),
    ("net_new_persons", {"persons_per_transfer": "implied"}, {}),
    ("net_new_persons", {"transfers_2019": "from_labourers"}, {}),
    ("persons_per_transfer", {"persons_per_transfer": "implied"}, {}),
    ("at_risk_2019", {"at_risk_2019": "composition"}, {}),
    ("at_risk_2021", {}, {"persons_per_transfer_drift": 1.05}),
    ("at_risk_2021", {"at_risk_share_of_new": "as_in_2019"}, {}),
    ("at_risk_2021", {"persons_per_transfer": "implied", "at_risk_share_of_new": "as_in_2019"}, {}),
    ("at_risk_total", {}, {"overlap": 0.5}),
    ("former_detainees", {"former_detainees": "from_low_end"}, {}),
    ("former_detainees", {"former_detainees": "from_high_end"}, {"overlap": 0.5}),
]


@pytest.mark.parametrize("other", [False, True])
@pytest.mark.parametrize(("quantity", "readings", "values"), CASES)
def test_bounds_are_those_of_a_dense_grid(model, quantity, readings, values, other):
    setting = model.setting(readings, values)
    found = model.bounds(model.plan(quantity, setting), other=other)
    low, high = scan(model, quantity, setting, other=other)
    spread = max(high - low, 1e-9 * abs(high))
    # never inside the grid, and not beyond it by more than one of its steps
    assert found.low[0] <= low + 1e-9 * abs(low)
    assert found.high[0] >= high - 1e-9 * abs(high)
    assert found.low[0] == pytest.approx(low, abs=spread / 6)
    assert found.high[0] == pytest.approx(high, abs=spread / 6)
    if not found.trimmed:
        assert (found.low[0], found.high[0]) == pytest.approx((low, high), rel=1e-9)


def test_each_input_moves_once_everywhere(model):
    # 2,590,000 x g: the labourers and the growth alone, for the transfers of 2021 cancel
    setting = model.setting({"persons_per_transfer": "implied"})
    found = model.estimate("net_new_persons", setting)
    assert (found.low, found.high) == pytest.approx((2_585_000 * 0.1045, 2_595_000 * 0.1055))


@pytest.mark.parametrize(
    ("quantity", "readings", "vary"),
    [
        ("at_risk_total", {}, {"overlap": [0.0, 0.3, 1.0], "persons_per_transfer": [1.0, 0.5, 0.05]}),
        ("net_new_persons", {}, {"persons_per_transfer_drift": [0.5, 0.9, 1.0, 2.0]}),
        ("at_risk_2019", {"at_risk_2019": "composition"}, {"minority_share_outside": [0.0, 0.5, 1.0]}),
        ("former_detainees", {"former_detainees": "from_low_end"}, {"overlap": [0.0, 0.5, 0.9]}),
    ],
)
def test_varied_bounds_are_those_of_each_value_by_itself(model, quantity, readings, vary):
    setting = model.setting(readings)
    found = model.bounds(model.plan(quantity, setting), vary={name: np.array(x) for name, x in vary.items()})
    assert found.low.shape == found.high.shape == (len(next(iter(vary.values()))),)
    for i in range(len(found.low)):
        one = {name: x[i] for name, x in vary.items()}
        low, high = scan(model, quantity, setting, fixed=one)
        step = (high - low) / 6 if found.trimmed else 0  # the grid does not fall on the border of what has a meaning
        assert (found.low[i], found.high[i]) == pytest.approx((low, high), rel=1e-9, abs=step)
        alone = model.bounds(model.plan(quantity, setting), vary={name: np.array([x[i]]) for name, x in vary.items()})
        assert (found.low[i], found.high[i]) == pytest.approx((alone.low[0], alone.high[0]), rel=1e-9)


def test_a_quantity_of_chosen_values_alone_has_no_width(model):
    found = model.estimate("overlap")
    assert (found.low, found.high, found.value) == (0, 0, 0)


def test_corners_without_a_meaning_are_trimmed(model):
    """What the low end leaves for former detainees, with the place of its digits at half a million: partly below 0."""
    setting = model.setting({"former_detainees": "from_low_end"})
    found = model.bounds(model.plan("former_detainees", setting), other=True)
    low, high = scan(model, "former_detainees", setting, other=True, points=41)
    assert low >= 0
    assert found.low[0] == pytest.approx(0, abs=1e-3)  # the edge itself
    assert found.high[0] == pytest.approx(high, rel=1e-9)
    plan = model.plan("former_detainees", setting)
    leaves = [node.way.interval(other=True) for node in plan.leaves.values()]
    ends = [sorted({interval.low, interval.high}) for interval in leaves]
    below = 0
    for corner in itertools.product(*ends):
        below += by_hand(plan, dict(zip(plan.leaves, corner, strict=True)))["former_detainees"] < 0
    assert found.trimmed == below > 0
    assert found.corners == math.prod(len(end) for end in ends)


def test_a_share_may_be_trimmed_at_both_ends(model):
    """Persons per transfer where 2.865 million labourers stand beside 2.863 to 2.875 million transfers."""
    setting = model.setting({"persons_per_transfer": "implied"}, {"labourers_2019": 2_865_000})
    found = model.bounds(model.plan("persons_per_transfer", setting))
    assert (found.low[0], found.high[0]) == pytest.approx((2_865_000 * 1.1045 / 3_175_000, 1.0))
    assert found.trimmed == 1  # 2,865,000 x 1.1055 / 3,165,000 = 1.0007; the other three corners are below 1


def test_where_no_corner_has_a_meaning_there_are_no_bounds(model):
    setting = model.setting({"persons_per_transfer": "implied"}, {"labourers_2019": 3_000_000})
    found = model.bounds(model.plan("net_new_persons", setting))
    assert np.isnan(found.low[0])
    assert np.isnan(found.high[0])
    assert found.trimmed == found.corners


def test_a_meaning_narrower_than_the_interval_bounds_the_value():
    def share__from_x(x):
        return x

    # 0.50 to the nearest 0.5 stands for 0.25 to 0.75; a share has a meaning from 0.4 to 0.6
    made = small_model(
        share__from_x,
        claims=[claim("printed_x", "0.50", rounding_unit="0.5")],
        assumptions=[assumption("share", 0.5, minimum=0.4, maximum=0.6)],
        grades={("share", "set"): "chosen"},
        defaults={"share": "set"},
    )
    found = made.estimate("share", made.setting({"share": "from_x"}))
    assert found.value == 0.5
    assert (found.low, found.high) == pytest.approx((0.4, 0.6))


def test_an_extreme_inside_the_border_of_what_has_a_meaning_is_found():
    def share__of_both(x, y):
        return x + y

    def product(x, y, share):
        return x * y + 0 * share

    # x and y from 0.5 to 1.5, and x + y at most 2: the product is largest at 1 and 1, half way along the border
    made = small_model(
        share__of_both,
        product,
        claims=[claim(f"printed_{name}", "1", rounding_unit="1", quantity=name) for name in "xy"],
        assumptions=[assumption("share", 2, maximum=2)],
        defaults={"share": "of_both"},
    )
    found = made.estimate("product")
    assert (found.value, found.low, found.trimmed) == (1, 0.25, 1)
    assert found.high == pytest.approx(1)


# Where the value turns inside its interval ------------------------------------------------------------------------


def turning(turn, sign=1.0):
    """5 less (or plus) the squared distance of x, which is from 0.5 to 1.5, from a turn so far into its interval."""

    def q(x):
        return 5.0 - sign * (x - (0.5 + turn)) * (x - (0.5 + turn))

    return small_model(q, claims=[claim("printed_x", "1", rounding_unit="1")])


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("turn", [0.5, 0.3, 0.25, 0.7, 0.9])
def test_a_turn_inside_the_interval_is_found(turn, sign):
    found = turning(turn, sign).estimate("q")
    ends = sorted([5, 5 - sign * max(turn, 1 - turn) ** 2])
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-9)


def test_a_turn_near_the_end_of_the_interval_is_found():
    assert turning(0.96).estimate("q").high == pytest.approx(5, rel=1e-9)


def test_a_saddle_of_two_inputs_is_bounded_by_optimisation():
    def q(x, y):
        return x * (2 - x) * (3 - y) + y

    made = small_model(q, claims=[claim(f"printed_{name}", "1", rounding_unit="1", quantity=name) for name in "xy"])
    found = made.estimate("q")
    low, high = scan(made, "q", points=401)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6)


def test_an_optimum_is_sought_where_there_is_a_meaning_only():
    def share__humped(x):
        return x * (2 - x)

    # x from 0.5 to 1.5: the share would be 0.75 at both ends and 1 in the middle, but has no meaning above 0.9
    made = small_model(
        share__humped,
        claims=[claim("printed_x", "1", rounding_unit="1")],
        assumptions=[assumption("share", 0.5, maximum=0.9)],
        grades={("share", "set"): "chosen"},
        defaults={"share": "set"},
    )
    found = made.bounds(made.plan("share", made.setting({"share": "humped"})))
    assert found.low[0] == pytest.approx(0.75)
    assert found.high[0] == pytest.approx(0.9, rel=1e-6)


def test_varied_turns_are_found_row_by_row():
    def q(x, turn):
        return 5.0 - (x - turn) * (x - turn)

    made = small_model(
        q, claims=[claim("printed_x", "1", rounding_unit="1")], assumptions=[assumption("turn", 1, maximum=2)]
    )
    turns = np.array([0.0, 1.0, 1.25, 2.0])
    found = made.bounds(made.plan("q"), vary={"turn": turns})
    for i, turn in enumerate(turns):
        low, high = scan(made, "q", points=4001, fixed={"turn": turn})
        assert (found.low[i], found.high[i]) == pytest.approx((low, high), rel=1e-6)


# Monotony, which the corners of a box rest on ---------------------------------------------------------------------


def every_plan(model):
    """Each quantity under each of its readings and under the readings of each check."""
    for quantity in model.quantities:
        for reading in model.readings(quantity):
            yield model.plan(quantity, model.setting({quantity: reading}))
    for row in model.register.checks.values():
        yield model.plan(row.quantity, model.under(ARTICLE, row.readings))


@pytest.mark.parametrize("other", [False, True])
def test_every_quantity_of_the_article_rises_or_falls_throughout_in_each_printed_number(model, other):
    rng = np.random.default_rng(5)
    checked = 0
    for plan in every_plan(model):
        box = {name: node.way.interval(other=other) for name, node in plan.leaves.items() if node.way.claim}
        start = {
            name: rng.uniform(interval.low, interval.high, size=(40, 1)) for name, interval in box.items()
        }  # forty places of the box
        for name, interval in box.items():
            if interval.low == interval.high:
                continue
            line = np.linspace(interval.low, interval.high, 201)[None, :]
            values = by_hand(plan, {**start, name: line})[plan.target]
            steps = np.diff(np.broadcast_to(values, (40, 201)), axis=1)
            slack = 1e-12 * np.abs(values).max()
            assert not ((steps > slack).any() and (steps < -slack).any()), (plan.target, name)
            checked += 1
    assert checked > 100


# Widening an interval ---------------------------------------------------------------------------------------------


def of_two(x, y):
    return x / y + x * (3 - x)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.integers(2, 5), st.integers(0, 3), st.integers(0, 3))
def test_a_coarser_place_never_narrows_the_bounds(x, y, finer, coarser):
    assume(finer != coarser)
    places = ["0.1", "0.25", "0.5", "1"]
    fine, coarse = sorted([finer, coarser])

    def bounds(place):
        rows = [claim("printed_x", str(x), rounding_unit=place), claim("printed_y", str(y), rounding_unit=place)]
        return small_model(of_two, claims=rows).estimate("of_two")

    narrow, wide = bounds(places[fine]), bounds(places[coarse])
    slack = 1e-8 * max(abs(wide.low), abs(wide.high))
    assert wide.low <= narrow.low + slack
    assert wide.high >= narrow.high - slack
    assert narrow.low - slack <= narrow.value <= narrow.high + slack


@settings(deadline=None, max_examples=25)
@given(st.floats(0.05, 1), st.floats(0.5, 2), st.floats(0, 1))
def test_the_point_lies_within_the_bounds_and_they_are_those_of_the_grid(model, ratio, drift, overlap):
    values = {"persons_per_transfer": ratio, "persons_per_transfer_drift": drift, "overlap": overlap}
    found = model.estimate("at_risk_total", model.setting(values=values))
    low, high = scan(model, "at_risk_total", model.setting(values=values), points=3)
    assert found.low <= found.value <= found.high
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


# Kinds ------------------------------------------------------------------------------------------------------------


def kind_of(formula, x, y):
    rows = [claim(f"printed_{name}", "2.0", quantity=name, qualifier=word) for name, word in (("x", x), ("y", y))]
    made = small_model(formula, claims=rows)
    return made.estimate(formula.__name__).kind


FLOORS, CEILINGS, POINTS = ("over", "at_least"), ("up_to", "approaches"), ("exact", "about")


def total(x, y):
    return x + y


def difference(x, y):
    return x - y


def first(x, y):
    return x + 0 * y


@pytest.mark.parametrize(("x", "y"), list(itertools.product([*POINTS, *FLOORS, *CEILINGS], repeat=2)))
def test_kinds_combine(x, y):
    def side(word):
        return "floor" if word in FLOORS else "ceiling" if word in CEILINGS else "point"

    turned = {"floor": "ceiling", "ceiling": "floor", "point": "point"}

    def together(one, two):
        return one if two in ("point", one) else two if one == "point" else "none"

    assert kind_of(total, x, y) == together(side(x), side(y))
    assert kind_of(difference, x, y) == together(side(x), turned[side(y)])
    assert kind_of(first, x, y) == side(x)


def test_a_floor_below_the_line_makes_a_ceiling(model):
    setting = model.setting({"planned_transfers_2016_2020": "plan_2016_2020_floor"})
    assert model.estimate("excess_over_plan_2016_2020", setting).kind == "ceiling"
    assert model.estimate("excess_over_plan_2016_2020").kind == "point"


def test_the_kinds_of_the_article(model):
    assert model.estimate("at_risk_2021").kind == "ceiling"  # up to 1.6 million, and points
    assert model.estimate("at_risk_total").kind == "none"  # a ceiling and a floor
    # of all the floor goes, where all former detainees are counted among the transferred already
    assert model.estimate("at_risk_total", model.setting(values={"overlap": 1.0})).kind == "ceiling"
    assert model.estimate("at_risk_total_low").kind == "floor"
    assert model.estimate("at_risk_total_high").kind == "ceiling"
    # 2 to 2.5 million, its low end, less a ceiling
    assert model.estimate("former_detainees", model.setting({"former_detainees": "from_low_end"})).kind == "floor"
    assert model.estimate("former_detainees", model.setting({"former_detainees": "from_high_end"})).kind == "none"


def test_an_assumption_brings_its_kind():
    def q(x, y):
        return x - y

    for kind, expected in [
        ("floor", "ceiling"),
        ("ceiling", "floor"),
        ("point", "point"),
        ("range", "range"),
        ("none", "none"),
    ]:
        made = small_model(q, assumptions=[assumption("x", 0.75), assumption("y", 0.25, kind=kind)])
        assert made.estimate("q").kind == expected, kind


def test_a_value_set_by_hand_is_a_point(model):
    assert model.estimate("at_risk_2021", model.setting(values={"at_risk_2019": 1_000_000})).kind == "point"


def test_the_effect_is_the_slope_over_the_value(model):
    plan = model.plan("at_risk_total")
    total = 1_950_000 + STEP
    assert model.effect(plan, "persons_per_transfer") == pytest.approx(STEP * 1e-4 / total, rel=1e-6)
    assert model.effect(plan, "overlap") == pytest.approx(-350_000 * 0.5e-4 / total, rel=1e-6)  # from 0, of 0 to 0.5
    setting = model.setting({"persons_per_transfer": "implied"})
    assert model.effect(model.plan("net_new_persons", setting), "transfers_2021") == 0  # it cancels


# Formulas on quantities and on arrays -----------------------------------------------------------------------------


def all_formulas():
    found = {}
    for info in pkgutil.walk_packages(article_formulas.__path__, f"{article_formulas.__name__}."):
        module = importlib.import_module(info.name)
        for name, member in vars(module).items():
            if inspect.isfunction(member) and member.__module__ == module.__name__:
                found[name] = member
    return found


FORMULAS = all_formulas()


def test_every_formula_found_is_a_way_of_the_model(model):
    ways = {way.formula for named in model.ways.values() for way in named.values() if way.formula}
    assert ways == set(FORMULAS.values())


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_gives_the_same_on_floats_on_arrays_and_on_quantities(model, name):
    formula = FORMULAS[name]
    needs = list(inspect.signature(formula).parameters)
    rng = np.random.default_rng(len(name))
    bare = {need: rng.uniform(1.1, 9.7, size=5) for need in needs}
    on_arrays = np.asarray(formula(**bare))
    assert on_arrays.shape == (5,)
    in_units = {need: Quantity(values, parse_unit(model.units[need])) for need, values in bare.items()}
    on_quantities = formula(**in_units)
    quantity = name.split("__")[0]
    expected = parse_unit(model.units[quantity])
    assert on_quantities.to(expected).magnitude == pytest.approx(on_arrays, rel=1e-12)
    assert on_quantities.to_base_units().magnitude == pytest.approx(on_arrays, rel=1e-12)  # no factor hidden in a unit
    for i in range(5):
        assert formula(**{need: float(values[i]) for need, values in bare.items()}) == pytest.approx(on_arrays[i])
    column = formula(**{need: values[:, None] for need, values in bare.items()})
    assert np.asarray(column).shape == (5, 1)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_leaves_what_it_is_given_alone(name):
    needs = list(inspect.signature(FORMULAS[name]).parameters)
    bare = {need: np.array([1.5, 2.5]) + i for i, need in enumerate(needs)}
    FORMULAS[name](**bare)
    assert all((values == np.array([1.5, 2.5]) + i).all() for i, values in enumerate(bare.values()))


# Checks that a model refuses by itself -------------------------------------------------------------------------


def test_a_check_that_nothing_makes_circular_is_planned():
    made = small_model(a, claims=[claim("printed_a", "3", input=False)], checks=[check("r", "a", "printed_a")])
    assert made.plan("a").claims == frozenset()
    assert made.plan("a") is made.plan("a")


def test_a_leaf_that_is_not_given_takes_its_own_value(model):
    plan = model.plan("transfers_2019")
    assert plan.evaluate({})["transfers_2019"] == pytest.approx(3_170_000 / 1.105)
    assert plan.evaluate({"growth_2019_2021": 0.0})["transfers_2019"] == 3_170_000


def test_where_nothing_has_a_meaning_the_optimum_is_none():
    def share__humped(x):
        return x * (2 - x)

    # from 0.75 to 1 throughout, and a share has a meaning up to 0.5 only
    made = small_model(
        share__humped,
        claims=[claim("printed_x", "1", rounding_unit="1")],
        assumptions=[assumption("share", 0.25, maximum=0.5)],
        grades={("share", "set"): "chosen"},
        defaults={"share": "set"},
    )
    found = made.bounds(made.plan("share", made.setting({"share": "humped"})))
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert (found.trimmed, found.corners) == (2, 2)
