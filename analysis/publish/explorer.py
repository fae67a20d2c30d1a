"""In the explorer, a reader moves an assumption and sees what follows.

It is one page, and the reader has to install nothing. The page holds rows and sentences
as data, and the formulas as JavaScript that is translated from their own source.

>>> from analysis import load
>>> presets(load().model)[0]["given"], "at_risk_2021" in live(load().model)
('', True)
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined

from analysis.core.errors import InputError, display_path
from analysis.core.published import Interval
from analysis.core.rows import SETTABLE, Check, Headline
from analysis.core.sentences import SENTENCES
from analysis.core.spell import SAME
from analysis.core.units import BASE_UNITS, CONSTANTS, KNOWN_UNITS, SCALES
from analysis.model.comparison import asserted_by
from analysis.model.expressions import Expression
from analysis.model.judging import GROUNDS, VERDICTS
from analysis.model.model import Limit, Model, Source
from analysis.model.values import FAR
from analysis.model.verdicts import ends
from analysis.publish.atomic import write_file
from analysis.render.steps import (
    ASSUMED,
    as_printed,
    idle_needs,
    label,
    without,
    without_units,
)
from analysis.render.wording import (
    CAVEAT,
    SAID,
    TESTS_NOTHING,
    coarser_place,
    taken_at_end,
)
from analysis.whatif import scenarios
from analysis.whatif.sensitivity import HOLDS

NAME = "explorer.html"
_PAGES = Path(__file__).resolve().parent / "pages"
_SIGNS = {"at most": 1, "at least": -1}
#: The claim that the waterfall sets behind its bars.
CLAIM = "at_risk_total_range"


def write(folder: Path, model: Model) -> Path:
    """Write the page into a folder; return its path.

    Raises InputError as ``page`` does, and for another file there.
    """
    if (folder / NAME).exists() and "const FORMULAS" not in (folder / NAME).read_text(
        encoding="utf-8", errors="replace"
    ):
        raise InputError(
            f"{display_path(folder / NAME)} is no such page and would be lost; "
            "move it elsewhere"
        )
    write_file(folder / NAME, page(model))
    return folder / NAME


def address(path: Path, given: Mapping[str, str]) -> str:
    """The address of the page under a setting, texts by name."""
    setting = "&".join(
        f"{name}={quote(text, safe='/ ')}" for name, text in given.items()
    )
    start = path.absolute().as_uri()
    return f"{start}#{setting}" if setting else start


def page(model: Model) -> str:
    """Return the page as HTML, whole.

    The page asks no host for anything, and allows its own script and style alone. A
    data package that lacks a claim which the page draws raises InputError.
    """
    files = (_PAGES / f"explorer{end}" for end in (".html", ".css", "-model.js", ".js"))
    html, style, *code = (file.read_text(encoding="utf-8") for file in files)
    found = data(model)
    # No "<" in a text of the data ends the script.
    literal = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    script = (
        f'\n"use strict";\nconst DATA = {literal};\n'
        f"const FORMULAS = {{\n{''.join(formulas(model))}}};\n"
        f"const LIMITS = [\n{''.join(limits(model))}];\n{''.join(code)}"
    )
    parts = {
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }
    words = {
        "model": model,
        "presets": presets(model),
        "assumed": ASSUMED,
        "caveat": CAVEAT,
        "verdicts": VERDICTS,
    }
    environment = Environment(
        autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    environment.filters |= {"words": label, "plain": "{:,.10g}".format, "step": _step}
    return environment.from_string(html).render(found, **parts, **words)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _step(width: float) -> float:
    """A fiftieth of a slider's width or less, a round number."""
    return 10.0 ** math.floor(math.log10(width / 50))


def live(model: Model) -> list[str]:
    """Name the quantities that the page holds.

    They are those of the headlines, estimates and statements, and all that these rest
    on under any readings.
    """
    register = model.register
    named = [
        name
        for one in register.headlines.values()
        for name in (*one.working, *_in_sentences(one))
        if not _printed_row(model, name)
    ]
    compared = register.statements.values()
    named += [one.quantity for one in compared] + [
        one.other for one in compared if not one.is_number
    ]
    todo = [*(model.named(name)[0] for name in named), *register.estimates]
    todo += [register.claims[one.claim].quantity for one in register.headlines.values()]
    todo += [
        register.checks[one.check].quantity
        for one in register.headlines.values()
        if one.check
    ]
    found = dict.fromkeys(CONSTANTS)
    while todo:
        name = todo.pop(0)
        if name not in found:
            found[name] = None
            todo += [
                need for source in model.sources[name].values() for need in source.needs
            ]
            todo += [
                one.other for one in model.limits if one.quantity == name and one.other
            ]
            todo += [
                one.above
                for one in register.remarks
                if one.quantity == name and one.above in model.sources
            ]
    return list(found)


