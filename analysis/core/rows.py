"""This module has a pydantic model for the rows of each table and YAML list.

Each field of a row class declares the type of its column, the values allowed and the
rules that apply. An empty cell takes the default of its field. The text below a field
in the code describes the field; the schema in datapackage.json and the codebook are
made from these texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from analysis.core.published import QUALIFIERS, FieldError, Interval, Published
from analysis.core.spell import place_words
from analysis.core.units import SCALES, name_of, parse_unit, require_base_unit

Grade = Literal["stated", "implied", "chosen"]
#: The grades that say where a reading or an assumption comes from, strongest first.
GRADES = ("stated", "implied", "published elsewhere", "chosen")
#: The kind of text in which a figure published elsewhere was seen, by its letter.
SEEN_IN = {"P": "the primary text", "M": "a copy", "S": "a secondary source"}
#: The prefix that divides an external figure by its number of years.
PER_YEAR = "per_year:"
#: The name of the reading that a formula without a reading in its name computes.
BARE = "formula"
#: The readings that a number set by a user may replace. Printed numbers and words are
#: not varied over a range; the values of the readings "set" and GIVEN are.
SETTABLE = ("set", "published", "in_words")
#: The reading of a quantity for which a user has set a number. Nobody can choose this
#: reading by its name, so it is not one of SETTABLE.
GIVEN = "given"


@dataclass(frozen=True)
class Ref:
    """Marks a field that refers to a row of another table, and names that table.

    Two targets are not tables: ``quantities`` means every quantity that a formula or a
    row supplies, and ``values`` means quantities, quantities under a reading, and
    claims.
    """

    to: str


@dataclass(frozen=True)
class In:
    """Marks a field with the unit of its numbers, for the codebook."""

    unit: str


@dataclass(frozen=True)
class OnlyWords:
    """Marks a field of words on which no number and no verdict rests."""


def only_words(table: type[BaseModel]) -> list[str]:
    """Return the fields of a table on whose words no number and no verdict rests."""
    return [
        name
        for name, field in table.model_fields.items()
        if any(isinstance(mark, OnlyWords) for mark in field.metadata)
    ]


def _listed(cell: Any) -> Any:
    """Split a text at its semicolons, and return any other value unchanged."""
    if not isinstance(cell, str):
        return cell
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _checked_date(text: str) -> str:
    """Refuse a day that is not in the calendar, and return any other date unchanged."""
    forms = {r"\d{4}-\d{2}-\d{2}": "%Y-%m-%d", r"[A-Z][a-z]+ \d+, \d{4}": "%B %d, %Y"}
    for pattern, form in forms.items():
        if re.fullmatch(pattern, text):
            try:
                datetime.strptime(text, form)
            except ValueError:
                raise ValueError(
                    f"'{text}' is not in the calendar; write a day such as 2022-01-23"
                ) from None
    return text


def _assigned(cell: Any) -> Any:
    """Read a cell of the form quantity=reading; semicolons separate several pairs."""
    pairs = [[word.strip() for word in part.split("=")] for part in _listed(cell)]
    if not all(len(pair) == 2 for pair in pairs) or len(dict(pairs)) < len(pairs):
        raise ValueError(
            f"'{cell}' must have the form quantity=reading, each quantity once"
        )
    return dict(pairs)


def _unit_or_percent(unit: str) -> str:
    return unit if unit == "percent" else require_base_unit(unit)


def _choices(*names: str) -> Any:
    """Return a field whose schema lists the values that ``Published`` accepts."""
    return Field(json_schema_extra={"enum": list(names)})


#: A field whose schema has the form of digits that ``Published`` accepts.
Digits = Field(json_schema_extra={"pattern": r"^-?[0-9]+(\.[0-9]+)?$"})
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
#: A finite number; YAML's `true` is refused.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Prose = Annotated[Text, OnlyWords()]
OptionalProse = Annotated[str, OnlyWords()]
#: A date or a period in words, or a day as 2022-01-23 or January 23, 2022.
Date = Annotated[Prose, AfterValidator(_checked_date)]
Unit = Annotated[Text, AfterValidator(require_base_unit)]
SplitNames = BeforeValidator(_listed)
Readings = Annotated[Mapping[str, str], BeforeValidator(_assigned), Ref("quantities")]
ClaimId = Annotated[str, Ref("claims.csv")]
QuantityName = Annotated[Name, Ref("quantities")]
OfRow = In("the row's scale and unit")
OfEntry = In("the entry's unit")


class Row(BaseModel):
    """A row of a table, an entry of a YAML file, or a part of one.

    In a table, ``row`` is the number of the row's line; line 1 is the header.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    file: ClassVar[str] = ""
    #: The fields that together name a row.
    key: ClassVar[tuple[str, ...]] = ("id",)
    #: By ``kind``, the models of entries with fewer fields. An assumption in words, for
    #: example, has no value.
    kinds: ClassVar[Mapping[str, type[Row]]] = {}
    row: int = 0
    note: OptionalProse = ""
    """What a reader should know about the row."""


