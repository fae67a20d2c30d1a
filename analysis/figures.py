"""The figures: what each plots, as a table, and how each kind of figure is drawn.

figures.yaml says of which kind a figure is, what it shows and what it shades.
"""

import math
import textwrap

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis import headlines, judge, printed, spell, wording
from analysis.steps import named
from analysis.tables import SettingError, nearest

#: Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = ("#1b1b1b", "#0072B2", "#D55E00", "#009E73")
MARKERS = "osD^"
BAND, PALE = "#F5DFB3", "#555555"
STYLE = {
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
SCALES = {"million": 1e6, "percent": 0.01}
NOTE = {"color": "#7A5300", "fontsize": 7}
IN_WORDS = "in words only"
BARS = {
    "printed": {"color": "#999999"},
    "calculated": {"color": "#56B4E9"},
    IN_WORDS: {"facecolor": "white", "edgecolor": COLOURS[1], "hatch": "///"},
}
#: The map is computed at so many values of each assumption.
FINE = 61


def entry_of(model, name):
    """Return what figures.yaml says of a figure."""
    entries = model.texts["figures"]
    if name not in entries:
        raise SettingError(f"'{name}' is not a figure{nearest(name, entries)}")
    return entries[name]


def titles(model):
    """Return the title of each figure by its name."""
    entries = model.texts["figures"].items()
    return {name: entry["title"] for name, entry in entries}


# What is plotted ----------------------------------------------------------------------


def mark(study, label, role, name):
    """Return a row of a table: a figure published elsewhere, or a quantity."""
    row = {"label": label, "role": role, "quantity": name, "side": ""}
    elsewhere = study.model.tables["external"].get(name)
    if elsewhere:
        value = printed.value_of(elsewhere)
        row |= dict.fromkeys(("value", "low", "high"), value)
        return row | {"words": wording.printed_number(elsewhere)}
    row["quantity"], setting = named(study.model, name, study.setting)
    try:
        row |= judge.estimated(judge.result_of(study.model, row["quantity"], setting))
    except SettingError:
        row |= dict.fromkeys(("value", "low", "high"), math.nan)
    text = wording.spelled(study.model, row["quantity"], row["value"])
    side = row["side"].replace("no bound", "")
    return row | {"words": f"{side} {text or 'not computed'}".strip()}


def marks(study, entry):
    """Return the marks of a figure, from top to bottom."""
    rows = []
    for role, names in entry["marks"].items():
        rows += [mark(study, label, role, name) for label, name in names.items()]
    return pd.DataFrame(rows)


def waterfall(study, entry):
    """Return bars, each from another quantity, or from zero, to a quantity."""
    claims, rows = study.model.tables["claims"], []
    for bar in entry["bars"]:
        row = mark(study, bar["label"], "calculated", bar["to"])
        if math.isnan(row["value"]):
            row = mark(study, bar["label"], IN_WORDS, bar["floor"])
        source = study.model.source(row["quantity"], study.setting)
        claim = claims.get(getattr(source, "row", ""))
        if claim:
            row |= {"role": "printed", "words": wording.printed_claim(claim)}
        if "beside" in bar:
            row["words"] += f"\nprinted: {wording.printed_claim(claims[bar['beside']])}"
        start = 0.0
        if "from" in bar:
            start = float(study[bar["from"]])
            by = wording.spelled(study.model, row["quantity"], row["value"] - start)
            row["words"] = f"at least + {by}" if row["role"] == IN_WORDS else f"+ {by}"
        row["low"], row["high"] = sorted([start, row["value"]])
        rows.append(row)
    return pd.DataFrame(rows)


def tornado(study, entry):
    """Return a quantity with each assumption at either end of its range."""
    model, target = study.model, entry["target"]
    table = study.sensitivity(target)
    rows = []
    for row in table[table["kind"] == "ours"].itertuples():
        ends = sorted([(row.at_low, row.low), (row.at_high, row.high)])
        unit, texts = wording.unit_of(model, row.input), []
        for value, at in ends:
            number = wording.spelled(model, target, value)
            texts.append(f"{number} at {spell.spell(at, unit)}")
        label = wording.sentence_case(model.labels[row.input])
        bar = {"low": ends[0][0], "high": ends[1][0], "words": "\n".join(texts)}
        rows.append(mark(study, label, "value in use", target) | bar | {"side": ""})
    return pd.DataFrame(rows)


def curve(study, entry):
    """Return a quantity under all combinations of choices, in order."""
    table = study.specification_curve(entry["target"])
    return table.rename(columns={entry["target"]: "value"})


def grid(study, entry):
    """Return a quantity at pairs of values of two assumptions, each over its range."""
    over = {}
    for name in entry["over"]:
        ends = study.model.assumptions[name]
        over[name] = np.linspace(ends.low, ends.high, FINE)
    swept = study.sweep(entry["target"], **over)
    table = swept[entry["target"]].to_series().rename("value")
    return table.reset_index()


# How it is drawn: tables are in units of the axis -------------------------------------


def scale_of(entry):
    """Return by what the numbers of an axis are divided."""
    return SCALES.get(entry["axis"].split()[0], 1)


def panel(height, **more):
    """Return a figure whose labels find their own room, and its axes."""
    figure = Figure(figsize=(WIDE, height), layout="constrained")
    return figure, figure.subplots(**more)


def laid_out(table, heads):
    """Return rows with their texts in lines, and with places, which go down from zero.

    ``y`` is the middle of a row, ``end`` its end, and ``head`` the place of its role.
    """
    labels = [textwrap.fill(label, 27) for label in table["label"]]
    texts = []
    for text in table["words"]:
        lines = [textwrap.fill(line, 24) for line in text.split("\n")]
        texts.append("\n".join(lines))
    rows = table.assign(label=labels, words=texts)
    breaks = rows["label"].str.count("\n"), rows["words"].str.count("\n")
    heights = np.maximum(*breaks) + 1.8
    rooms = heights + 1.3 * heads
    ends = -rooms.cumsum()
    return rows.assign(y=ends + heights / 2, end=ends, head=ends + rooms - 0.75)


def rows_of(study, table, entry, heads):
    """Return a figure with a row for each mark, its axes, and the rows with places.

    A row has its label at the left and its words at the right. Where ``heads`` say so,
    its role stands above it.
    """
    rows = laid_out(table, heads)
    height = -rows["end"].iloc[-1]
    figure, axes = panel(0.5 + LINE * height)
    axes.set_yticks(rows["y"], rows["label"])
    axes.set_ylim(-height, 0)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.set_xlabel(entry["axis"])
    place = {"transform": axes.get_yaxis_transform(), "va": "center"}
    for row in rows.itertuples():
        axes.text(1.03, row.y, row.words, **place)
        arrow(axes, row.value, row.y, row.side)
    for row in rows[heads].itertuples():
        axes.text(-0.02, row.head, row.role, ha="right", weight="bold", **place)
    if "shade" in entry:
        label, low, high = shaded(study, entry)
        axes.axvspan(low, high, color=BAND, zorder=0)
        place = {"transform": axes.get_xaxis_transform(), "va": "bottom"}
        axes.text((low + high) / 2, 1, label, ha="center", **place, **NOTE)
    return figure, axes, rows


def dots(study, table, entry):
    """Draw a row for each label: a line from low to high, a mark, and words."""
    roles = list(table["role"].unique())
    is_first = table["role"] != table["role"].shift()
    heads = is_first & (len(roles) > 1)
    figure, axes, rows = rows_of(study, table, entry, heads)
    axes.hlines(rows["y"], rows["low"], rows["high"], PALE, "solid", linewidth=2)
    for row in rows.itertuples():
        number = roles.index(row.role)
        axes.plot(row.value, row.y, MARKERS[number], color=COLOURS[number])
    low, high = table["low"].min(), table["high"].max()
    if low > 0.6 * high and not table["side"].any():
        begin = f"(the axis begins at {axes.get_xlim()[0]:.3g})"
        axes.set_xlabel(f"{entry['axis']} {begin}")
    else:
        axes.set_xlim(0, 1.05 * high)
    return figure


def bars(study, table, entry):
    """Draw bars, each from where the one before it ends, or from zero."""
    figure, axes, rows = rows_of(study, table, entry, table["label"] == "")
    for row in rows.itertuples():
        axes.barh(row.y, row.high - row.low, 1.6, row.low, **BARS[row.role])
    below = rows["y"].shift(-1)
    axes.vlines(rows["value"], rows["y"], below, PALE, "solid", linewidth=0.6)
    axes.set_xlim(0, 1.2 * rows["value"].max())
    return figure


def arrow(axes, x, y, side):
    """Show at a limit on which side the true number may lie."""
    ways = {"at most": [-16], "at least": [16], "no bound": [-16, 16]}
    style = {"arrowstyle": "<-", "shrinkA": 0, "shrinkB": 0}
    for way in ways.get(side, ()):
        to = {"textcoords": "offset points", "arrowprops": style}
        axes.annotate("", (x, y), (way, 0), **to)


def shaded(study, entry):
    """Return what is shaded: its label, and the span that one row or two say."""
    ((label, names),) = entry["shade"].items()
    rows = [study.model.tables["claims"][name] for name in names]
    low, high = printed.claimed(*rows)[0]
    return label, low / scale_of(entry), high / scale_of(entry)


def dated(study, table, entry):
    """Draw the figures of each year, without a line between them."""
    figure, axes = panel(2.3)
    for number, (role, rows) in enumerate(table.groupby("role", sort=False)):
        look = {"color": COLOURS[number], "fillstyle": "none" if number else "full"}
        years = rows["label"].astype(int)
        axes.plot(years, rows["value"], MARKERS[number], label=role, **look)
    axes.set_ylim(0, 1.1 * table["value"].max())
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel(entry["axis"])
    axes.legend(loc="lower left", frameon=False, ncols=4, handletextpad=0.1)
    return figure


def combinations(study, table, entry):
    """Draw each value, in order, above the choices behind it."""
    places, labels, heads = choices_of(study.model, table)
    height = 0.11 * len(labels)
    ratios = {"height_ratios": [1.5, height]}
    figure, (top, bottom) = panel(2 + height, nrows=2, sharex=True, **ratios)
    values = table["value"]
    top.plot(values, ".", color=COLOURS[1], markersize=2)
    own = (values - float(study[entry["target"]]) / scale_of(entry)).abs().idxmin()
    in_use(top, own, values[own], "the values in use", (4, -9), ha="left")
    label, *ends = shaded(study, entry)
    top.axhspan(*ends, color=BAND, zorder=0)
    top.set_title(label, loc="right", pad=3, **NOTE)
    top.set(ylabel=entry["axis"], ylim=(0, None))
    ys = -np.arange(len(labels))
    look = {"linelengths": 0.7, "linewidths": 0.5, "linestyles": "solid"}
    bottom.eventplot(places, lineoffsets=ys, **look)
    bottom.set_yticks(ys, labels, fontsize=6)
    bottom.tick_params("y", length=0)
    for head in heads:
        bottom.get_yticklabels()[head].set_weight("bold")
    count = f"{len(table)} combinations, in order"
    bottom.set(ylim=(0.6 - len(labels), 0.6), xlabel=count)
    return figure


def choices_of(model, table):
    """Return where each choice is in use, labels, and which of these are heads."""
    places, labels, heads = [], [], []
    for name in table.columns.drop("value"):
        heads.append(len(labels))
        places.append([])
        labels.append(wording.sentence_case(model.labels[name]))
        for value in sorted(table[name].dropna().unique(), key=str):
            places.append(table.index[table[name] == value])
            labels.append(wording.choice(model, name, value))
    return places, labels, heads


def in_use(axes, x, y, text, off, **look):
    """Mark the values in use, and say what they are."""
    axes.plot(x, y, "D", color=COLOURS[2], markersize=5, clip_on=False)
    look |= {"fontsize": 7, "va": "center"}
    axes.annotate(text, (x, y), off, textcoords="offset points", **look)


def contours(study, table, entry):
    """Draw lines of equal values at round numbers, and the pair of values in use."""
    model, (x, y) = study.model, entry["over"]
    values = table.pivot_table("value", y, x, dropna=False)
    plane = values.columns, values.index, values
    figure, axes = panel(2.8)
    label, *ends = shaded(study, entry)
    axes.contourf(*plane, ends, colors=[BAND])
    low, high = values.min(axis=None), values.max(axis=None)
    levels = MaxNLocator(6, steps=[1, 5, 10]).tick_values(low, high)
    look = {"colors": COLOURS[1], "linestyles": "solid", "linewidths": 1}
    lines = axes.contour(*plane, levels, **look)
    axes.clabel(lines, fmt=f"%.10g {entry['axis'].split()[0]}", fontsize=7)
    axes.set_title(label, loc="right", pad=3, **NOTE)
    value = wording.spelled(model, entry["target"], float(study[entry["target"]]))
    at = float(study[x]), float(study[y])
    in_use(axes, *at, f"in use: {value}", (-6, -8), ha="right")
    axes.set_xlabel(wording.sentence_case(model.labels[x]))
    axes.set_ylabel(textwrap.fill(wording.sentence_case(model.labels[y]), 30))
    return figure


#: What each kind of figure plots, and how it is drawn.
KINDS = {
    "marks": (marks, dots),
    "series": (marks, dated),
    "waterfall": (waterfall, bars),
    "tornado": (tornado, dots),
    "curve": (curve, combinations),
    "map": (grid, contours),
}


def data(study, name):
    """Return what a figure plots, in base units."""
    entry = entry_of(study.model, name)
    return study._framed(KINDS[entry["kind"]][0](study, entry))


def caption(study, name):
    """Return what differs from the article or, if nothing does, the caption."""
    below = wording.differs(study.model, study.setting)
    return below or headlines.filled(
        study.model, entry_of(study.model, name)["caption"]
    )


def draw(study, name, title=True):
    """Return a figure of a study, with what differs or its caption, and its title."""
    table, entry = data(study, name), entry_of(study.model, name)
    numbers = table.columns.intersection(["value", "low", "high"])
    table[numbers] /= scale_of(entry)
    heading = textwrap.fill(entry["title"], 53) if title else ""
    note = textwrap.fill(caption(study, name), 80)
    with matplotlib.rc_context(STYLE):
        figure = KINDS[entry["kind"]][1](study, table, entry)
        figure.suptitle(heading, x=0.01, ha="left", weight="bold", fontsize=9.5)
        figure.supxlabel(note, x=0.01, ha="left", fontsize=7, color=PALE)
        lines = note.count("\n") + 1 + 1.3 * len(heading.splitlines())
        figure.set_figheight(figure.get_figheight() + 0.13 * lines)
    return figure


def alt(study, name):
    """Return what a figure shows, for those who do not see it."""
    table, entry = data(study, name), entry_of(study.model, name)
    shown = []
    for row in table.itertuples() if "words" in table else ():
        role = f" ({row.role})" if table["role"].nunique() > 1 else ""
        shown.append(f"{row.label}{role}: {row.words}")
    rows = "; ".join(shown).replace("\n", ", ")
    return f"{entry['title']}. {rows or caption(study, name)}"


def save(study, folder):
    """Write each figure as SVG and PNG, with what it plots as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    changes = wording.differs(study.model, study.setting)
    for name in titles(study.model):
        figure = draw(study, name)
        table = data(study, name).assign(differs=changes)
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g")
        with matplotlib.rc_context(STYLE):
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            figure.savefig(folder / f"{name}.png")
