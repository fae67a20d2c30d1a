"""The model: what supplies a value, what a user may set, limits, sides and remarks, and
which registers the model refuses.
"""

import itertools
import math
from functools import partial

import numpy as np
import pytest

from analysis import formulas
from analysis.core.errors import InputError, RegisterError
from analysis.core.rows import LimitRow, Remark, Statement
from analysis.core.units import Quantity, parse_unit
from analysis.model.expressions import read
from analysis.model.model import ARTICLE, Model, ModelError, Setting, assignments
from analysis.model.verdicts import judge
from tests.small import assumption, check, claim, figure, formula, small_model

#: Transfers added since 2019, from 3.17 million and a growth of 10.5 percent:
#: 301,221.72.
STEP = 3_170_000 - 3_170_000 / 1.105


def value(model, quantity, readings=None, values=None):
    return model.estimate(
        quantity, model.setting({**(readings or {}), **(values or {})})
    ).value


def sentence(error, call, *args, **how):
    """The one sentence with which a call is refused."""
    with pytest.raises(error) as refused:
        call(*args, **how)
    said = str(refused.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    return said.removesuffix(".")


q = formula("q() = 3.0")
q__named = formula("q__named() = 2.0")
q__other = formula("q__other() = 5.0")
w__named = formula("w__named() = 1.0")
double = formula("double(base) = 2 * base")


# What supplies a value ----------------------------------------------------------------
def test_the_sources_of_a_value_come_in_their_order():
    row, guess = claim("printed_q", "1"), assumption("q", 4, maximum=9)
    # The input row, before the bare formula and the assumption; then the default
    # reading; the formula; the assumption.
    assert value(small_model(q, claims=[row], assumptions=[guess]), "q") == 1
    made = small_model(q, q__named, assumptions=[guess], defaults={"q": "named"})
    assert value(made, "q") == 2
    assert value(small_model(q, q__named, assumptions=[guess]), "q") == 3
    assert value(small_model(q__named, assumptions=[guess]), "q") == 4
    # A reading that is named comes before them all.
    made = small_model(
        q,
        q__named,
        w__named,
        claims=[row],
        assumptions=[guess],
        same_as={("q", "alike"): "w"},
        defaults={"w": "named"},
    )
    found = {name: value(made, "q", {"q": name}) for name in made.readings("q")}
    assert found == {
        "published": 1,
        "printed_q": 1,
        "set": 4,
        "alike": 1,
        "formula": 3,
        "named": 2,
    }
    assert made.readings("q")[0] == "published"


def test_words_give_a_floor_and_a_ceiling_and_in_words_no_single_value():
    floor = {"reason": "x", "value": 30, "coarse": 20, "coarse_place": "x"}
    ceiling = {"reason": "x", "value": 70}
    made = small_model(
        double,
        assumptions=[assumption("base", 40, maximum=99, floor=floor, ceiling=ceiling)],
    )
    found = [
        made.estimate("base", made.setting({"base": one}))
        for one in ("set", "floor", "ceiling")
    ]
    assert [(one.value, one.side) for one in found] == [
        (40, ""),
        (30, "at least"),
        (70, "at most"),
    ]
    setting = made.setting({"base": "in_words"})
    said = (
        "{} has no single value, because the article gives base only in words. "
        "Set base to a number"
    )
    for name, low, high in (("base", 30, 70), ("double", 60, 140)):
        assert sentence(ModelError, made.estimate, name, setting) == said.format(name)
        found = made.plan(name, setting).rounded
        assert (found.low, found.high) == (low, high)
    # A number that is set ends that.
    assert made.estimate("double", made.setting({"base": 35}, setting)).value == 70


def test_the_article_by_hand(model):
    assert (value(model, "at_risk_total_low"), value(model, "at_risk_total_high")) == (
        2_000_000,
        2_500_000,
    )
    assert (
        value(model, "transfers_2021", {"transfers_2021": "total_2021_february"})
        == 3_200_000
    )
    # A formula's quantity may be set as well.
    floor, million = {"former_detainees": "floor"}, {"at_risk_2021": 1_000_000}
    assert value(model, "at_risk_total", floor, million) == 1_300_000
    # The ratio of 2021 is that of 2019 times its change, 0.8 x 1.25, or the one that
    # is set.
    changed = {"persons_per_transfer": 0.8, "persons_per_transfer_drift": 1.25}
    assert value(model, "persons_2021", values=changed) == 3_170_000
    changed["persons_per_transfer_2021"] = 0.5
    assert value(model, "persons_2021", values=changed) == 1_585_000
    # The set value has no width.
    setting = model.setting({"growth_2019_2021": 0.1})
    found = model.estimate("transfers_2019", setting)
    assert (found.low, found.high) == pytest.approx((3_165_000 / 1.1, 3_175_000 / 1.1))


# What may be set ----------------------------------------------------------------------
def case(said, readings=None, **values):
    """Readings and values that can't be set, and why."""
    return pytest.param(readings or {}, values, said)


@pytest.mark.parametrize(
    ("readings", "values", "said"),
    [
        case("'overlapp' is not a quantity. Did you mean 'overlap'?", overlapp=0.1),
        case(
            "'persons_per_labourer' is not a quantity. Did you mean "
            "'persons_per_cadre' or 'persons_per_transfer'?",
            persons_per_labourer=2.0,
        ),
        case(
            "'transfers_2018' is not a quantity. Did you mean 'transfers_2019' or "
            "'transfers_2021'?",
            {"transfers_2018": "x"},
        ),
        case(
            "transfers_2019 has no reading 'from_rates'. Did you mean 'from_rate'?",
            {"transfers_2019": "from_rates"},
        ),
        case("overlap must be a finite number, not nan", overlap=math.nan),
        case("overlap must be a finite number, not True", overlap=True),
        case("overlap cannot be 1.01. It must be between 0 and 1", overlap=1.01),
        case(
            "former_detainees cannot be 20 million. It must be between 0 and "
            "18.040304 million persons",
            former_detainees=2e7,
        ),
        case(
            "transfers_2021 cannot be −1. It must be 0 transfers or more",
            transfers_2021=-1,
        ),
        case(
            "growth_2019_2021 cannot be −150 percent. It must be −100 percent or more",
            growth_2019_2021=-1.5,
        ),
        case(
            "Use the same reading for total_2019 and south_2019: choose either "
            "'persons' or 'transfers'",
            {"total_2019": "persons", "south_2019": "transfers"},
        ),
        case(
            "These readings need each other: net_new_transfers (from_base) needs "
            "transfers_2019 (from_difference), which needs net_new_transfers "
            "(from_base). Choose another reading for one of them",
            {"transfers_2019": "from_difference", "net_new_transfers": "from_base"},
        ),
    ],
)
def test_what_can_not_be_set_is_refused(model, readings, values, said):
    assert sentence(ModelError, model.setting, {**readings, **values}) == said


def test_the_ends_of_an_allowed_range_and_any_real_number_may_be_set(model):
    for name, number in (
        ("overlap", 1.0),
        ("persons_per_transfer", 0.05),
        ("transfers_2021", 0),
        ("overlap", 1),
    ):
        assert model.setting({name: number}).values == {name: number}
    assert model.setting({"growth_2019_2021": -0.1}).values == {
        "growth_2019_2021": -0.1
    }
    for number in (np.int64(200_000), np.float32(200_000), np.float64(200_000)):
        assert model.setting({"former_detainees": number}).values == {
            "former_detainees": 200_000.0
        }


def test_what_equals_the_article_is_left_out_and_kept_as_given(model):
    same = model.setting(
        {"transfers_2019": "from_rate", "overlap": 0, "transfers_2021": 3_170_000}
    )
    assert (same, hash(same), model.differences(same)) == (ARTICLE, hash(Setting()), "")
    assert same.given == {"transfers_2019", "overlap", "transfers_2021"}


def test_a_change_takes_numbers_texts_and_readings(model):
    given = {
        "overlap": 0.25,
        "former_detainees": "0.3 million person",
        "transfers_2019": "from_difference",
    }
    setting = model.setting(given)
    assert setting == Setting(
        {
            "transfers_2019": "from_difference",
            "overlap": 0.25,
            "former_detainees": 300_000,
        }
    )
    assert setting.given == set(given)
    # A later change starts from it; a reading takes the place of a value,
    # and a value that of a reading.
    later = model.setting({"former_detainees": "floor", "overlap": 0}, setting)
    assert later == Setting(
        {"transfers_2019": "from_difference", "former_detainees": "floor"}
    )
    former = model.setting(
        assignments(["overlap = 25 %", "transfers_2019=from_difference"])
    )
    assert former == Setting({"transfers_2019": "from_difference", "overlap": 0.25})
    latest = model.setting({"transfers_2019": 2_600_000}, former)
    assert latest == Setting({"transfers_2019": 2_600_000, "overlap": 0.25})
    # Our own value, by its name, takes the number back.
    taken_back = model.setting({"overlap": "set"}, latest)
    assert taken_back == Setting({"transfers_2019": 2_600_000})


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        *(
            ([text], f"'{text}' is not of the form quantity=value")
            for text in ("overlap", "=1", "overlap=")
        ),
        (
            ["overlap: 0.5"],
            "'overlap: 0.5' is not of the form quantity=value. Did you mean "
            "'overlap=0.5'?",
        ),
        (
            ["overlap=1", "overlap=set"],
            "overlap is given twice. Give it one value or one reading",
        ),
    ],
)
def test_texts_are_refused_in_one_sentence(texts, said):
    assert sentence(InputError, assignments, texts) == said
    assert assignments(["a = b=c"]) == {"a": "b=c"}


