"""Findings: their arithmetic by hand, what is refused, and that everything odd in the
numbers has a finding.
"""

import csv
import itertools
import re
from decimal import Decimal
from fractions import Fraction

import pytest
import yaml

from analysis.core.errors import RegisterError
from analysis.core.register import Register
from analysis.core.spell import same
from analysis.core.units import CONSTANTS
from analysis.model import arithmetic, findings
from analysis.model.expressions import parse
from analysis.model.model import Model
from tests.conftest import ROOT
from tests.spoiling import text

FINDINGS = yaml.safe_load((ROOT / "data" / "findings.yaml").read_text(encoding="utf-8"))


# Their arithmetic ---------------------------------------------------------------------
@pytest.mark.parametrize("entry", FINDINGS, ids=[one["id"] for one in FINDINGS])
def test_each_step_rounds_to_the_number_worked_out_by_hand(model, entry):
    steps = findings.recomputed(model, model.register.findings[entry["id"]])
    assert len(steps) == len(entry["arithmetic"]) > 0
    for step, number in steps:
        decimals = len(str(step.comes_to).partition(".")[2])
        assert (
            abs(Fraction(number) - Fraction(step.comes_to))
            <= Fraction("0.500001") / 10**decimals
        )
    assert findings.problems(model) == []


def test_a_step_that_comes_to_something_else_is_said(package):
    # 3,170,000 - 300,000 = 2,870,000, which is the mean: the difference is 0.
    text("findings.yaml", 'comes_to: "0"\n', 'comes_to: "10000"\n')(package)
    assert findings.problems(Model(Register.read(package))) == [
        "base_equals_mean: 2.87 million transfers in 2019, as the printed increase "
        "implies, minus the yearly mean of 2.87 million for 2016–2020 is 0, not 10000"
    ]


@pytest.mark.parametrize(
    ("expression", "value", "unit"),
    [
        ("mean_2016_2020", 2_870_000, "transfer"),
        ("excess_2016_2020", 0.3, "dimensionless"),
        ("at_risk_total_range_high - at_risk_total_range_low", 500_000, "person"),
        ("detainees_several_floor", 300_000, "person"),
        ("transfers_2019.from_difference / 2", 1_435_000, "transfer"),
        ("plan_13fyp_total / plan_13fyp_a_year", 5, "dimensionless"),
        ("2 * 3 - 1", 5, "dimensionless"),
        # 3.174 million is rounded to the thousand, 3.17 to ten thousands,
        # and a plan not at all.
        ("report_2021_low", 3_173_500, "transfer"),
        ("total_2021_tianshan_high", 3_175_000, "transfer"),
        ("plan_14fyp_total_high", 13_750_000, "transfer"),
    ],
)
def test_names_of_rows_quantities_and_figures(model, expression, value, unit):
    assert arithmetic.value(model, expression) == (pytest.approx(value), unit)


def rows_behind(model, name):
    """The rows that a name in an expression starts from."""
    rows = {**model.register.claims, **model.register.external}
    own = next(
        (one for one in (name, re.sub("_(low|high|floor)$", "", name)) if one in rows),
        None,
    )
    if own or name in CONSTANTS:
        return {own} - {None}
    return model.plan(*model.quantity_and_setting(name)).claims


def test_a_finding_lists_the_rows_that_it_starts_from(model):
    for one in model.register.findings.values():
        names = {
            name for step in one.arithmetic for name in parse(step.expression).needs
        }
        assert {row for name in names for row in rows_behind(model, name)} <= {
            *one.claims,
            *one.external,
        }, one.id