class PrintedNumber(Row):
    """A row with a printed number."""

    id: Name
    """Name of the row."""
    statement: Prose
    """What is counted, in our words."""
    printed: Annotated[str, OfRow, Digits] = ""
    """The digits as printed, without separators. For a range, the digits of its low
    end. Empty if only words are printed."""
    printed_high: Annotated[str, OfRow, Digits] = ""
    """The digits of the high end of a range."""
    scale: Annotated[str, _choices(*filter(None, SCALES))] = ""
    """The word after the digits, such as million, if there is one."""
    unit: Annotated[Text, AfterValidator(_unit_or_percent)]
    """The unit of the number."""
    unit_as_printed: Prose
    """The noun that is printed with the number."""
    qualifier: Annotated[str, _choices(*QUALIFIERS)]
    """The kind of words around the digits, such as `about` or `up_to`."""
    target: bool
    """Whether the number is a planned figure, which is exact and not rounded."""
    rounding_unit: Annotated[str, OfRow, Digits] = ""
    """The place to which the digits are rounded, if the digits themselves do not show
    it."""
    rounding_unit_other: Annotated[str, OfRow, Digits] = ""
    """A second place to which the digits may have been rounded."""
    period: Prose
    """The period to which the number refers."""

    def model_post_init(self, context: Any) -> None:
        """Read the number, or raise FieldError if it can't be read."""
        _ = self.published

    @cached_property
    def published(self) -> Published:
        """The number as printed."""
        names = [field.name for field in fields(Published)]
        return Published(**{name: getattr(self, name) for name in names})

    @cached_property
    def base_unit(self) -> str:
        """The unit of the value.

        A percentage has the base unit dimensionless, because percent is only a way of
        printing a share.
        """
        if self.unit == "percent":
            return "dimensionless"
        return name_of(parse_unit(self.unit))


class Claim(PrintedNumber):
    """A number that the article prints, with its section and paragraph."""

    file = "claims.csv"
    id: Name
    """Name of the row, which is also the name of a reading of its quantity."""
    quantity: Name
    """The quantity of which the number is a value. If several rows have the same
    quantity, one of them may be the input, and the others are checked against the
    input."""
    input: bool
    """Whether calculations start from this row. At most one row of a quantity is the
    input."""
    role: Literal["start", "result", "count"]
    """start: calculations start from the number, which nothing in the article derives;
    result: the article derives the number or prints it again; count: the article
    reports the number, and there is nothing to recompute."""
    judged_by: Annotated[tuple[str, ...], SplitNames, Ref("checks.csv")] = ()
    """The check that gives a result its verdict. A range may have two checks, one for
    each end, separated by a semicolon; the weaker verdict counts. The cell is empty if
    the result can't be recalculated from this article."""
    same_calculation_as: Annotated[tuple[str, ...], SplitNames, Ref("claims.csv")] = ()
    """Other results of the same calculation, separated by semicolons. The tally counts
    all results of one calculation once."""
    words: OptionalProse = ""
    """The printed words that qualify the number, and nothing more of the sentence."""
    section: Annotated[Name, Ref("sections.csv")]
    """Section of the article."""
    paragraph: Annotated[int, Field(ge=1)]
    """The number of the paragraph within its section. For a note, the number of the
    note."""
    item: Annotated[int, Field(ge=1)] | None = None
    """The number of the bullet within the paragraph, counted from 1. Empty if the
    paragraph has no bullets."""
    place: Prose
    """The region or place to which the number refers."""
    document: OptionalProse = ""
    """The plan or paper to which the number refers."""
    source: Annotated[str, Ref("sources.csv")] = ""
    """The source that the article cites for the number. Empty if the article cites
    none."""

    def model_post_init(self, context: Any) -> None:
        """Refuse an input that is not a single number."""
        super().model_post_init(context)
        if self.input and self.qualifier in ("vague", "range"):
            raise FieldError(
                "input",
                "a calculation cannot start from a number in words or from a range; "
                "each end of a range is a quantity of its own",
            )

    @property
    def where(self) -> str:
        """The section and the paragraph of the number, in one phrase."""
        item = f", item {self.item}" if self.item else ""
        return f"{place_words(self.section, self.paragraph)}{item}"