def test_one_choice_follows(model):
    setting = model.setting({"total_2019": "transfers", "persons_per_transfer": 0.5})
    assert model.estimate("south_2019", setting).value == 825_000  # 1.65 million x 0.5
    assert model.setting({"south_2019": "transfers"}) == model.setting(
        {"total_2019": "transfers"}
    )
    # Readings named over a setting win.
    over = model.setting({"south_2019": "persons"}, setting)
    assert over.readings == {}  # both are read as in the article again


def test_what_is_linked_gives_way_to_a_number_that_is_given(model):
    # One choice for both, but the south has a number of its own: 0.5 x 2.59 million
    # transfers in all, and a million persons in the south.
    together = {"total_2019": "transfers", "south_2019": 1e6}
    first = {"south_2019": 1e6, "persons_per_transfer": 0.5}
    for setting in (
        model.setting({**together, "persons_per_transfer": 0.5}),
        model.setting({"total_2019": "transfers"}, model.setting(first)),
    ):
        assert model.estimate("total_2019", setting).value == 1_295_000
        assert model.estimate("south_2019", setting).value == 1_000_000


def test_differences_are_one_line(model):
    setting = model.setting(
        {"at_risk_2019": "southern", "overlap": 0.25, "at_risk_2021": 1_500_000}
    )
    assert model.differences(setting) == (
        "differs from the article in: at_risk_2019: minority transferees of the south "
        "(southern, our reconstruction); overlap = 0.25 in place of our 0; "
        "at_risk_2021 = 1.5 million persons"
    )