STEP = "expression: transfers_2019.from_difference\n"
NOT = "is not made of names, numbers, + - * / and brackets"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "total_2021_tianshen - 1",
            "'total_2021_tianshen' names no quantity or row with a number. Did you "
            "mean 'total_2021_tianshan'?",
        ),
        (
            "transfers_2019.from_rates",
            "'transfers_2019.from_rates' names no quantity or row with a number. Did "
            "you mean 'transfers_2019' or 'transfers_2019_xinhua'?",
        ),
        ("mean_2016_2020 ^ 2", f"'mean_2016_2020 ^ 2' {NOT}"),
        ("abs(mean_2016_2020)", f"'abs(mean_2016_2020)' {NOT}"),
        (
            "1 / (mean_2016_2020 - mean_2016_2020)",
            "'1 / (mean_2016_2020 - mean_2016_2020)' has no finite value",
        ),
        (
            "mean_2016_2020 + at_risk_2019_up_to",
            "'mean_2016_2020 + at_risk_2019_up_to' adds unlike units (transfer and "
            "person)",
        ),
        (
            "mean_2016_2020 * persons_per_transfer",
            "'mean_2016_2020 * persons_per_transfer' is in person, not in transfer",
        ),
        (
            "mean_2016_2020 * 1e200 * 1e200",
            "'mean_2016_2020 * 1e200 * 1e200' has no finite value",
        ),
    ],
)
def test_arithmetic_that_is_none_is_refused(package, written, said):
    file = package / "findings.yaml"
    head, tail = file.read_text(encoding="utf-8").split("- id: base_equals_mean\n")
    tail = tail.replace(STEP, f"expression: {written}\n", 1)
    file.write_text(f"{head}- id: base_equals_mean\n{tail}", encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        Model(Register.read(package))
    place = f"{file}, entry base_equals_mean, field arithmetic.0.expression"
    assert str(refused.value).removesuffix(".") == f"{place}: {said}"


# Where to look ------------------------------------------------------------------------
def same_digits(register):
    """Rows of different quantities with the same digits, or of one section with digits
    one apart in the last place.

    Counts below twenty and spans of the calendar are left out: many things share them.
    """
    rows = [
        (claim, end, digits)
        for claim in register.claims.values()
        for end, digits in (("low", claim.printed), ("high", claim.printed_high))
        if digits and (claim.scale or claim.unit == "percent" or Decimal(digits) >= 20)
        if claim.base_unit not in ("year", "month", "hour")
    ]
    for (one, end, digits), (two, other_end, other) in itertools.combinations(rows, 2):
        apart = (
            len(digits) == len(other) > 3
            and abs(int(digits.replace(".", "")) - int(other.replace(".", ""))) == 1
        )
        if one.quantity == two.quantity:
            continue
        if same(one.published.value(end), two.published.value(other_end)):
            yield "the same digits", one.id, two.id
        elif one.section == two.section and apart:
            yield "digits one apart", one.id, two.id


def years(words):
    return [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", words)]


def odd_sources(register):
    """Rows with a source older than their period, but for plans; one document twice."""
    for claim in register.claims.values():
        cited = years(register.sources.get(claim.source, ""))
        meant = years(claim.period)
        if not claim.target and cited and meant and max(cited) < max(meant):
            yield "an older source", claim.id, claim.source
    with (register.folder / "sources.csv").open(encoding="utf-8", newline="") as file:
        sources = list(csv.DictReader(file))
    for one, two in itertools.combinations(sources, 2):
        document = [
            re.sub(r"-(\d{4})(-\d\d)*$", "", source["id"]) for source in (one, two)
        ]
        if one["title"] and one["title"] == two["title"] and document[0] == document[1]:
            yield "one document, two dates", one["id"], two["id"]


def unnamed(register):
    """Coincidences of which no finding names both members."""
    named = [
        {*one.claims, *one.external, *one.sources} for one in register.findings.values()
    ]
    found = [*same_digits(register), *odd_sources(register)]
    return [one for one in found if not any({*one[1:]} <= rows for rows in named)]


def test_every_coincidence_has_a_finding(model):
    assert unnamed(model.register) == []
    assert len([*same_digits(model.register), *odd_sources(model.register)]) > 4
