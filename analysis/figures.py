"""The figures: what each plots, as a table, and how each kind of figure is drawn.

figures.yaml says of which kind a figure is, what it shows and what it shades.
"""

import math
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import headlines, tables, words
from analysis.book import Book, Claim, claim_of
from analysis.rows import ENDLESS, DataError, SettingError, nearest

Row = dict[str, Any]

#: Of Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = ("#1b1b1b", "#0072B2", "#D55E00", "#009E73")
BAND, PALE = "#F5DFB3", "#555555"
STYLE: Any = {
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 200,
    "figure.constrained_layout.h_pad": 0.04,
    "hatch.linewidth": 0.8,
    "lines.linestyle": "",
    "savefig.dpi": "figure",
    "svg.hashsalt": "figures",
}
#: Inches: the width of a figure, and the height of a line.
WIDE, LINE = 4.6, 0.135
AXES = {"million": 1e6, "percent": 0.01}
NOTE = {"color": "#7A5300", "fontsize": 7}
#: A mark points to where the true number may lie.
POINTS = {"": "o", "up to": "<", "at least": ">", "no bound": "d"}
HATCHES = {"": "", "at least": "/////"}


def entry_of(book: Book, name: str) -> Row:
    """Return what figures.yaml says of a figure."""
    entries = book.texts["figures"]
    if name not in entries:
        raise SettingError(f"'{name}' is not a figure{nearest(name, entries)}")
    return entries[name]


def titles(book: Book) -> dict[str, str]:
    """Return the title of each figure by its name."""
    entries = book.texts["figures"].items()
    return {name: entry["title"] for name, entry in entries}


# What is plotted ----------------------------------------------------------------------


def mark(study: Any, label: str, role: str, name: str) -> Row:
    """Return a row of a table: a figure published elsewhere, or a quantity."""
    row: Row = {"label": label, "role": role, "quantity": name, "side": ""}
    elsewhere = study.book.external.get(name)
    value = elsewhere.value if elsewhere else math.nan
    row |= dict.fromkeys(("value", "low", "high"), value)
    if elsewhere:
        return row | {"words": words.as_printed(elsewhere)}
    try:
        case = study.case(name)
        estimate = case.estimate()
        row |= vars(estimate) | {"value": float(estimate), "quantity": case.target}
        del row["unit"]
        text = study.book.spelled(case.target, row["value"])
    except SettingError as error:
        if not study.setting:
            raise DataError(f"figures.yaml: {error}") from None
        text = ""
    return row | {"words": words.sided(text or "not computed", row["side"])}


def marks(study: Any, entry: Row) -> pd.DataFrame:
    """Return the marks of a figure, from top to bottom."""
    rows = []
    for role, names in entry["marks"].items():
        rows += [mark(study, label, role, name) for label, name in names.items()]
    return pd.DataFrame(rows)


def waterfall(study: Any, entry: Row) -> pd.DataFrame:
    """Return bars, each from another quantity, or from zero, to a quantity."""
    rows = []
    for bar in entry["bars"]:
        row = mark(study, bar["label"], "", bar["to"])
        # What is past a limit is refused here; what is in words only is no number.
        if math.isnan(float(study[bar["to"]])):
            row = mark(study, bar["label"], "at least", bar.get("floor", bar["to"]))
        start = 0.0
        if "from" in bar:
            start = float(study[bar["from"]])
            by = study.book.spelled(row["quantity"], row["value"] - start)
            row["words"] = f"{row['role']} + {by}".strip()
        row["low"], row["high"] = sorted([start, row["value"]])
        rows.append(row)
    return pd.DataFrame(rows)


def tornado(study: Any, entry: Row) -> pd.DataFrame:
    """Return a quantity with each assumption at either end of its range."""
    book, target = study.book, entry["target"]
    table = study.sensitivity(target)
    rows = []
    for row in table[table["kind"] != "printed"].to_dict("records"):
        ends = sorted([(row["at_from"], row["from"]), (row["at_to"], row["to"])])
        texts = []
        for value, at in ends:
            number = words.number(at, book.unit(row["input"]))
            texts.append(f"{book.spelled(target, value)} at {number}")
        bar = {"low": ends[0][0], "high": ends[1][0], "words": "; ".join(texts)}
        label = words.sentence_case(book.labels[row["input"]])
        rows.append(mark(study, label, "", target) | bar)
    return pd.DataFrame(rows or [mark(study, "Nothing moves it", "", target)])


# How it is drawn: tables are in units of the axis -------------------------------------


def scale_of(entry: Row) -> float:
    """Return by what the numbers of an axis are divided."""
    return AXES.get(entry["axis"].split()[0], 1)


def style() -> Any:
    """Return the context in which figures are drawn and saved."""
    import matplotlib

    return matplotlib.rc_context(STYLE)


def panel(height: float, **more: Any) -> tuple[Any, Any]:
    """Return a figure whose labels find their own room, and its axes."""
    # Matplotlib takes longer to import than a table to make.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, height), layout="constrained")
    return figure, figure.subplots(**more)