def test_a_name_that_nothing_depends_on_is_refused(model):
    unused = "{} does not affect at_risk_2021 under these readings. Leave it out"
    plans = [model.plan("at_risk_2021")]
    for given in (
        {"persons_per_transfer": 0.9},
        {"transfers_2019": "from_difference"},
        {"growth_2019_2021": 0.105},
    ):
        model.check_used(model.setting(given), plans)
    for given in ({"overlap": 0.1}, {"overlap": 0.0}, {"former_detainees": "floor"}):
        (name,) = given
        setting = model.setting(given)
        said = sentence(ModelError, model.check_used, setting, plans)
        assert said == unused.format(name)
        # One that uses it is enough.
        model.check_used(setting, [*plans, model.plan("at_risk_total")])
        model.check_used(setting, plans, ignored=[name])
    # A check's own reading may take the place of a number that is given.
    setting = model.setting({"persons_per_transfer": 0.9})
    hidden = model.taken_as(setting, {"persons_per_transfer": "implied"})
    plans = [model.plan("persons_2019", hidden)]
    assert sentence(ModelError, model.check_used, setting, plans) == (
        "Your number for persons_per_transfer has no effect, because all that uses "
        "persons_per_transfer here takes its reading 'implied'. Leave out the number, "
        "or choose another reading of the quantity that should use it"
    )
    # Of linked readings, one that is used is enough.
    model.check_used(
        model.setting({"south_2019": "transfers"}), [model.plan("total_2019")]
    )