class External(PrintedNumber):
    """A figure published elsewhere, to be set beside the numbers of the article.

    Under the article's own setting the figure is not an input. Another setting may use
    the figure for the quantity that it stands for.
    """

    file = "external.csv"
    unit_as_printed: Prose
    """The unit or noun that the source prints. If the source does not say whether it
    counts persons or transfers, the unit of the row is labourer."""
    qualifier: Annotated[str, _choices(*QUALIFIERS)]
    """The kind of words around the digits. The word `expected` marks a forecast
    made before the year was over."""
    period: Prose
    """The period to which the figure refers. The words ', a year' mark a yearly mean;
    without them, the figure is a total over the period."""
    noun: OptionalProse = ""
    """The noun as printed, in Chinese with an English translation. Empty if the noun
    was not noted, or if it is the same as `unit_as_printed`."""
    as_printed: OptionalProse = ""
    """The passage that prints the figure, in its own words and with its qualifier, such
    as 预计 (expected), 力争 (strive for) or 以上 (or more). Empty if only an English
    translation was noted."""
    year_from: Annotated[int, Field(ge=1900), In("calendar year")]
    """The first year of the figure's period."""
    year_to: Annotated[int, Field(ge=1900), In("calendar year")]
    """The last year of the figure's period."""
    scope: Prose
    """The place, months and group of people to which the figure refers."""
    publisher: Prose
    """Who published the figure, and who copied or quoted it."""
    title: OptionalProse = ""
    """The title of the text that prints the figure, if the text has one."""
    date: Date
    """The date of the text that prints the figure."""
    address: OptionalProse = ""
    """The address at which we saw the figure, without the scheme; the page need not be
    the original publication. For work reports, we give the government's page
    that the collection names. Empty if no address is known."""
    seen: Literal["P", "M", "S"]
    """The kind of text in which we saw the figure. P: a primary text, or its
    publisher's own page; M: a mirror or a news copy of a primary text, or a collection
    that warns that texts may be abridged; S: a secondary source that quotes the primary
    text."""
    beside: Annotated[tuple[str, ...], SplitNames, Ref("values")] = ()
    """The numbers of the article with which the figure is compared, separated by
    semicolons. Each number is named as a quantity, as quantity.reading or as a row of
    claims.csv. The prefix `per_year:` divides a total by its number of years. Empty if
    the figure is context only."""
    stands_for: Annotated[str, Ref("quantities")] = ""
    """The quantity that may take the figure as its value in another setting, because
    period, unit and scope agree. The prefix `per_year:` divides a total by its number
    of years. Empty if the figure is context only."""
    note: OptionalProse = ""
    """What the figure is used for, and why its scope may differ from the article's."""

    def model_post_init(self, context: Any) -> None:
        """Refuse a figure that is not a single number, or whose years are reversed."""
        super().model_post_init(context)
        if self.qualifier in ("range", "vague"):
            raise FieldError(
                "qualifier",
                "an external figure is one number; write a range as two rows",
            )
        if self.year_from > self.year_to:
            raise FieldError(
                "year_from",
                f"{self.year_from} lies after {self.year_to}, the last year of the "
                "figure",
            )
        if self.stands_for.startswith(PER_YEAR) and self.years == 1:
            raise FieldError(
                "stands_for", "a figure for one year cannot be divided by years"
            )

    @property
    def years(self) -> int:
        """The number of years over which the figure is a total.

        The number is 1 if the period says that the figure is a yearly mean.
        """
        return 1 if ", a year" in self.period else self.year_to - self.year_from + 1

    @property
    def quantity(self) -> str:
        """The quantity that the figure may be used for, or an empty text."""
        return self.stands_for.removeprefix(PER_YEAR)

    @property
    def divided_by(self) -> int:
        """The number of years by which the figure is divided for use as a quantity."""
        return self.years if self.stands_for.startswith(PER_YEAR) else 1

    @property
    def sum(self) -> str:
        """The digits as printed, perhaps with a division: "14.33 million ÷ 5 years"."""
        words = self.published.digits_words
        return words if self.divided_by == 1 else f"{words} ÷ {self.divided_by} years"

    @property
    def citation(self) -> str:
        """Who published the figure, in which text and when, and where we saw it."""
        text = f"{self.title}, " if self.title else ""
        return f"{text}{self.publisher}, {self.date}, seen in {SEEN_IN[self.seen]}"