def shaded(study: Any, entry: Row, axes: Any) -> list[float]:
    """Say above what is shaded, and return the ends that rows say of it."""
    ((label, names),) = entry["shade"].items()
    axes.set_title(label, loc="right", pad=5, **NOTE)
    claims = study.book.claims
    claim: Claim = claim_of(claims[names[0]], claims[names[-1]])
    ends = [*claim.exact]
    if claim.low_end:
        ends[0] = float(study[claim.low_end])
    if max(map(abs, ends)) >= ENDLESS:
        raise DataError(f"figures.yaml, {entry['title']}: {names} has no two ends")
    return [end / scale_of(entry) for end in ends]


def rows_of(study: Any, table: Any, entry: Row, heads: Any) -> tuple[Any, Any, Any]:
    """Return a figure with a row for each mark, its axes, and the rows with places.

    A row has its label at the left, a line from low to high, a mark, and its words at
    the right. Where ``heads`` say so, its role stands above it.
    """
    rows = table.assign(y=-np.arange(len(table)) - heads.cumsum())
    rows["label"] = rows["label"].str.wrap(27)
    rows["words"] = rows["words"].str.wrap(24)
    breaks = rows[["label", "words"]].map(lambda text: text.count("\n"))
    line = LINE * (1.5 + 0.9 * breaks.max(axis=None))
    bottom = rows["y"].min() - 0.6
    figure, axes = panel(0.6 + line * (0.6 - bottom))
    axes.set_yticks(rows["y"], rows["label"])
    axes.set_ylim(bottom, 0.6)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.set_xlabel(entry["axis"])
    place = {"transform": axes.get_yaxis_transform(), "va": "center"}
    for row in rows.itertuples():
        axes.plot(row.value, row.y, POINTS[row.side], color=COLOURS[0])
        axes.text(1.03, row.y, row.words, **place)
    for row in rows[heads].itertuples():
        axes.text(-0.02, row.y + 1, row.role, ha="right", weight="bold", **place)
    look = {"linewidth": 2, "zorder": 1}
    axes.hlines(rows["y"], rows["low"], rows["high"], PALE, "solid", **look)
    if "shade" in entry:
        axes.axvspan(*shaded(study, entry, axes), color=BAND, zorder=0)
    if entry["kind"] != "tornado":
        axes.axvline(0)
        axes.set_xlim(left=0)
    return figure, axes, rows


def dots(study: Any, table: pd.DataFrame, entry: Row) -> Any:
    """Draw a row for each label, with its role above where there are several."""
    is_first = table["role"] != table["role"].shift()
    heads = is_first & (table["role"].nunique() > 1)
    figure, _, _ = rows_of(study, table, entry, heads)
    return figure


def bars(study: Any, table: pd.DataFrame, entry: Row) -> Any:
    """Draw bars, each from where the one before it ends, or from zero."""
    figure, axes, rows = rows_of(study, table, entry, table["label"] == "")
    look = {"color": "#56B4E9", "edgecolor": COLOURS[1], "zorder": 1}
    look["hatch"] = [HATCHES[role] for role in rows["role"]]
    axes.barh(rows["y"], rows["high"] - rows["low"], 0.6, rows["low"], **look)
    return figure


#: What each kind of figure plots, and how it is drawn.
KINDS = {
    "marks": (marks, dots),
    "waterfall": (waterfall, bars),
    "tornado": (tornado, dots),
}


def data(study: Any, name: str) -> pd.DataFrame:
    """Return what a figure plots, in base units."""
    entry = entry_of(study.book, name)
    return tables.framed(KINDS[entry["kind"]][0](study, entry), "", study.setting)


def caption(study: Any, name: str) -> str:
    """Return what differs from the article or, if nothing does, the caption."""
    below = tables.setting(study.book, study.setting)
    text = entry_of(study.book, name)["caption"]
    return below or headlines.filled(study, text, f"figures.yaml, {name}")


def draw(study: Any, name: str, title: bool = True) -> Any:
    """Return a figure of a study, with what differs or its caption, and its title."""
    table, entry = data(study, name), entry_of(study.book, name)
    numbers = table.columns.intersection(["value", "low", "high"])
    table[numbers] /= scale_of(entry)
    note = textwrap.fill(caption(study, name), 80)
    place = {"x": 0.01, "ha": "left"}
    with style():
        figure = KINDS[entry["kind"]][1](study, table, entry)
        if title:
            figure.suptitle(entry["title"], weight="bold", fontsize=9.5, **place)
        figure.supxlabel(note, fontsize=7, color=PALE, **place)
        lines = note.count("\n") + 2.3
        figure.set_figheight(figure.get_figheight() + 0.13 * lines)
    return figure


def runs_out(figure: Any) -> bool:
    """Return whether a text, or what is plotted, lies beyond the edge of a figure."""
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    return min(box.min) < 0 or (box.max > figure.get_size_inches()).any()


def alt(study: Any, name: str) -> str:
    """Return what a figure shows, for those who do not see it."""
    table, entry = data(study, name), entry_of(study.book, name)
    texts = []
    for row in table.itertuples() if "words" in table else ():
        texts.append(f"{row.role} {row.label}: {row.words}".strip())
    return f"{entry['title']}. {'; '.join(texts) or caption(study, name)}"


def save(study: Any, folder: Path) -> None:
    """Write each figure as SVG and PNG, with what it plots as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in titles(study.book):
        figure = draw(study, name)
        table = data(study, name)
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g")
        with style():
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            figure.savefig(folder / f"{name}.png")
