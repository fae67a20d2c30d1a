"""Two results folders beside each other: which numbers moved, by how much, and which input moved them."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.core.register import InputError, shown
from analysis.output.display import Table
from analysis.output.escape import is_number

#: The columns that name a row of each table; rows of a figure's data have no name, and are counted.
_KEYS = {name: ["id"] for name in ("claims", "checks", "derived", "solutions", "external")}
_KEYS["findings"] = ["finding", "step"]
#: How the columns begin that are compared; the others hold words.
_COMPARED = re.compile("published|recomputed|value|low|high|passing|ours|ratio|unit|side|verdict|finer|status|role")


def compare(before: Path, after: Path) -> pd.DataFrame:
    """The cells that moved from one results folder to another; a cell that a run lacks is empty.

    The columns are table, id, field, was, now, by (now less was), percent (of was) and inputs (the moved ones that the
    cell rests on). Numbers within a relative 1e-9 have not moved. Raises InputError where a folder holds no results.
    """
    (was, rests), (now, rests_now) = _read(before), _read(after)
    here, there = ({table for table, _ in found} & {*_KEYS, "estimates"} for found in (rests, rests_now))
    for table in sorted(here ^ there):
        raise InputError(f"{shown(after if table in here else before)} has no rows of {table}, which the other has")
    rests |= rests_now
    both = pd.concat({"was": pd.Series(was), "now": pd.Series(now)}, axis=1).fillna("")
    one, two = (pd.to_numeric(both[side], errors="coerce") for side in ("was", "now"))
    both["by"], both["percent"] = two - one, 100 * (two - one) / one.where(one != 0)
    moved = (both["was"] != both["now"]) & ~np.isclose(one, two, rtol=1e-9, atol=0)
    both = both[moved].reset_index(names=["table", "id", "field"])
    rows = [(id, rests[table, id]) for table, id in zip(both["table"], both["id"], strict=True)]
    # The verdict of a claim moves with what is recomputed.
    inputs = {
        id for (id, names), field in zip(rows, both["field"], strict=True) if names == {id} and field != "verdict"
    }
    both["inputs"] = [sorted(names & inputs - {id}) for id, names in rows]
    return both.astype(object).where(both.notna(), None)


def in_words(found: pd.DataFrame) -> Table:
    """The cells that moved, for a reader: a line a row of a table, its first cell, and the names of the others."""
    rows = []
    for (table, id), group in found[~found["table"].str.startswith("figures/")].groupby(["table", "id"], sort=False):
        one, *others = group.to_dict("records")
        numbers = {"was": ",.10g", "now": ",.10g", "by": "+,.6g", "percent": "+,.3g"}
        texts = {name: f"{float(one[name] or 0):{how}}" if is_number(str(one[name])) else one[name] or ""
                 for name, how in numbers.items()}  # fmt: skip
        also, inputs = ", ".join(other["field"] for other in others), ", ".join(one["inputs"])
        rows.append({"row": f"{table}, {id}", "field": one["field"], **texts, "also": also, "moved by": inputs})
    return Table(rows, foot="")


def _read(folder: Path) -> tuple[dict[tuple[str, str, str], str], dict[tuple[str, str], set[str]]]:
    """The cells of a run by table, id and field, and the names that each row rests on, an input on its own."""
    cells, rests, path = dict[tuple[str, str, str], str](), dict[tuple[str, str], set[str]](), folder / "estimates.json"
    if not path.is_file():
        raise InputError(f"{shown(folder)} is no folder of results: it has no {path.name}")
    try:
        estimates = dict(json.loads(path.read_text(encoding="utf-8")))
        tables = [folder / f"{table}.csv" for table in _KEYS]
        for path in filter(Path.exists, [*tables, *sorted(folder.glob("figures/*.csv"))]):
            table = path.relative_to(folder).with_suffix("").as_posix()
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            for number, row in enumerate(({str(k): v for k, v in row.items()} for row in frame.to_dict("records")), 2):
                id = " ".join(row[key] for key in _KEYS[table]) if table in _KEYS else f"row {number}"
                words = " ".join(row.get(column, "") for column in ("quantity", "readings", "expression"))
                names = {id} if table == "claims" else set(re.findall(r"[\w.]+", words.replace("=", ".")))
                rests[table, id] = names.union(*(estimates.get(name, {}).get("depends_on", []) for name in names))
                cells |= {(table, id, name): row[name] for name in row if table not in _KEYS or _COMPARED.match(name)}
        for id, entry in estimates.items():
            rests["estimates", id] = {id, *entry.get("depends_on", [])}
            cells |= {("estimates", id, name): str(entry[name]) for name in entry if _COMPARED.match(name)}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(f"{shown(path)} is not as a run writes it ({' '.join(str(error).split())})") from None
    return cells, rests