class Recomputation(Row):
    """A quantity under named readings, and the claim, if any, that it is set beside."""

    id: Name
    """Name of the row."""
    statement: Prose
    """What is recomputed, in our words."""
    quantity: QuantityName
    """The quantity that is recomputed."""
    readings: Readings = {}
    """The readings that the calculation uses, as quantity=reading, separated by
    semicolons."""
    claim: ClaimId = ""


class Check(Recomputation):
    """A check: a quantity set beside a claim, or beside a figure published elsewhere.

    A row without a claim and without a figure only lists a derived quantity. If a row
    has a claim and the field ``against``, that field is arithmetic over figures
    published elsewhere; the claim is compared with the result of this arithmetic, and
    not with the quantity. If a row has ``against`` but no claim, that field is the id
    of one figure published elsewhere, which is compared with the quantity.
    """

    file = "checks.csv"
    statement: Prose
    """Which numbers are set side by side, in our words."""
    reached: Annotated[tuple[str, ...], SplitNames] = ()
    """Rows of claims.csv and assumptions.yaml whose limit ("up to", "at least") the
    check takes as reached, separated by semicolons. The statement of the check says
    which limits are taken as reached."""
    claim: ClaimId = ""
    """The row of claims.csv with which the recomputed value is compared. Empty if the
    value is only listed, or is compared with `against` alone."""
    end: Literal["", "low", "high", "whole"] = ""
    """For a claim that is a range, the end that is checked, or the range as a whole."""
    kind: Literal["", "derivation", "repetition", "hypothesis", "external"] = ""
    """derivation: a calculation that the article states or implies; repetition: a
    number that is printed twice; hypothesis: a calculation of our own; external: a
    comparison with a figure published elsewhere. Empty if the value is only listed."""
    against: str = ""
    """For a check of the kind `external`, the arithmetic over rows of external.csv
    whose result is compared with the claim. If the check has no claim, the cell names
    the one row of external.csv with which the quantity is compared."""

    @property
    def is_of_figures(self) -> bool:
        """Whether a claim is set beside figures published elsewhere, not a quantity."""
        return bool(self.against and self.claim)

    def model_post_init(self, context: Any) -> None:
        """Refuse a check whose kind does not fit what the check compares."""
        if bool(self.claim or self.against) != bool(self.kind):
            raise FieldError(
                "kind",
                "a check that is compared with a claim or a figure needs a kind, and "
                "any other check must have none",
            )
        if bool(self.against) != (self.kind == "external"):
            raise FieldError(
                "against",
                "a check of the kind external needs a figure published elsewhere here, "
                "and any other check has none",
            )


class Solve(Recomputation):
    """An assumption to solve for, so that a quantity equals a claim or a goal."""

    file = "solutions.csv"
    statement: Prose
    """What is solved for, in our words."""
    claim: ClaimId = ""
    """The row of claims.csv whose number the quantity must equal."""
    end: Literal["", "low", "high"] = ""
    """The end of the range that the quantity must equal."""
    solve: Annotated[Name, Ref("assumptions.yaml")]
    """The assumption that is solved for."""
    goal: Annotated[float | None, In("base unit of the quantity")] = None
    """The number that the quantity must equal, if this is not the printed number."""

    def model_post_init(self, context: Any) -> None:
        """Refuse a row with both a claim and a goal, or with neither."""
        if (self.goal is None) != bool(self.claim):
            raise FieldError(
                "goal", "the row needs either a claim or a goal, and not both"
            )


