"""The figures: what each plots, as a table, and how each kind of figure is drawn.

figures.yaml says of which kind a figure is, what it shows and what it shades.
``Study.figure`` draws one, and ``reproduce`` saves all.

>>> import analysis
>>> data(analysis.load(), "waterfall")[["label", "words"]].loc[1].to_list()
['Added by 2021', '+ 300,000']
"""

import math
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import headlines, tables, whatif, words
from analysis.book import Book, claim_of
from analysis.case import NOT_COMPUTED
from analysis.model import Model
from analysis.rows import ENDLESS, SCALES, DataError, SettingError, unknown

Row = dict[str, Any]
NUMBERS = ["value", "low", "high"]

#: Of Okabe and Ito's colours, which colour-blind readers can tell apart.
BLACK = "#1b1b1b"
BLUE = "#0072B2"
SKY = "#56B4E9"
BAND = "#F5DFB3"
PALE = "#555555"
STYLE: Any = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 200,
    "figure.constrained_layout.h_pad": 0.04,
    "hatch.linewidth": 0.8,
    "lines.linestyle": "",
    "savefig.dpi": "figure",
    "svg.hashsalt": "figures",
}
#: By what the numbers of an axis are divided.
AXES = SCALES | {"percent": 0.01}
#: Inches: the width of a figure, and the height of a line.
WIDE = 4.6
LINE = 0.135
#: Such a bar is hatched.
LEAST = "at least"
#: A mark points to where the true number may lie.
POINTS = {"": "o", "up to": "<", "at least": ">", "no bound": "d"}


def entry_of(book: Book, name: str) -> Row:
    """Return what figures.yaml says of a figure."""
    entries = book.texts["figures"]
    if name not in entries:
        raise SettingError(unknown("figure", name, entries))
    return entries[name]


# What is plotted ----------------------------------------------------------------------


def mark(model: Model, label: str, role: str, name: str) -> Row:
    """Return a row of a table: a figure published elsewhere, or a quantity."""
    row: Row = {"label": label, "role": role, "quantity": name, "side": ""}
    row |= {**dict.fromkeys(NUMBERS, math.nan), "words": NOT_COMPUTED}
    elsewhere = model.book.external.get(name)
    if elsewhere:
        row |= dict.fromkeys(NUMBERS, elsewhere.value)
        return row | {"words": words.as_printed(elsewhere)}
    try:
        case = model.case(name)
        value = case.estimate()
    except SettingError as error:
        if not model.setting:
            raise DataError(f"figures.yaml: {error}") from None
        return row
    text = model.book.spelled(case.target, value) or NOT_COMPUTED
    return row | {
        "quantity": case.target,
        "side": value.side,
        "value": float(value),
        "low": value.low,
        "high": value.high,
        "words": words.sided(text, value.side),
    }


def marks(model: Model, entry: Row) -> pd.DataFrame:
    """Return the marks of a figure, from top to bottom."""
    rows = []
    for role, names in entry["marks"].items():
        rows += [mark(model, label, role, name) for label, name in names.items()]
    return pd.DataFrame(rows)


def waterfall(model: Model, entry: Row) -> pd.DataFrame:
    """Return bars, each from another quantity, or from zero, to a quantity."""
    rows = []
    for bar in entry["bars"]:
        name = bar["to"]
        sign = "+"
        start = 0.0
        # What is past a limit is refused here; what is in words only is no number.
        if math.isnan(model[name]):
            name = bar.get("floor", name)
            sign = f"+ {LEAST}"
        row = mark(model, bar["label"], "", name)
        if bar["from"]:
            start = float(model[bar["from"]])
            by = model.book.spelled(row["quantity"], row["value"] - start)
            row["words"] = f"{sign} {by}"
        row["low"], row["high"] = sorted([start, row["value"]])
        rows.append(row)
    return pd.DataFrame(rows)


def tornado(model: Model, entry: Row) -> pd.DataFrame:
    """Return a quantity with each assumption at either end of its range."""
    book = model.book
    target = entry["target"]
    table = whatif.sensitivity(model.case(target))
    rows = []
    whole = mark(model, "Nothing moves it", "", target)
    for row in table[table["kind"] != "printed"].to_dict("records"):
        unit = book.unit(row["input"])
        texts = {}
        for end in ("from", "to"):
            value = row[f"at_{end}"]
            number = words.exact(words.rounded(row[end], unit), unit)
            texts[value] = f"{book.spelled(target, value)} at {number}"
        low, high = sorted(texts)
        label = words.sentence_case(book.labels[row["input"]])
        text = f"{texts[low]}; {texts[high]}"
        rows.append(whole | {"label": label, "low": low, "high": high, "words": text})
    return pd.DataFrame(rows or [whole])


KINDS = {"marks": marks, "waterfall": waterfall, "tornado": tornado}


def data(model: Model, name: str) -> pd.DataFrame:
    """Return what a figure plots, in base units."""
    entry = entry_of(model.book, name)
    return KINDS[entry["kind"]](model, entry)


# How it is drawn: tables are in units of the axis -------------------------------------


def style() -> Any:
    """Return the context in which figures are drawn and saved."""
    import matplotlib

    return matplotlib.rc_context(STYLE)