# Limits and bounds --------------------------------------------------------------------

PERSONS = {"unit": "person"}
BASE = [claim("printed_base", "4", **PERSONS)]
half = formula("half(double) = double / 2")


@pytest.mark.parametrize(
    ("most", "high", "said"),
    [
        ("top", 3.75, "double would be 8, but cannot be more than top, which is 7"),
        (7, 3.5, "double would be 8, but cannot be more than 7"),
    ],
)
def test_a_limit_refuses_a_quantity_and_all_computed_from_it_and_no_setting(
    most, high, said
):
    rows = [*BASE, claim("printed_top", "7", **PERSONS)]
    limits = (LimitRow(quantity="double", at_most=most),)
    made = small_model(double, half, claims=rows, limits=limits)
    for name in ("double", "half"):
        assert sentence(ModelError, made.estimate, name) == said
        assert [str(limit) for limit in made.plan(name).limits] == [
            f"double above {most}"
        ]
    assert value(made, "base") == 4
    # A setting past the limit is one, and its bounds end there.
    setting = made.setting({"base": 3.6})
    refusal = sentence(ModelError, made.estimate, "half", setting)
    assert refusal.startswith("double would be 7.2")
    assert value(made, "half", values={"base": 3.5}) == 3.5  # at the limit itself
    # 2 x 3.5 to 4.5, at most 7, or 7.5 for a printed 7.
    bounds = made.plan("half").rounded
    assert (bounds.low, bounds.high) == pytest.approx((3.5, high))


# Remarks ------------------------------------------------------------------------------
def test_remarks_stand_beside_a_number_and_refuse_nothing(model):
    def remarks(quantity, **given):
        return model.estimate(quantity, model.setting(given)).remarks

    # Beside the number at risk alone.
    assert remarks("persons_2021", persons_per_transfer=0.549) == ()
    # Outside the range that an assumption is varied over, where the number depends
    # on it.
    given = {"persons_per_transfer_drift": 0.94, "overlap": 0.75}
    said = (
        "persons_per_transfer_drift is set to 0.94, outside the range from 0.95 to "
        "1.05 that we try",
        "overlap is set to 0.75, outside the range from 0 to 0.5 that we try",
    )
    assert remarks("net_new_persons", **given) == said[:1]
    assert remarks("at_risk_total", former_detainees=300_000, **given) == said
    assert remarks("net_new_persons", persons_per_transfer_drift=0.95) == ()