class Reading(Row):
    """A reading: a named way to compute or set the value of a quantity.

    ``same_as`` names another quantity whose value the reading takes.
    """

    file = "readings.csv"
    key = ("quantity", "reading")
    quantity: QuantityName
    """The quantity that the reading computes or sets."""
    reading: Name
    """The name of the reading. A reading is computed by a formula `quantity__reading`,
    or its row fills the column `same_as`, or it bears the name of a row of claims.csv.
    The name `published` means the row from which the quantity starts, and `set`,
    `floor`, `ceiling` and `in_words` belong to assumptions."""
    label: Prose
    """The reading in a few words."""
    grade: Grade
    """Where the choice comes from: it is stated by the article, implied by the
    article's numbers, or chosen by us."""
    default: bool
    """Whether the reading is used if no reading is named."""
    reconstruction: bool
    """Whether the reading is our reconstruction of a number that the article does not
    derive."""
    same_as: Annotated[str, Ref("quantities")] = ""
    """The quantity whose value this reading takes unchanged. Empty if the value comes
    from a formula, a row or an assumption."""

    @property
    def id(self) -> str:
        """The name of the row in messages: quantity and reading."""
        return f"{self.quantity}, {self.reading}"


class Statement(Row):
    """A comparison of two values.

    The right side of the statement is a quantity, a claim, or a number with its unit.
    """

    file = "statements.csv"
    id: str
    """Name of the statement."""
    statement: Prose
    """The statement in words."""
    quantity: Annotated[Text, Ref("values")]
    """The left side of the statement: a quantity, computed under the user's setting."""
    comparison: Literal["at_least", "more_than", "at_most", "less_than", "equals"]
    """How the left side compares with the right."""
    other: Text
    """The right side of the statement: a quantity, a printed number (by its row in
    claims.csv), or a number with its unit."""
    note: OptionalProse = ""
    """What a reader must know about the statement."""

    @property
    def is_number(self) -> bool:
        """Whether the right side of the statement is a number."""
        return self.other[0] in "-+.0123456789"


class Section(Row):
    """A section of the article."""

    file = "sections.csv"
    id: Name
    """The short name of the section, in lower-case letters with hyphens."""
    title: Prose
    """Heading of the section."""


class CitedSource(Row):
    """A source that the article cites."""

    file = "sources.csv"
    id: Name
    """The short name of the source, in lower-case letters with hyphens."""
    publisher: Prose
    """The publisher, as the article cites it."""
    date: Date
    """The date of the source, as the article cites it."""
    title: OptionalProse = ""
    """The title of the source, if the article gives one."""


class VagueEnd(Row):
    """A floor or a ceiling that words set, or a value worth trying, with its reason."""

    reason: Prose
    """Why the words set this floor or ceiling, or set none, or why the value is worth
    trying."""
    value: Annotated[Number | None, OfEntry] = None
    """The floor or the ceiling that the words set in their plain sense, or a value
    worth trying."""
    coarse: Annotated[Number | None, OfEntry] = None
    """The floor or the ceiling at the coarser rounding, if the words stand for a number
    that is printed elsewhere. If this field is empty, the floor or the ceiling is our
    own reading of the words."""
    coarse_place: OptionalProse = ""
    """The coarser rounding in words, such as "a tenth of a million"."""

    def at(self, *, coarse: bool) -> float | None:
        """Return the number, or its coarser rounding if ``coarse`` asks for it."""
        return self.value if self.coarse is None or not coarse else self.coarse


class VagueReading(Row):
    """Our floor and ceiling for a claim that is given in words, in base units."""

    file = "assumptions.yaml"
    id: Name
    """Name of the assumption, which is a quantity."""
    label: Prose
    """What the assumption is about, in a few words."""
    clause: OptionalProse = ""
    """What our value amounts to, as a clause that follows "we assume that"."""
    kind: Literal["words", "point", "floor", "ceiling"]
    """point: the value is a single number; floor: the true value may be higher;
    ceiling: the true value may be lower; words: the entry only says how we read a
    number that is given in words."""
    unit: Unit
    """Base unit of the values."""
    claim: ClaimId = ""
    """The row of claims.csv to which the assumption belongs."""
    rationale: Prose
    """Why we chose this value and this range."""
    floor: VagueEnd | None = None
    """The floor that the words of a claim set."""
    ceiling: VagueEnd | None = None
    """The ceiling that the words of a claim set, or the reason why there is none."""

    def model_post_init(self, context: Any) -> None:
        """Refuse a coarser end that leaves less room than the end itself.

        The rounding of a coarser end must be given in words.
        """
        ends = (("floor", self.floor, 1), ("ceiling", self.ceiling, -1))
        for side, end, inward in ends:
            if end is None or end.coarse is None:
                continue
            if not end.coarse_place:
                raise FieldError(
                    f"{side}.coarse_place",
                    "a coarser number needs its rounding in words, such as 'a tenth of "
                    "a million'",
                )
            if end.value is None or inward * end.coarse > inward * end.value:
                raise FieldError(
                    f"{side}.coarse",
                    f"{end.coarse:g} must leave more room than the {side} itself",
                )

    def allows(self, *, coarse: bool = False) -> Interval:
        """The interval of values that the words allow.

        An end of the interval is infinite where the words put no floor or ceiling.
        """
        low = self.floor.at(coarse=coarse) if self.floor else None
        high = self.ceiling.at(coarse=coarse) if self.ceiling else None
        return Interval(
            -math.inf if low is None else low, math.inf if high is None else high
        )


