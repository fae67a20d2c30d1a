"""Compares the values computed now with those that were accepted.

A value has a table, an id and a field; the accepted values are data/expected.csv.
"""

import inspect
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis import figures, headlines, judge, printed
from analysis.model import FIELD, Model, formulas_by_name
from analysis.study import Study
from analysis.tables import DATA, DataError, SettingError

EXPECTED = DATA / "expected.csv"
KEYS = ["table", "id", "field"]
Values = dict[tuple[str, str, str], Any]
#: The smallest of four numbers takes several points to tell from its mutants.
POINTS = ("first", "second", "third", "fourth", "fifth", "sixth")


def values(study: Study) -> pd.Series:
    """Return the values to guard as texts, in one column."""
    model = study.model
    result: Values = {}
    for name, function in formulas_by_name().items():
        for point in POINTS:
            result["formulas", name, point] = made_up(name, function, point)
    for name in model.readings:
        result |= estimates(study, name)
    for row in [*model.tables["claims"].values(), *model.tables["external"].values()]:
        result["printed", row["id"], "value"] = printed.value_of(row)
        result["printed", row["id"], "place"] = row["rounded_to"]
        result["printed", row["id"], "says"] = row["says"]
    for name, check in model.tables["checks"].items():
        row = judge.judge(model, check, {})
        for field in ("value", "low", "high", "side", "verdict"):
            result["checks", name, field] = row[field]
        for assumption, part, _ in row["conditions"]:
            result["edges", name, f"{assumption} from"] = part.low
            result["edges", name, f"{assumption} to"] = part.high
    for field in fields(model):
        result["sentences", field, "number"] = headlines.field(model, field, {})
    for name in model.texts["figures"]:
        result |= digest(figures.data(study, name), name)
    texts = {key: text(value) for key, value in result.items()}
    column = pd.Series(texts, name="value").rename_axis(KEYS).sort_index()
    return column[~column.isin(["", "nan"])]


def made_up(name: str, function: Callable[..., float], point: str) -> float:
    """Return a formula at inputs of its own, which no other formula gets."""
    inputs = random.Random(f"{name} {point}")
    needs = inspect.signature(function).parameters
    return float(function(**{need: inputs.uniform(2, 9) for need in needs}))


def estimates(study: Study, name: str) -> Values:
    """Return the value of a quantity, and its bounds by rounding where it has any."""
    try:
        estimate = study[name]
    except SettingError as error:
        return {("estimates", name, "refused"): str(error)}
    rows: Values = {("estimates", name, "value"): estimate.value}
    if estimate.low < estimate.high:
        rows["estimates", name, "low"] = estimate.low
        rows["estimates", name, "high"] = estimate.high
    return rows


def fields(model: Model) -> list[str]:
    """Return the fields of all hand-written sentences."""
    sentences = [row["finding"] for row in model.tables["findings"].values()]
    sentences += map(str, model.texts["headlines"]["headlines"])
    sentences += [row["caption"] for row in model.texts["figures"].values()]
    return sorted({*FIELD.findall(" ".join(sentences))})


def digest(table: pd.DataFrame, name: str) -> Values:
    """Return digests of a table's numbers and of its words, in their order."""
    numbers = np.nan_to_num(table.select_dtypes("number").to_numpy().ravel())
    # The golden ratio gives each place a weight of its own.
    weights = 1 + np.arange(1, len(numbers) + 1) * 0.6180339887 % 1
    words = table.select_dtypes(exclude="number").to_csv()
    return {
        ("figures", name, "numbers"): float(numbers @ weights),
        ("figures", name, "words"): f"#{zlib.crc32(words.encode()):08x}",
    }


def text(value: Any) -> str:
    """Return a number with twelve digits, or the words of anything else."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def moved(accepted: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Return the values that were accepted and are others now, side by side."""
    both = pd.concat({"was": accepted, "now": now}, axis=1).fillna("")
    numbers = both.apply(pd.to_numeric, errors="coerce")
    apart = (numbers["was"] - numbers["now"]).abs()
    same = apart <= 1e-9 * numbers.abs().max(axis=1)
    return both[(both["was"] != both["now"]) & ~same]


def read() -> pd.Series:
    """Return the accepted values."""
    try:
        table = pd.read_csv(EXPECTED, dtype=str, keep_default_na=False, index_col=KEYS)
    except (OSError, ValueError) as error:
        raise DataError(f"{EXPECTED.name}: {error}") from None
    return table["value"]


def lines(changes: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each value that moved: what it was and what it is."""
    for (table, row, field), was, now in changes.itertuples():
        yield f"moved: {table}, {row}, {field}: {was or 'none'} to {now or 'none'}"