@pytest.mark.parametrize(
    ("quantity", "given", "said"),
    [
        (
            "transfers_2021",
            3.174,
            "You gave 3.174 for transfers_2021, but the article prints 3.17 million. "
            "Did you mean '3.174 million'? Write '3.174 transfer' if you mean it.",
        ),
        (
            "growth_2019_2021",
            "10.5",
            "You gave 10.5 for growth_2019_2021, but the article prints 10.5 percent. "
            "Did you mean '10.5 percent'? Write '1050 percent' if you mean it.",
        ),
        # Fifty times 3.17 million is 158.5 million, and a fiftieth 63,400.
        (
            "transfers_2021",
            158_500_000,
            "You gave 158.5 million for transfers_2021, but the article prints 3.17 "
            "million. Write '158,500,000 transfer' if you mean it.",
        ),
        (
            "transfers_2021",
            "63,400",
            "You gave 63,400 for transfers_2021, but the article prints 3.17 million. "
            "Did you mean '63,400 thousand'? Write '63,400 transfer' if you mean it.",
        ),
        # Printed as a result, and as a range.
        (
            "at_risk_2021",
            "1.9",
            "You gave 1.9 for at_risk_2021, but the article prints 2 million. Did you "
            "mean '1.9 million'? Write '1.9 person' if you mean it.",
        ),
        (
            "at_risk_total",
            2,
            "You gave 2 for at_risk_total, but the article prints 2 to 2.5 million. "
            "Did you mean '2 million'? Write '2 person' if you mean it.",
        ),
        # In words, and varied from 300,000 to 900,000.
        (
            "former_detainees",
            0.6,
            "You gave 0.6 for former_detainees, but we try 300,000 to 900,000. Did you "
            "mean '0.6 million'? Write '0.6 person' if you mean it.",
        ),
        # Only computed: 3.17 million divided by 1.105 is 2.869 million.
        (
            "transfers_2019",
            2.59,
            "You gave 2.59 for transfers_2019, but we compute 2.87 million. Did you "
            "mean '2.59 million'? Write '2.59 transfer' if you mean it.",
        ),
    ],
)
def test_a_number_far_from_the_usual_ones_needs_its_unit(model, quantity, given, said):
    refusal = f"{sentence(ModelError, model.setting, {quantity: given})}."
    assert refusal == said


@pytest.mark.parametrize(
    ("quantity", "given", "number"),
    [
        ("transfers_2021", "3,174 transfer", 3_174),
        ("transfers_2021", "3.174 million", 3_174_000),
        ("growth_2019_2021", "1050 percent", 10.5),
        ("growth_2019_2021", "10.5 %", 0.105),
        ("transfers_2021", 0, 0),
        ("transfers_2021", 63_500, 63_500),
        ("transfers_2021", 158_000_000, 158_000_000),
        # A share that nobody prints has no usual number from which another is far.
        ("at_risk_share_of_new", 0.001, 0.001),
    ],
)
def test_a_near_number_and_one_with_its_unit_are_taken(model, quantity, given, number):
    setting = model.setting({quantity: given})
    # A number that the article has anyhow is no difference from it.
    own = model.sources[quantity][model.default(quantity)].value
    assert setting.choices.get(quantity, own) == pytest.approx(number)
    # What is handed on, to a notebook or an address, is taken again.
    again = {name: model.written(name, one) for name, one in setting.choices.items()}
    assert model.setting(again) == setting


def test_a_remark_may_name_a_figure_published_elsewhere():
    said = [
        Remark(quantity="double", above=one, words=text)
        for one, text in (("seen", "{more} more"), ("base", "x"))
    ]
    rows = {"seen": figure("seen", "5000", rounding_unit="1000", unit="person")}
    made = small_model(
        double,
        claims=[claim("printed_base", "4001", **PERSONS)],
        external=rows,
        remarks=tuple(said),
    )
    # 8,002 less 5,000, to the thousand; 5,000 is not above 5,000.
    assert made.estimate("double").remarks == ("3,000 more", "x")
    assert made.estimate("double", made.setting({"base": 2500})).remarks == ("x",)


def test_a_derived_assumption_stays_in_its_allowed_range(model):
    # 2 million less 2 million, its minimum.
    at_its_end = model.setting(
        {"former_detainees": "from_low_end", "at_risk_2021": 2_000_000}
    )
    assert model.estimate("former_detainees", at_its_end).value == 0
    nothing = model.setting({"planned_transfers_2016_2020": 0})
    name = "excess_over_plan_2016_2020"
    assert sentence(ModelError, model.estimate, name, nothing) == (
        f"{name} has no finite value: its reading 'formula' divides by zero"
    )