class Assumption(VagueReading):
    """A value that an estimate rests on.

    The tables of ranges vary the value from ``low`` to ``high``; a user may set any
    value from ``minimum`` to ``maximum``.
    """

    value: Annotated[Number, OfEntry]
    """The value that is used, in base units, unless a user sets another."""
    low: Annotated[Number, OfEntry]
    """The low end of the range over which the tables vary the assumption."""
    high: Annotated[Number, OfEntry]
    """The high end of the range over which the tables vary the assumption."""
    minimum: Annotated[Number, OfEntry]
    """The smallest allowed value; smaller values are refused."""
    maximum: Annotated[Number, OfEntry]
    """The largest allowed value; larger values are refused."""
    grade: Grade
    """Where the value comes from: it is stated by the article, implied by the article's
    numbers, or chosen by us."""
    bias: Prose
    """In which direction a higher or a lower value moves the results."""
    settle: Prose
    """Which source would settle the question."""
    marked: tuple[VagueEnd, ...] = ()
    """Values worth trying."""

    kinds: ClassVar = {"words": VagueReading}

    def model_post_init(self, context: Any) -> None:
        """Refuse reversed ends of a range, and any number outside the allowed range."""
        super().model_post_init(context)
        if self.low > self.high:
            raise FieldError(
                "low", f"{self.low:g} lies above the high end, {self.high:g}"
            )
        numbers = {name: getattr(self, name) for name in ("value", "low", "high")}
        for side, end in (("floor", self.floor), ("ceiling", self.ceiling)):
            if end:
                numbers[f"{side}.value"] = end.value
                numbers[f"{side}.coarse"] = end.coarse
        for place, mark in enumerate(self.marked):
            numbers[f"marked.{place}.value"] = mark.value
        for name, number in numbers.items():
            if number is not None and not self.minimum <= number <= self.maximum:
                raise FieldError(
                    name,
                    f"{number:g} lies outside the allowed range, {self.minimum:g} to "
                    f"{self.maximum:g}",
                )

    @property
    def label_inside(self) -> str:
        """The label with a small first letter, for use inside a sentence."""
        return f"{self.label[:1].lower()}{self.label[1:]}"

    @property
    def side(self) -> str:
        """The side of our value on which the true value lies.

        The side is ``at least`` for a floor, ``at most`` for a ceiling and empty
        otherwise.
        """
        return {"floor": "at least", "ceiling": "at most"}.get(self.kind, "")


class Step(Row):
    """A step of a finding's arithmetic."""

    what: Prose
    """What the step computes, in words."""
    expression: Text
    """The arithmetic in base units: names of quantities and rows, and numbers, with + -
    * / and brackets. After the name of a row, `_low` and `_high` give the ends of its
    range, or of the values that round to its digits; `_floor` gives the floor of a
    number in words."""
    comes_to: Decimal
    """The result of the step, worked out by hand and rounded."""
    unit: Text
    """Base unit of the result."""


class Finding(Row):
    """A finding: arithmetic, two views of it, and what would settle the question."""

    file = "findings.yaml"
    id: Name
    """Name of the finding."""
    title: Prose
    """The finding, in one neutral sentence."""
    claims: Annotated[tuple[str, ...], Ref("claims.csv")] = ()
    """The rows of claims.csv on which the finding rests."""
    external: Annotated[tuple[str, ...], Ref("external.csv")] = ()
    """The rows of external.csv on which the finding rests."""
    sources: Annotated[tuple[str, ...], Ref("sources.csv")] = ()
    """The rows of sources.csv on which the finding rests."""
    arithmetic: Annotated[tuple[Step, ...], Field(min_length=1)]
    """The steps of arithmetic over the rows that the finding names."""
    sceptical: Prose
    """The view that doubts the number."""
    charitable: Prose
    """The view under which the numbers can be right."""
    settle: Prose
    """Which source would settle the question."""