def formulas(model: Model) -> Iterable[str]:
    """Yield a line of JavaScript for each quantity and reading.

    The line has the formula as a function, and as a text with names in braces. A
    minimum or maximum, which the page does not compute, raises InputError.
    """
    for quantity in live(model):
        for reading, source in model.sources[quantity].items():
            one = source.expression
            if one is None:
                continue
            if one.chosen_from:
                message = (
                    f"the explorer can't bound the minimum or maximum in {one.name}"
                )
                raise model.register.refuse(None, "formulas", message)
            bare = without_units(one)
            fields = [f"run: {javascript(one)}", f"text: {_braced(bare)}"]
            if idle := idle_needs(model, bare):
                fields.append(f"plain: {_braced(without(bare, idle))}")
                fields.append(f"idle: {json.dumps(list(idle))}")
            yield f'  "{quantity}.{reading}": {{ {", ".join(fields)} }},\n'


def _braced(formula: Expression) -> str:
    """A formula as a text in JavaScript, with its names in braces."""
    names = {need: f"{{{need}}}" for need in formula.needs}
    return json.dumps(formula.text(names), ensure_ascii=False)


class _Unsigned(ast.NodeTransformer):
    """Writes a minus as a factor: JavaScript refuses one before a power."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.BinOp:
        return ast.BinOp(ast.Constant(-1), ast.Mult(), self.visit(node.operand))


def javascript(one: Expression) -> str:
    """An expression as a JavaScript function of its needs.

    >>> from analysis.model.expressions import parse
    >>> javascript(parse("-a ** 2 / (b + 1.5)"))
    '(a, b) => -1 * a ** 2 / (b + 1.5)'
    """
    plain = replace(one, result=_Unsigned().visit(deepcopy(one.result)))
    source = plain.source({"minimum": "Math.min", "maximum": "Math.max"})
    return f"({', '.join(one.needs)}) => {source}"


def limits(model: Model) -> Iterable[str]:
    """Yield a line of JavaScript for each end of each limit.

    The line has a function of how far a quantity lies from the end, and the sentence
    that refuses a quantity past it. The range of an assumption limits it where other
    quantities supply it.
    """
    names = live(model)
    ranges = [
        Limit(name, one.minimum, one.maximum)
        for name, one in model.register.assumptions.items()
    ]
    for one in (*model.limits, *ranges):
        for part in one.parts if one.quantity in names else ():
            told = _fields(one, "quantity low high other") | {
                "sentence": one.refusal,
                "needs": part.needs,
            }
            told["range"] = one.quantity if one in ranges else ""
            yield f"  {{ ...{json.dumps(told)}, run: {javascript(part)} }},\n"


def data(model: Model) -> dict[str, Any]:
    """The rows that the page computes with, the sources of its quantities, its words.

    Raises InputError as ``page`` does.
    """
    register, names = model.register, live(model)
    if CLAIM not in register.claims:
        raise register.refuse(
            None, "estimates", f"the explorer draws {CLAIM}, which claims.csv lacks"
        )
    both, named = register.claims[CLAIM].published, partial(_named, model)
    headlines, assumptions = register.headlines.values(), register.assumptions.items()
    counts = [
        one.id
        for one in register.claims.values()
        if one.printed and one.base_unit in BASE_UNITS
    ]
    return {
        "sentences": SENTENCES,
        "said": SAID,
        "grounds": GROUNDS,
        "testsNothing": TESTS_NOTHING,
        "settable": SETTABLE,
        "far": FAR,
        "constants": list(CONSTANTS),
        "baseUnits": BASE_UNITS,
        "knownUnits": KNOWN_UNITS,
        "names": model.quantities,
        "units": sorted({*KNOWN_UNITS, *(model.units[name] for name in names)}),
        "scales": {
            name: len(str(factor)) - 1 for name, factor in SCALES.items() if name
        },
        "quantities": {name: _quantity(model, name) for name in names},
        "assumptions": {
            name: _fields(one, "label low high unit")
            | {"side": _SIGNS.get(one.side, 0)}
            for name, one in assumptions
            if name in names
        },
        "places": {name: _place_of(model, [name]) for name in counts},
        "linked": [group for group in register.linked_readings if {*group} <= {*names}],
        "remarks": [
            _fields(one, "quantity words")
            | {"above": figure.published.value() if figure else one.above}
            for one in register.remarks
            if one.quantity in names
            for figure in [register.external.get(one.above)]
        ],
        "checks": {
            one.id: _check(model, one)
            for one in register.checks.values()
            if one.quantity in names and one.claim and not one.against
        },
        "headlines": [
            _fields(one, "id check")
            | {
                "quantity": register.claims[one.claim].quantity,
                "words": one.words(changed=False).model_dump(),
                "changed": one.words(changed=True).model_dump(),
                "named": {name: _number_of(model, name) for name in _in_sentences(one)},
                "working": [*map(named, one.working)],
            }
            for one in headlines
        ],
        "statements": [
            {
                "signs": HOLDS[one.comparison],
                "side": named(one.quantity),
                "other": model.number(named(one.quantity)[0], one.other)
                if one.is_number
                else named(one.other),
            }
            for one in register.statements.values()
        ],
        "estimates": register.estimates,
        "moved": [
            (*named(name), _titled(model, name))
            for name in dict.fromkeys(
                [
                    *register.estimates,
                    *(name for one in headlines for name in one.working),
                ]
            )
        ],
        "printed": {
            "least": both.value("low"),
            "most": both.value("high"),
            "words": str(both),
        },
    }


def presets(model: Model) -> list[dict[str, Any]]:
    """Return the shipped scenarios, each with its setting as an address has it.

    A scenario that draws assumptions is no single setting, so its ``given`` is None.
    """
    found = []
    for name, one in scenarios.shipped(model).items():
        texts = dict(one.readings)
        for quantity, number in one.numbers(model).items():
            written = model.written(quantity, number)
            is_number = isinstance(written, float)
            texts[quantity] = f"{written:.17g}" if is_number else str(written)
        given = None if one.distributions else "&".join(map("=".join, texts.items()))
        found.append(
            {"name": name, "words": f"{one.description} {one.reason}", "given": given}
        )
    return found


def _quantity(model: Model, name: str) -> dict[str, Any]:
    sources, (first, *others) = model.sources[name], model.readings(name)
    # A claim is a reading under its own name, too.
    own = sources[first].claim
    low, high = model.allowed(name)
    offered = [
        first,
        *(one for one in others if own is None or sources[one].claim is not own),
    ]
    # A value is shown on its own side of these numbers.
    printed = [
        row.published
        for row in model.register.claims.values()
        if row.quantity == name and row.printed
    ]
    beside = [
        end
        for one in printed
        for end in (one.value(), one.asserts().low, one.asserts().high)
    ]
    return {
        "unit": model.units[name],
        "usually": model.usually(name),
        "printed": own.published.digits_words if own else "",
        "suffix": model.suffix(name),
        "low": low,
        "high": high,
        "width": (sources["set"].width if "set" in sources else 0) or 1,
        "usual": first,
        "percent": _percent_of(model, name),
        "beside": [*filter(math.isfinite, beside)],
        "choices": offered if len(offered) > 1 else [],
        "totals": [
            (figure.published.value(), figure.id)
            for figure in model.register.external.values()
            if figure.quantity == name and figure.divided_by > 1
        ],
        "sources": {
            reading: _source(model, name, reading, one)
            for reading, one in sources.items()
        },
    }


def _source(
    model: Model, quantity: str, reading: str, source: Source
) -> dict[str, Any]:
    """A source, without the fields that are empty."""
    row = model.register.readings.get((quantity, reading))
    claim, one, printed = source.claim, source.assumption, source.row
    fields = {
        "grade": row.grade if row else "",
        "side": _SIGNS.get(source.side, 0),
        "taken": taken_at_end(printed) if printed and source.side else "",
        "coarserPlace": printed.published.coarse_place_words
        if printed and source.near != source.far
        else "",
        "row": printed.id if printed else "",
        "sum": source.sum,
        "claim": claim.id if claim else "",
        "shown": as_printed(source) if claim and claim.printed else "",
        "part": source.part if one else "",
        "same": source.same_as,
        "replaced": source.replaced,
        "room": source.room and _fields(source.room, "low high"),
        "near": source.near and _fields(source.near, "low high"),
        "far": source.far not in (None, source.near)
        and _fields(source.far, "low high"),
    }
    words = (
        f"printed: {fields['shown']} ({claim.where})"
        if claim and not row
        else model.label(quantity, reading)
    )
    told = {
        "differs": model.other_reading(quantity, reading),
        "words": words,
        "needs": source.needs,
    }
    return (
        told
        | {"value": float(source.value)}
        | {field: value for field, value in fields.items() if value}
    )


def _check(model: Model, check: Check) -> dict[str, Any]:
    claim = model.register.claims[check.claim]
    asserted = asserted_by(model, check, claim)
    printed = (
        claim.published.value(check.end)
        if claim.printed and check.end != "whole"
        else None
    )
    low, high = ends(check, claim, asserted.fine)
    return _fields(check, "quantity claim kind reached") | {
        "fine": _met(asserted.fine, printed),
        "coarse": _met(asserted.coarse, printed),
        "stretched": asserted.stretched and _met(asserted.stretched, printed),
        "lowIsOurs": asserted.low_is_ours,
        "highIsOurs": asserted.high_is_ours,
        "qualifier": claim.qualifier,
        "printed": printed,
        "coarserPlace": coarser_place(model, check, claim),
        "from": low,
        "to": high,
        "judges": check.id in claim.judged_by,
        "readings": [*check.readings.items()],
    }


def _met(one: Interval, printed: float | None) -> tuple[float, float, float]:
    """Return the ends of an interval, and the margin of a bare pass.

    The ends leave room for a float's last digits. A pass by less than the margin is
    barely one.
    """
    low = one.low + SAME * abs(one.low) * (1 if one.low_open else -1)
    high = one.high + SAME * abs(one.high) * (-1 if one.high_open else 1)
    size = abs(printed or (one.low if math.isfinite(one.low) else one.high))
    return low, high, 0.01 * size


def _in_sentences(headline: Headline) -> list[str]:
    """The names in braces in the sentences of a headline."""
    both = [headline.words(changed=changed) for changed in (False, True)]
    return [
        name for words in both for name in headline.named(words.shown + words.sentence)
    ]


def _printed_row(model: Model, name: str) -> str:
    """The digits of the row with a name, if there is one."""
    register = model.register
    row = register.claims.get(name) or register.external.get(name)
    return row.published.digits_words if row else ""


def _number_of(model: Model, name: str) -> Any:
    """What a name in braces stands for: printed digits, or a quantity."""
    return _printed_row(model, name) or _named(model, name)


def _titled(model: Model, text: str) -> str:
    """A quantity as the page names it; one that is read somehow, by that reading."""
    quantity, _, reading = text.partition(".")
    return model.label(quantity, reading) if reading else label(quantity)


def _named(model: Model, text: str) -> tuple[str, list[tuple[str, str]]]:
    """The quantity that a text names, and the reading that it names with it."""
    reading = text if text in model.register.claims else text.partition(".")[2]
    quantity, _ = model.named(text)
    return quantity, [(quantity, reading)] if reading else []


def _fields(row: Any, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}


def _place_of(model: Model, depends_on: Iterable[str]) -> float:
    """Return the last place that counts in something that rests on these rows.

    That is the coarsest of the rows' own places, and 10,000 at most, but for money.
    Where none of the rows counts things, it is 10,000.
    """
    rows = filter(None, map(model.register.claims.get, depends_on))
    places = {
        row.published.place("low"): row.base_unit
        for row in rows
        if row.base_unit in BASE_UNITS
    }
    return max(
        (place if unit == "USD" else min(place, 1e4) for place, unit in places.items()),
        default=1e4,
    )


def _percent_of(model: Model, quantity: str) -> int | None:
    """Return the fewest decimals of a percentage of this quantity.

    They are as many as are printed. A quantity that is no percentage has None.
    """
    claims = [
        claim for claim in model.register.claims.values() if claim.quantity == quantity
    ]
    if claims and all(claim.unit == "percent" for claim in claims):
        return max(len(claim.printed.partition(".")[2]) for claim in claims)
    return 0 if quantity in model.register.percent else None