# Sides --------------------------------------------------------------------------------

SIDES = {
    "exact": "",
    "about": "",
    "over": "at least",
    "at_least": "at least",
    "up_to": "at most",
    "approaches": "at most",
}
TURNED = {"at least": "at most", "at most": "at least", "": ""}
total = formula("total(x, y) = x + y")
difference = formula("difference(x, y) = x - y")
first = formula("first(x, y) = x + 0 * y")


@pytest.mark.parametrize(("x", "y"), list(itertools.product(SIDES, repeat=2)))
def test_sides_combine(x, y):
    def together(one, two):
        return one if two in ("", one) else two if one == "" else "no bound"

    rows = [
        claim(f"printed_{name}", "2.0", quantity=name, qualifier=word)
        for name, word in (("x", x), ("y", y))
    ]
    made = small_model(total, difference, first, claims=rows)
    sides = [made.estimate(name).side for name in ("total", "difference", "first")]
    assert sides == [
        together(SIDES[x], SIDES[y]),
        together(SIDES[x], TURNED[SIDES[y]]),
        SIDES[x],
    ]


@pytest.mark.parametrize(
    ("x", "y", "value", "side"),
    [
        # Both rise to 1 at 6, but 0 and 0 give 25.
        ("6.0", "6.0", 1, "no bound"),
        # Any smaller x and y give more.
        ("3.0", "4.0", 2, "at least"),
        # A smaller y gives more, and a smaller x gives less.
        ("6.0", "4.0", -1, "no bound"),
    ],
)
def test_an_effect_that_turns_in_the_room_of_an_input_leaves_no_bound(
    x, y, value, side
):
    turning = formula("turning(x, y) = (x - 5) * (y - 5)")
    rows = [
        claim("printed_x", x, qualifier="up_to"),
        claim("printed_y", y, qualifier="up_to"),
    ]
    estimate = small_model(turning, claims=rows).estimate("turning")
    assert (estimate.value, estimate.side) == (value, side)


def test_a_pole_in_the_room_of_an_input_leaves_no_bound():
    # 1 at x = 2, where it falls as x rises; but -1 at x = 0.
    past = formula("past(x) = 1 / (x - 1)")
    for printed, side in (("2.0", "no bound"), ("0.5", "at least")):
        row = claim("printed_x", printed, qualifier="up_to")
        assert small_model(past, claims=[row]).estimate("past").side == side


def test_the_sides_of_the_article(model):
    def side(name, readings=None, values=None):
        return model.plan(
            name, model.setting({**(readings or {}), **(values or {})})
        ).side

    # All of the south, and "at least".
    assert side("at_risk_total", {"at_risk_2019": "southern"}) == "no bound"
    # The floor has no effect where all former detainees are counted among the
    # transferred already.
    floor = {"former_detainees": "floor"}
    assert side("at_risk_total", floor, {"overlap": 1.0}) == "at most"


# What a model refuses of a register ---------------------------------------------------
def refused(*made, **how):
    return sentence(RegisterError, small_model, *made, **how)


adds = formula("adds(base, other) = base + other")
twice__one = formula("twice__one(base) = 2 * base")
twice__two = formula("twice__two(base) = base * base")
a = formula("a(b) = b")
b = formula("b(a) = a")


ANALYSIS = "nowhere/datapackage.json, field analysis"
FORMULAS = f"{ANALYSIS}.formulas: "
READINGS = "nowhere/readings.csv, "


def most(quantity, other):
    return {"claims": BASE, "limits": (LimitRow(quantity=quantity, at_most=other),)}


def above(other):
    seen = {"seen": figure("seen", "5", unit="transfer")}
    return {
        "claims": BASE,
        "external": seen,
        "remarks": (Remark(quantity="double", above=other, words="x"),),
    }


