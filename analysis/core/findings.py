"""Findings: what is odd in the numbers, its arithmetic computed from the rows; and where to look for more.

What belongs here: the arithmetic of findings.yaml, and the search for rows that share digits or a date, each of which a
finding must name. What does not: any judgement on what is found.

>>> register = Register.read()
>>> round(value(register, "total_2021_tianshan / (1 + growth_rate_2019_2021)"))
2868778
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pint

from analysis.core.register import Claim, Finding, Register, RegisterError, Step
from analysis.core.units import CONSTANTS, Quantity, name_of, nearest, parse_unit

_OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}
#: Below this a number is a count that many things share, or the length of a span.
_SMALL = 20


def names(register: Register) -> dict[str, float]:
    """What an expression can name: rows of claims and of external by id, in base units.

    The ends of a range as ``id_low`` and ``id_high``; what a row in words is read as, as ``id_floor``. Besides, the
    assumptions, as the article has them, and the constants, which stand between unlike units.

    >>> names(Register.read())["detainees_several_floor"]
    300000
    """
    found: dict[str, float] = {a.id: a.used for a in register.assumptions.values()}
    found |= {name: number for name, (number, _) in CONSTANTS.items()}
    for claim in register.claims.values():
        if claim.published.qualifier == "range":
            found |= {f"{claim.id}_{end}": claim.published.value(end) for end in ("low", "high")}
        elif claim.published.qualifier != "vague":
            found[claim.id] = claim.published.value()
        elif claim.quantity in register.wordings:
            floor = register.wordings[claim.quantity].floor
            if floor and floor.value is not None:
                found[f"{claim.id}_floor"] = floor.value
    return found | {figure.id: figure.published.value() for figure in register.external.values()}


def _unit(register: Register, name: str) -> str:
    """The unit of something that an expression can name."""
    if name in CONSTANTS:
        return CONSTANTS[name][1]
    for rows in (register.assumptions, register.external, register.claims):
        if name in rows:
            return rows[name].unit
    return register.claims[re.sub("_(low|high|floor)$", "", name)].unit


#: Rows, numbers, + - * / and brackets.
_EXPRESSION = re.compile(r"[a-z0-9_.+\-*/() ]{1,500}")


def unit_of(register: Register, expression: str) -> str:
    """The unit that an expression over rows comes to. Raises ValueError for one that adds or compares unlike units.

    >>> unit_of(Register.read(), "figure_2019_all * persons_per_labourer / total_2021_tianshan")
    'person/transfer'
    """
    numbers = names(register)
    used = [name for name in re.findall(r"[a-z][a-z0-9_]*", expression) if name in numbers]
    known = {name: Quantity(numbers[name] or 1.0, parse_unit(_unit(register, name))) for name in used}
    try:
        result = _evaluated(expression, known)
    except pint.DimensionalityError as error:
        raise ValueError(f"'{expression}' adds unlike units ({error.units1} and {error.units2})") from None
    return name_of(result.units) if isinstance(result, Quantity) else "dimensionless"


def _evaluated(expression: str, known: dict[str, Any]) -> Any:
    import simpleeval

    return simpleeval.SimpleEval(operators=_OPERATORS, functions={}, names=known).eval(expression)


def value(register: Register, expression: str) -> float:
    """The value of an expression over rows, in base units.

    Raises ValueError, whose message says what is wrong, for an unknown name, anything but + - * / and brackets, and a
    result that is not finite.

    >>> value(Register.read(), "mean_2016_2020 ** 2")
    Traceback (most recent call last):
        ...
    ValueError: 'mean_2016_2020 ** 2' is not made of rows, numbers, + - * / and brackets
    """
    import simpleeval

    known = names(register)
    try:
        if not _EXPRESSION.fullmatch(expression):
            raise ValueError(expression)
        result = float(_evaluated(expression, known))
    except simpleeval.NameNotDefined as error:
        name = str(getattr(error, "name", ""))
        raise ValueError(f"'{name}' is no row with a number{nearest(name, known)}") from None
    except ZeroDivisionError:
        raise ValueError(f"'{expression}' divides by 0") from None
    except Exception:
        raise ValueError(f"'{expression}' is not made of rows, numbers, + - * / and brackets") from None
    if not math.isfinite(result):
        raise ValueError(f"'{expression}' has no finite value")
    return result


def recomputed(register: Register, finding: Finding) -> list[tuple[Step, float]]:
    """The arithmetic of a finding, each step with its value in base units.

    Raises RegisterError in one sentence for an expression that can't be computed or that names a row which the finding
    does not list.

    >>> register = Register.read()
    >>> ((step, number),) = recomputed(register, register.findings["high_end_of_the_total"])
    >>> step.unit, round(number)
    ('person', 598778)
    """
    found = []
    listed = {*finding.claims, *finding.external, *register.assumptions, *CONSTANTS}
    for place, step in enumerate(finding.arithmetic):
        try:
            number = value(register, step.expression)
            for name in re.findall(r"[a-z][a-z0-9_]*", step.expression):
                if name not in listed and re.sub("_(low|high|floor)$", "", name) not in listed:
                    raise ValueError(f"'{name}' is used but not among the rows of the finding")
        except ValueError as error:
            raise _refusal(register, finding, place, "expression", error) from None
        found.append((step, number))
    return found


def _refusal(register: Register, finding: Finding, place: int, field: str, error: ValueError) -> RegisterError:
    where = f"arithmetic.{place}.{field}"
    return RegisterError(register.file("findings.yaml"), str(error), id=finding.id, field=where)


def check(register: Register) -> None:
    """Refuse a finding whose arithmetic can't be computed, or comes to another unit than it says.

    Raises RegisterError in one sentence that names the step.
    """
    for finding in register.findings.values():
        for place, (step, _) in enumerate(recomputed(register, finding)):
            try:
                unit = unit_of(register, step.expression)
                if unit != step.unit:
                    raise ValueError(f"'{step.unit}' is not what the expression comes to, {unit}")
            except ValueError as error:
                raise _refusal(register, finding, place, "unit", error) from None


def agrees(step: Step, number: float) -> bool:
    """Whether a value rounds to what the step says that it comes to by hand.

    >>> agrees(Step("a third", "1 / 3", "0.333", "dimensionless"), 1 / 3)
    True
    """
    place = Decimal(1).scaleb(int(Decimal(step.comes_to).as_tuple().exponent))
    return abs(Decimal(repr(number)) - Decimal(step.comes_to)) <= place / 2 * (1 + Decimal("1e-9"))


# Where to look --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coincidence:
    """Rows, or sources, that share what calls for a second look."""

    what: str
    members: tuple[str, ...]


def coincidences(register: Register) -> list[Coincidence]:
    """Rows of different quantities with the same digits, or of one section with digits one apart in the last place;
    rows whose source is older than what they are about; one document under two dates.

    Counts below twenty and spans of the calendar are left out, for many things share them.

    >>> [c.members for c in coincidences(Register.read()) if c.what == "one document, two dates"]
    [('bachu-county-2020-10-11', 'bachu-county-2021-10-11')]
    """
    return [*_same_digits(register), *_older_sources(register), *_two_dates(register)]


def _ends(claim: Claim) -> list[str]:
    return [text for text in (claim.published.printed, claim.published.printed_high) if text]


def _same_digits(register: Register) -> Iterator[Coincidence]:
    rows = [
        (claim, end, digits)
        for claim in register.claims.values()
        for end, digits in zip(("low", "high"), _ends(claim), strict=False)
        if claim.published.scale or claim.published.unit == "percent" or Decimal(digits) >= _SMALL
        if claim.unit not in ("year", "month", "hour")
    ]
    for (one, end, digits), (two, end_two, digits_two) in itertools.combinations(rows, 2):
        if one.quantity == two.quantity:
            continue
        if math.isclose(one.published.value(end), two.published.value(end_two), rel_tol=1e-12):
            yield Coincidence("the same digits", (one.id, two.id))
        elif (
            one.section == two.section
            and len(digits) == len(digits_two) > 3
            and abs(int(digits.replace(".", "")) - int(digits_two.replace(".", ""))) == 1
        ):
            yield Coincidence("digits one apart", (one.id, two.id))


def _years(text: str) -> list[int]:
    return [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", text)]


def _older_sources(register: Register) -> Iterator[Coincidence]:
    for claim in register.claims.values():
        cited = _years(register.sources.get(claim.source, ""))
        if not claim.published.target and cited and _years(claim.period) and max(cited) < max(_years(claim.period)):
            yield Coincidence("a source older than what it is cited for", (claim.id, claim.source))


def _two_dates(register: Register) -> Iterator[Coincidence]:
    def document(name: str) -> str:
        return re.sub(r"-(\d{4})(-\d\d)*$", "", name)

    for one, two in itertools.combinations(register.sources, 2):
        titled = register.titles.get(one) and register.titles.get(one) == register.titles.get(two)
        if titled and document(one) == document(two):
            yield Coincidence("one document, two dates", (one, two))


def unnamed(register: Register) -> list[Coincidence]:
    """Coincidences of which no finding names all the members.

    >>> unnamed(Register.read())
    []
    """
    named = [{*f.claims, *f.external, *f.sources} for f in register.findings.values()]
    return [found for found in coincidences(register) if not any(set(found.members) <= rows for rows in named)]


def _problems(register: Register) -> Iterator[str]:
    for finding in register.findings.values():
        for step, number in recomputed(register, finding):
            if not agrees(step, number):
                yield f"{finding.id}: {step.what} comes to {number:.10g}, not to {step.comes_to}"


def problems(register: Register) -> list[str]:
    """Steps whose value is not what the finding says that it comes to by hand, in one sentence each.

    >>> problems(Register.read())
    []
    """
    return list(_problems(register))