#: A name or arithmetic in braces, perhaps between bars, and how it is spelled.
_BRACES = re.compile(
    r"\{(?P<bar>\|?)(?P<name>[^{}|:]+)\|?(?::(?P<form>percent|short))?\}"
)


class HeadlineWords(BaseModel, extra="forbid"):
    """The verdict and the sentence of a headline under a changed setting."""

    BRACES: ClassVar = _BRACES

    shown: OptionalProse = ""
    """The verdict in other words; `{verdict}` stands for the verdict itself."""
    sentence: OptionalProse = ""
    """What a reader must know to understand the calculation. If this field is empty,
    the headline's usual sentence is shown."""


class OfficialFigure(BaseModel, extra="forbid"):
    """An official figure beside a headline, or a note that none was seen."""

    words: Prose
    """The official figure in words, or a note on what we have not seen."""
    figures: Annotated[tuple[str, ...], Ref("external.csv")] = ()
    """The rows of external.csv that hold the figure. Empty if we have seen none."""


class Citation(BaseModel, extra="forbid"):
    """The sentence, caveat and official figures to cite for a headline."""

    sentence: Prose
    """A sentence to quote."""
    caveat: Prose
    """The caveat that must go with the sentence."""
    official: Annotated[tuple[OfficialFigure, ...], Field(min_length=1)]
    """The official figures that stand beside the headline."""


class Headline(Row):
    """One of the numbers that a reader meets first.

    In the texts of a headline, a name in braces is replaced by the number of
    that name.
    """

    file = "headlines.yaml"
    id: Name
    """Name of the headline."""
    title: Prose
    """The headline in the article's words; printed words are in quotation marks."""
    claim: Annotated[Name, Ref("claims.csv")]
    """The row of claims.csv that the headline is about."""
    working: Annotated[tuple[str, ...], Ref("values")] = ()
    """The quantities whose formulas are shown with numbers in place of names."""
    check: Annotated[str, Ref("checks.csv")] = ""
    """The check that gives the verdict."""
    shown: OptionalProse = ""
    """The verdict in other words, if the usual words do not fit."""
    sentence: Prose
    """What a reader must know to understand the calculation, in short sentences."""
    if_changed: HeadlineWords = HeadlineWords()
    """The verdict and the sentence to show if a user's setting changes a number that
    the headline uses."""
    caveats: OptionalProse = ""
    """Further caveats, which a page shows when a reader opens the headline."""
    link: OptionalProse = "Working"
    """The words of the link that leads to the calculation."""
    cite: Citation | None = None
    """What may be cited, with the caveat that belongs to it and with official
    figures."""
    notebook: Text
    """The notebook that shows the calculation."""

    def explanation(self, *, changed: bool) -> str:
        """The sentence of the headline; a changed setting may replace this sentence."""
        return (self.if_changed.sentence if changed else "") or self.sentence

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each field whose text may hold names in braces, and the text."""
        for field in ("shown", "sentence", "caveats"):
            yield field, getattr(self, field)
        for field in ("shown", "sentence"):
            yield f"if_changed.{field}", getattr(self.if_changed, field)
        if self.cite:
            yield "cite.sentence", self.cite.sentence
            yield "cite.caveat", self.cite.caveat
            for place, figure in enumerate(self.cite.official):
                yield f"cite.official.{place}.words", figure.words

    @staticmethod
    def placed(text: str) -> list[tuple[str, str]]:
        """Return the names and arithmetic in a text's braces, each with its format.

        The list follows the order of the text, and leaves out the name ``verdict``.
        """
        return [
            (match["name"].strip(), f"{match['bar']}{match['form'] or ''}")
            for match in _BRACES.finditer(text)
            if match["name"].strip() != "verdict"
        ]

    @staticmethod
    def names_in_text(text: str) -> list[str]:
        """Return the names and arithmetic in a text's braces, except ``verdict``."""
        return [name for name, _ in Headline.placed(text)]