def making(*formulas, **how):
    """What makes a small model of these."""
    return partial(small_model, *formulas, **how)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            making(double, claims=[claim("printed_bass", "1")]),
            f"{FORMULAS}the formula double needs 'base', which no formula or row "
            "supplies. Did you mean 'bass'?",
        ),
        (
            making(claims=[claim("base", "1")]),
            "nowhere/claims.csv, row 2 (base), field id: 'base' is the name of a "
            "quantity; give the row another",
        ),
        (
            making(double, claims=[*BASE, claim("double", "2", quantity="w")]),
            "nowhere/claims.csv, row 2 (double), field id: 'double' is the name of a "
            "quantity; give the row another",
        ),
        (
            making(a, b),
            f"{FORMULAS}the formulas of a, b need each other in a circle, so nothing "
            "supplies them",
        ),
        (
            making(adds, claims=[*BASE, claim("printed_other", "1", unit="transfer")]),
            f"{FORMULAS}the formula adds adds or compares unlike units (person and "
            "transfer); it is given base in person, other in transfer",
        ),
        (
            making(twice__one, twice__two, claims=BASE, defaults={"twice": "one"}),
            f"{FORMULAS}twice is in person, but twice__two gives person²",
        ),
        (
            making(
                double, claims=[*BASE, claim("printed_double", "1", unit="transfer")]
            ),
            f"{FORMULAS}double is in transfer, but double gives person",
        ),
        (
            making(claims=BASE, assumptions=[assumption("base", 1, unit="transfer")]),
            "nowhere/assumptions.yaml, entry base, field unit: base is in person, but "
            "this entry gives transfer",
        ),
        (
            making(q, same_as={("w", "alike"): "qq"}),
            f"{READINGS}row 2 (w, alike), field same_as: 'qq' is not a quantity. Did "
            "you mean 'q'?",
        ),
        (
            making(q, claims=BASE, same_as={("q", "alike"): "base"}),
            f"{READINGS}row 2 (q, alike), field same_as: q is in dimensionless, but "
            "q__alike gives person",
        ),
        (
            making(q__named, same_as={("q", "named"): "q"}),
            f"{FORMULAS}two things are called q__named: give the formula another name",
        ),
        (
            making(q__named, q__other),
            f"{READINGS}field default: q has readings (named, other) and none of them "
            "is the default",
        ),
        (
            making(q, grades={("q", "nmed"): "stated"}),
            f"{READINGS}row 2 (q, nmed), field reading: q has no reading 'nmed'. "
            "Choose one of these: formula",
        ),
        (
            making(q, percent=("qq",)),
            f"{ANALYSIS}.percent: 'qq' is not a quantity. Did you mean 'q'?",
        ),
        (
            making(double, **most("doubl", "base")),
            f"{ANALYSIS}.limits: 'doubl' is not a quantity. Did you mean 'double'?",
        ),
        (
            making(double, **most("double", "bas")),
            f"{ANALYSIS}.limits: 'bas' is not a quantity. Did you mean 'base'?",
        ),
        (
            making(double, q, **most("double", "q")),
            f"{ANALYSIS}.limits: double is in person, and q in dimensionless",
        ),
        (
            making(double, **above("bas")),
            f"{ANALYSIS}.remarks: 'bas' is not a quantity. Did you mean 'base'?",
        ),
        (
            making(double, q, **above("q")),
            f"{ANALYSIS}.remarks: double is in person, and q in dimensionless",
        ),
        (
            making(double, **above("seen")),
            f"{ANALYSIS}.remarks: double is in person, and seen in transfer",
        ),
    ],
)
def test_names_units_and_defaults_fit(made, said):
    assert sentence(RegisterError, made) == said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"quantity": "doubel"}, "'doubel' is not a quantity. Did you mean 'double'?"),
        (
            {"readings": {"bas": "published"}},
            "'bas' is not a quantity. Did you mean 'base'?",
        ),
        (
            {"readings": {"base": "publishd"}},
            "base has no reading 'publishd'. Did you mean 'published'?",
        ),
        (
            {"readings": {"w": "published"}},
            "w does not affect double under these readings. Leave it out",
        ),
        (
            {"claim": "printed_base", "quantity": "base"},
            "the check is circular: it starts from printed_base, the number "
            "that it checks",
        ),
    ],
)
def test_a_check_that_is_none_is_refused(how, said):
    row, field = check("r", **{"quantity": "double", **how}), next(iter(how))
    found = refused(double, claims=[*BASE, claim("printed_w", "1")], checks=[row])
    assert found == f"nowhere/checks.csv, row 2 (r), field {field}: {said}"


