"""The guard: compares what is computed now with the stored values, expected.csv.

``verify`` and ``reproduce`` fail where a value moved, and ``accept`` stores the values
of now. A value has a table, an id and a field. The table ``rows`` has the cells of each
row, so that no row or cell of the data is lost without a word.

>>> import analysis
>>> values(analysis.load())["checks", "at_risk_2021_sum", "judged"]
'matches'
"""

import inspect
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import figures
from analysis.book import Book
from analysis.rows import DataError, SettingError
from analysis.study import Study

EXPECTED = "data/expected.csv"
KEYS = ["table", "id", "field"]
#: What is stored of a check.
CHECK = ["value", "judged", "condition"]
#: Columns that are only read, and compute nothing.
UNUSED = {
    "file",
    "line",
    "statement",
    "note",
    "why",
    "phrase",
    "address",
    "source",
    "as_printed",
}


def values(study: Study) -> pd.Series:
    """Return the values to guard as texts, in one column."""
    means = {name: made_up(name, each) for name, each in study.book.formulas.items()}
    ends = estimates(study).set_index("quantity")
    ends[["low", "high"]] = ends[["low", "high"]].where(ends["low"] < ends["high"])
    tables = {
        "formulas": pd.DataFrame({"mean": means}),
        "estimates": ends.drop(columns=["label", "unit"]),
        "checks": study.checks().set_index("id")[CHECK],
        "findings": study.findings().set_index("id"),
        "cited": study.headlines().set_index("check")[["cite"]],
        "rows": pd.DataFrame({"says": cells_of(study.book)}),
    }
    article = judged(study)
    for name in study.book.texts["scenarios"]:
        under = judged(study.scenario(name))
        tables[f"scenario {name}"] = under[under != article]
    for name in study.figures().index:
        table = figures.data(study, name)[["value", "low", "high", "words"]]
        table.loc["caption", "words"] = figures.caption(study, name)
        tables[f"figure {name}"] = table.rename(str)
    joined: Any = pd.concat(tables).stack(future_stack=True)
    column = joined.rename_axis(KEYS).rename("value").map(stored_text)
    return column[~column.isin(["", "nan"])]


def judged(study: Study) -> pd.DataFrame:
    """Return the value and the verdict of each headline that is computed."""
    rows = {}
    for entry in study.book.texts["headlines"]["headlines"]:
        check = study.book.checks[entry["check"]]
        if check.compute:
            case = study.case_of(check)
            rows[check.id] = case.values()[case.target], case.verdict()
    return pd.DataFrame(rows, ["value", "verdict"]).T


def cells_of(book: Book) -> dict[str, str]:
    """Return what each row says of a number, a limit, a place or a label, by name."""
    texts = {}
    tables = book.quantities, book.claims, book.external, book.listed, book.checks
    for table in tables:
        for name, row in table.items():
            cells = [str(cell) for key, cell in vars(row).items() if key not in UNUSED]
            texts[f"{row.file}, {name}"] = " ".join(cells)
    return texts


def made_up(name: str, function: Callable[..., Any]) -> float:
    """Return the mean of a formula over inputs that no other formula gets, half of them
    below one, as shares are."""
    inputs = np.random.default_rng(zlib.crc32(name.encode()))
    needs = inspect.signature(function).parameters
    values = function(*9 ** inputs.uniform(-1, 1, (len(needs), 64)))
    return float(np.mean(values))


def estimates(study: Study) -> pd.DataFrame:
    """Return the estimate of each quantity; one past a limit has none."""
    rows = []
    for name in sorted(study.book.readings):
        row = {"quantity": name, "label": study.book.labels[name], "value": np.nan}
        with suppress(SettingError):
            found = study[name]
            row |= {"value": float(found), **vars(found)}
        rows.append(row)
    return pd.DataFrame(rows)


def stored_text(value: Any) -> str:
    """Return a number with twelve digits, or the words of anything else."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def moved(accepted: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Return the values that were accepted and are others now, side by side; a number
    that is not finite equals nothing."""
    both = pd.concat({"was": accepted, "now": now}, axis=1).fillna("none")
    was, new = both.apply(pd.to_numeric, errors="coerce").to_numpy().T
    is_near = np.isclose(was, new, rtol=1e-9, atol=0) & np.isfinite(was)
    is_same_text = (both["was"] == both["now"]) & np.isnan(was)
    return both[~(is_near | is_same_text)]


def read(folder: Path) -> pd.Series:
    """Return the accepted values of the article in a folder."""
    path = folder / EXPECTED
    try:
        table = pd.read_csv(path, index_col=KEYS, dtype=str, na_filter=False)
        return table["value"]
    except (KeyError, OSError, ValueError) as error:
        raise DataError(
            f"{path.name} cannot be read: {error}; accept writes it"
        ) from None


def lines(changes: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each value that moved: what it was and what it is."""
    for (table, row, field), was, now in changes.itertuples():
        yield f"{table}, {row}, {field} changed from {was} to {now}"