class Refusal(Row):
    """A conclusion that the package does not draw, and why."""

    file = "refusals.yaml"
    id: Name
    """Name of the refusal."""
    what: Prose
    """What is not concluded."""
    reason: Prose
    """Why the printed numbers do not allow it."""


class ExpectedCell(Row):
    """The accepted value of one field of the results.

    The schema of expected.csv is made from this class; the guard, which must also read
    a file with faults, does not check the cells against the class.
    """

    file = "expected.csv"
    key = ("table", "id", "field")
    table: Text
    """A file of the data, a table of the results, or another part of what a page or a
    screen shows."""
    id: Text
    """The row of the table."""
    field: Text
    """The field of the row."""
    value: Annotated[Text, In("base unit of the quantity")]
    """The accepted value: a word, a name, or a number rounded to ten digits."""


#: The models of the tables and lists, each with its ``file``.
TABLES: tuple[type[Row], ...] = (
    Claim,
    Check,
    Solve,
    Reading,
    Section,
    CitedSource,
    Assumption,
    External,
    Statement,
    Finding,
    Headline,
    Refusal,
)


class LimitRow(BaseModel, extra="forbid"):
    """A limit: the largest or smallest value that a quantity may have.

    The largest value may be the value of another quantity.
    """

    quantity: QuantityName
    at_most: Number | Name = math.inf
    at_least: Number = -math.inf

    def model_post_init(self, context: Any) -> None:
        """Refuse a limit that has neither a largest nor a smallest value."""
        if self.at_most == math.inf and self.at_least == -math.inf:
            raise FieldError(
                "limits", f"{self.quantity} has neither at_most nor at_least"
            )


def _with_excess_alone(words: str) -> str:
    """Refuse braces in the words of a remark, except ``{more}`` for the excess."""
    wrong = re.search(r"\{[^{}]*\}?|\}", words.replace("{more}", ""))
    if wrong:
        raise ValueError(
            f"'{wrong[0]}' has no number; a remark can hold only {{more}}, for the "
            "excess"
        )
    return words


class Remark(BaseModel, extra="forbid"):
    """A sentence that is shown with a quantity when the quantity exceeds another.

    In the words of the remark, ``{more}`` stands for the excess.
    """

    quantity: QuantityName
    above: Name
    words: Annotated[Text, AfterValidator(_with_excess_alone)]


class Context(BaseModel, extra="forbid"):
    """A sentence on figures published elsewhere, shown beside a quantity.

    In ``words``, a quantity's name or an expression in braces is replaced by its value.
    """

    beside: Annotated[str, Ref("quantities")]
    words: Prose


class PackageOptions(BaseModel, extra="forbid"):
    """The options of the analysis.

    All quantities in one entry of ``linked_readings`` take the same reading. The
    quantities in ``percent`` are shown as percentages although no row prints them in
    percent. ``estimates`` names the quantities that tables of scenarios and sweeps
    show.
    """

    formulas: Name
    linked_readings: tuple[tuple[str, ...], ...] = ()
    percent: Annotated[tuple[str, ...], Ref("quantities")] = ()
    estimates: Annotated[tuple[str, ...], Ref("quantities")] = ()
    limits: tuple[LimitRow, ...] = ()
    remarks: tuple[Remark, ...] = ()
    context: tuple[Context, ...] = ()


class Article(BaseModel):
    """The article that prints the numbers."""

    title: OptionalProse = ""
    path: str = ""
    author: OptionalProse = ""
    journal: OptionalProse = ""
    volume: OptionalProse = ""
    issue: OptionalProse = ""
    publisher: OptionalProse = ""
    date: OptionalProse = ""

    @property
    def reference(self) -> str:
        """The bibliographic reference to the article, as complete as is known."""
        author = f"{self.author}, " if self.author else ""
        title = f"“{self.title}”" if author else self.title
        journal = f"{self.journal} {self.volume}({self.issue})" if self.journal else ""
        parts = [f"{author}{title}", journal, self.publisher, self.date]
        return ", ".join(part for part in parts if part)


class Package(BaseModel):
    """The parts of datapackage.json that are read: title, article, files, options."""

    title: OptionalProse = ""
    sources: Annotated[tuple[Article, ...], Field(min_length=1)] = (Article(),)
    resources: tuple[dict[str, Any], ...]
    analysis: PackageOptions