def test_figures_and_statements_name_what_there_is():
    rows = [*BASE, claim("printed_w", "1")]

    def external(*beside):
        return {"claims": rows, "external": {"seen": figure("seen", "5", *beside)}}

    def statement(quantity, other):
        one = Statement(
            id="said",
            statement="x",
            quantity=quantity,
            comparison="equals",
            other=other,
            row=3,
        )
        return {"claims": rows, "statements": {"said": one}}

    small_model(
        double, **external("double", "double.formula", "printed_base", "per_year:base")
    )
    small_model(double, **statement("double", "printed_base"))
    none = "is not a quantity and not a row of claims.csv. Did you mean"
    found = refused(double, **external("doubl"))
    place = "nowhere/external.csv, row 4 (seen), field beside"
    assert found == f"{place}: 'doubl' {none} 'double'?"
    found = refused(double, **statement("doubl", "base"))
    place = "nowhere/statements.csv, row 3 (said), field quantity"
    assert found == f"{place}: 'doubl' {none} 'double'?"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_such", "ModuleNotFoundError: No module named 'no_such'"),
        ("ends_at_once", "SystemExit: 3"),
    ],
)
def test_a_module_that_can_not_be_imported_is_named(name, said, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "ends_at_once.py").write_text("raise SystemExit(3)", encoding="utf-8")
    register = small_model(q).register.model_copy(update={"formulas": name})
    assert (
        sentence(RegisterError, Model, register)
        == f"{FORMULAS}the module '{name}' can't be imported ({said})"
    )


# Formulas on quantities and on arrays -------------------------------------------------
@pytest.mark.parametrize("name", read(formulas))
def test_a_formula_gives_the_same_on_floats_on_arrays_and_on_quantities(model, name):
    expression = read(formulas)[name]
    rng = np.random.default_rng(len(name))
    bare = {need: rng.uniform(1.1, 9.7, size=(5, 1)) for need in expression.needs}
    on_arrays = expression.function(**bare)
    assert on_arrays.shape == (5, 1)
    in_units = {
        need: Quantity(values, parse_unit(model.units[need]))
        for need, values in bare.items()
    }
    on_quantities = expression.function(**in_units).to(
        parse_unit(model.units[name.split("__")[0]])
    )
    # No factor is hidden in a unit.
    assert on_quantities.magnitude == pytest.approx(on_arrays, rel=1e-12)
    for i in range(5):
        on_floats = expression.function(
            **{need: float(values[i, 0]) for need, values in bare.items()}
        )
        assert on_floats == pytest.approx(on_arrays[i, 0])


def test_a_formula_that_divides_by_zero_has_no_value_and_no_traceback():
    gap = formula("gap(base, w) = 1 / (base - w)")
    made = small_model(
        gap,
        claims=[claim("printed_base", "5"), claim("printed_w", "5", target=True)],
        checks=[check("r", "gap")],
    )
    with pytest.raises(ModelError) as refused:
        made.estimate("gap")
    said = "gap has no finite value: its reading 'formula' divides by zero."
    assert str(refused.value) == said
    assert judge(made, made.register.checks["r"]).reason == said
