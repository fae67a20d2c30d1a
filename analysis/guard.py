"""Compares the values computed now with those that were accepted.

A value has a table, an id and a field; the accepted values are data/expected.csv.
"""

import inspect
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis import figures, headlines, judge
from analysis.model import FIELD, Model, formulas_by_name
from analysis.study import Study
from analysis.tables import DATA, DataError, SettingError

EXPECTED = DATA / "expected.csv"
KEYS = ["table", "id", "field"]
Values = dict[tuple[str, str, str], Any]
#: The smallest of four numbers takes many points to tell from its mutants.
POINTS = 64


def values(study: Study) -> pd.Series:
    """Return the values to guard as texts, in one column."""
    model = study.model
    result: Values = {}
    for name, function in formulas_by_name().items():
        result["formulas", name, "mean"] = made_up(name, function)
    for name in model.readings:
        result |= estimates(study, name)
    result |= given(model)
    for name, check in model.tables["checks"].items():
        row = judge.judge(model, check, {})
        for field in ("value", "low", "high", "side", "verdict"):
            result["checks", name, field] = row[field]
        for turn in row["conditions"]:
            result["edges", name, f"{turn.name} from"] = turn.low
            result["edges", name, f"{turn.name} to"] = turn.high
    for field in fields(model):
        result["sentences", field, "number"] = headlines.field(model, field, {})
    for name in model.texts["figures"]:
        result |= digests(figures.data(study, name), name)
    texts = {key: stored_text(value) for key, value in result.items()}
    column = pd.Series(texts, name="value").rename_axis(KEYS).sort_index()
    return column[~column.isin(["", "nan"])]


def given(model: Model) -> Values:
    """Return a digest of each row of a table, and of each part of a text."""
    result: Values = {}
    for table, rows in model.tables.items():
        for key, row in rows.items():
            name = key if isinstance(key, str) else ".".join(key)
            # Where a row stands is no part of it.
            result[table, name, "row"] = digest({**row, "row": ""})
    for name, text in model.texts.items():
        for key, part in text.items():
            result[name, key, "text"] = digest(part)
    return result


def made_up(name: str, function: Callable[..., Any]) -> float:
    """Return the mean of a formula over inputs that no other formula gets, half of them
    below one, as shares are."""
    inputs = np.random.default_rng(zlib.crc32(name.encode()))
    needs = inspect.signature(function).parameters
    values = function(*9 ** inputs.uniform(-1, 1, (len(needs), POINTS)))
    return float(np.mean(values))


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
    sentences += [row["caption"] for row in model.texts["figures"].values()]
    texts, names = model.texts["headlines"], set()
    for entry in (texts, *texts["headlines"]):
        sentences += filter(lambda text: isinstance(text, str), entry.values())
        names |= {*entry.get("working", ())}
    return sorted(names.union(*map(FIELD.findall, sentences)))


def digests(table: pd.DataFrame, name: str) -> Values:
    """Return a digest of each column of a plotted table, in its order."""
    result: Values = {}
    for column in table:
        cells = "\n".join(map(stored_text, table[column].to_list()))
        result["figures", name, str(column)] = digest(cells)
    return result


def digest(content: Any) -> str:
    """Return eight digits that change with the words of a text or a table."""
    return f"#{zlib.crc32(str(content).encode()):08x}"


def stored_text(value: Any) -> str:
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
        names = [*KEYS, "value"]
        table = pd.read_csv(EXPECTED, usecols=names, dtype=str, na_filter=False)
        return table.set_index(KEYS)["value"]
    except (OSError, ValueError) as error:
        raise DataError(f"{EXPECTED.name}: {error}") from None


def lines(changes: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each value that moved: what it was and what it is."""
    for (table, row, field), was, now in changes.itertuples():
        yield f"moved: {table}, {row}, {field}: {was or 'none'} to {now or 'none'}"