def shade(model: Model, entry: Row, scale: float, axes: Any) -> None:
    """Shade what rows say, and say above what it is."""
    ((label, names),) = entry["shade"].items()
    axes.set_title(label, loc="right", pad=5, color="#7A5300", fontsize=7)
    claims = model.book.claims
    claim = claim_of(claims[names[0]], claims[names[-1]])
    low, high = claim.exact
    if claim.low_end:
        low = float(model[claim.low_end])
    if high - low >= ENDLESS:
        place = f"figures.yaml, {entry['title']}"
        raise DataError(f"{place}: {names} must have two ends to be shaded")
    axes.axvspan(low / scale, high / scale, color=BAND, zorder=0)


def plotted(table: Any, entry: Row, axes: Any) -> float:
    """Draw a row for each mark, and return the height of a figure that they take.

    A row has its label at the left, a line from low to high, a mark, and its words at
    the right. Above the first of several roles stands the role.
    """
    is_first = table["role"] != table["role"].shift()
    rows = table.assign(has_head=is_first & (table["role"].nunique() > 1))
    rows["y"] = -np.arange(len(rows)) - rows["has_head"].cumsum()
    rows["label"] = rows["label"].str.wrap(27)
    rows["words"] = rows["words"].str.wrap(24)
    bottom = rows["y"].min() - 0.6
    axes.set_yticks(rows["y"], rows["label"])
    axes.set_ylim(bottom, 0.6)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.set_xlabel(entry["axis"])
    place = {"transform": axes.get_yaxis_transform(), "va": "center"}
    for row in rows.itertuples():
        axes.plot(row.value, row.y, POINTS[row.side], color=BLACK)
        axes.text(1.03, row.y, row.words, **place)
        if row.has_head:
            axes.text(-0.02, row.y + 1, row.role, ha="right", weight="bold", **place)
    low = rows["low"]
    high = rows["high"]
    axes.hlines(rows["y"], low, high, PALE, "solid", linewidth=2, zorder=1)
    if entry["kind"] == "waterfall":
        hatch = rows["words"].str.contains(LEAST).map({True: "/////", False: ""})
        look = {"color": SKY, "edgecolor": BLUE, "hatch": hatch, "zorder": 1}
        axes.barh(rows["y"], high - low, 0.6, low, **look)
    if entry["kind"] != "tornado":
        axes.axvline(0)
        axes.set_xlim(left=0)
    breaks = rows[["label", "words"]].stack().str.count("\n").max()
    return 0.6 + LINE * (1.5 + breaks) * (0.6 - bottom)


def caption(model: Model, name: str) -> str:
    """Return the caption of a figure or, under a setting, what is set."""
    below = tables.setting(model.book, model.setting)
    text = entry_of(model.book, name)["caption"]
    return below or headlines.filled(model, text, f"figures.yaml, {name}")


def draw(model: Model, name: str, title: bool = True, note: bool = True) -> Any:
    """Return a figure of a model, with its title and, as a note, its caption."""
    # Matplotlib takes longer to import than a table to make.
    from matplotlib.figure import Figure

    table = data(model, name)
    entry = entry_of(model.book, name)
    scale = AXES.get(entry["axis"].split()[0], 1)
    table[NUMBERS] /= scale
    text = textwrap.fill(caption(model, name), 80) if note else ""
    with style():
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        if "shade" in entry:
            shade(model, entry, scale, axes)
        height = plotted(table, entry, axes)
        if title:
            look: Any = {"ha": "left", "weight": "bold", "fontsize": 9.5}
            figure.suptitle(entry["title"], x=0.01, **look)
        figure.supxlabel(text, x=0.01, ha="left", fontsize=7, color=PALE)
        figure.set_size_inches(WIDE, height + 0.13 * (text.count("\n") + 2.3))
    return figure


def alt(model: Model, name: str) -> str:
    """Return what a figure shows, for those who do not see it.

    >>> import analysis
    >>> text = alt(analysis.load(), "waterfall")
    >>> text.split("; ")[1:3]
    ['Added by 2021: + 300,000', 'At risk in 2021: up to 1.9 million']
    """
    texts = []
    for row in data(model, name).itertuples():
        texts.append(f"{row.role} {row.label}: {row.words}".strip())
    title = entry_of(model.book, name)["title"]
    return f"{title}. {caption(model, name)} {'; '.join(texts)}"


def save(model: Model, folder: Path) -> None:
    """Write each figure as SVG and PNG, with what it plots as CSV, to a new folder."""
    folder.mkdir()
    for name in model.book.texts["figures"]:
        path = folder / f"{name}.csv"
        data(model, name).to_csv(path, index=False, float_format="%.10g")
        write(model, name, folder / f"{name}.svg", folder / f"{name}.png")


def write(model: Model, name: str, *paths: Path) -> None:
    """Write a figure to files; each says in its metadata what the figure shows."""
    figure = draw(model, name)
    with style():
        for path in paths:
            metadata: Any = {"Description": alt(model, name)}
            if path.suffix == ".svg":
                metadata["Date"] = None
            figure.savefig(path, metadata=metadata)
