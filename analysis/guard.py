"""Compares the values computed now with those that were accepted.

A value has a table, an id and a field; the accepted values are data/expected.csv.
"""

import inspect
import random
import re
import zlib

import numpy as np
import pandas as pd

from analysis import figures, judge, printed, show
from analysis.model import formulas_by_name
from analysis.study import DATA
from analysis.tables import DataError, SettingError

EXPECTED = DATA / "expected.csv"
KEYS = ["table", "id", "field"]
#: The smallest of four numbers takes several points to tell from its mutants.
POINTS = ("first", "second", "third", "fourth", "fifth", "sixth")


def values(study):
    """Return the values to guard as texts, in one column."""
    found = {}
    for name, function in formulas_by_name().items():
        for point in POINTS:
            found["formulas", name, point] = made_up(name, function, point)
    for name in study.model.readings:
        found |= estimates(study, name)
    tables = study.model.tables
    for row in [*tables["claims"].values(), *tables["external"].values()]:
        found["printed", row["id"], "value"] = printed.value_of(row)
        found["printed", row["id"], "place"] = row["rounded_to"]
        found["printed", row["id"], "says"] = row["says"]
    for row in study.checks().to_dict("records"):
        for field in ("value", "low", "high", "side", "verdict"):
            found["checks", row["id"], field] = row[field]
        found |= edges(study.model, tables["checks"][row["id"]], row["verdict"])
    for field in fields(tables):
        found["sentences", field, "number"] = show.in_words(study.model, field, {})
    for name in figures.FIGURES:
        found |= digest(figures.data(study, name), name)
    texts = {key: text(value) for key, value in found.items()}
    column = pd.Series(texts, name="value").rename_axis(KEYS).sort_index()
    return column[~column.isin(["", "nan"])]


def made_up(name, function, point):
    """Return a formula at inputs of its own, which no other formula gets."""
    inputs = random.Random(f"{name} {point}")
    needs = inspect.signature(function).parameters
    return float(function(**{need: inputs.uniform(2, 9) for need in needs}))


def estimates(study, name):
    """Return the value of a quantity, and its bounds by rounding where it has any."""
    try:
        found = study[name]
    except SettingError as error:
        return {("estimates", name, "refused"): str(error)}
    made = {("estimates", name, "value"): found.value}
    if found.low < found.high:
        made["estimates", name, "low"] = found.low
        made["estimates", name, "high"] = found.high
    return made


def edges(model, check, verdict):
    """Return the ends of the spans of assumptions in which a verdict stays."""
    found = {}
    if check["compute"] and check["beside"]:
        result, claim = judge.result_for(model, check, {}), judge.claim_of(model, check)
        for name, part, _ in judge.conditions(result, claim, verdict):
            found["edges", check["id"], f"{name} from"] = part.low
            found["edges", check["id"], f"{name} to"] = part.high
    return found


def fields(tables):
    """Return the fields of all hand-written sentences."""
    sentences = [row["finding"] for row in tables["findings"].values()]
    sentences += map(str, show.texts("headlines.yaml")["headlines"])
    sentences += [row["caption"] for row in show.texts("figures.yaml").values()]
    found = set(re.findall(r"{([a-z][\w./]*(?::\w+)?)}", " ".join(sentences)))
    return sorted(found)


def digest(table, name):
    """Return digests of a table's numbers and of its words, in their order."""
    numbers = np.nan_to_num(table.select_dtypes("number").to_numpy().ravel())
    # The golden ratio gives each place a weight of its own.
    weights = 1 + np.arange(1, len(numbers) + 1) * 0.6180339887 % 1
    words = table.select_dtypes(exclude="number").to_csv()
    return {
        ("figures", name, "numbers"): float(numbers @ weights),
        ("figures", name, "words"): f"#{zlib.crc32(words.encode()):08x}",
    }


def text(value):
    """Return a number with twelve digits, or the words of anything else."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def moved(accepted, now):
    """Return the values that were accepted and are others now, side by side."""
    both = pd.concat({"was": accepted, "now": now}, axis=1).fillna("")
    numbers = both.apply(pd.to_numeric, errors="coerce")
    apart = (numbers["was"] - numbers["now"]).abs()
    same = apart <= 1e-9 * numbers.abs().max(axis=1)
    return both[(both["was"] != both["now"]) & ~same]


def read():
    """Return the accepted values."""
    try:
        table = pd.read_csv(EXPECTED, dtype=str, keep_default_na=False, index_col=KEYS)
    except (OSError, ValueError) as error:
        raise DataError(f"{EXPECTED.name}: {error}") from None
    return table["value"]


def lines(changes):
    """Yield a sentence for each value that moved: what it was and what it is."""
    for (table, row, field), was, now in changes.itertuples():
        yield f"moved: {table}, {row}, {field}: {was or 'none'} to {now or 'none'}"
