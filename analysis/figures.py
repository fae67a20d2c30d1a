"""The figures, each with the table that it plots."""

import math
import re
import textwrap

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from analysis import judge, printed, show, spell, whatif
from analysis.steps import named, row_in_words, spelled, unit_of
from analysis.tables import SettingError, nearest

#: Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = ("#1b1b1b", "#0072B2", "#E69F00", "#009E73")
MARKERS = "osD^"
BAND, PALE, LIGHT = "#F5DFB3", "#555555", "#A9CCE3"
STYLE = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 200,
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "figures",
}
#: Inches: the width of a figure, of its labels and words, and the height of a line.
WIDE, LABELS, WORDS, LINE = 4.6, 1.5, 1.35, 0.135
TARGET = "at_risk_2021"
MILLION = 1e6
IN_WORDS = "in words only"


# What is plotted ----------------------------------------------------------------------


def mark(study, label, role, name):
    """Return a row of a figure: a quantity, or what a check computes."""
    quantity, setting = named(study.model, name, study.setting)
    row = {"label": label, "role": role, "quantity": quantity}
    try:
        found = judge.estimated(judge.result_of(study.model, quantity, setting))
    except SettingError:
        found = dict.fromkeys(("value", "low", "high"), math.nan) | {"side": ""}
    said = spelled(study.model, quantity, found["value"]) or "not computed"
    side = found["side"].replace("no bound", "")
    return row | found | {"words": f"{side} {said}".strip()}


def marks(study, name):
    """Return the marks that figures.yaml lists, from top to bottom."""
    rows = []
    for role, listed in show.texts("figures.yaml")[name]["marks"].items():
        rows += [mark(study, label, role, of) for label, of in listed.items()]
    return pd.DataFrame(rows)


def official_series(study, name):
    """Return the region's yearly totals and goals, and the article's, by year."""
    rows = []
    for row in study.model.tables["external"].values():
        found = re.fullmatch(r"(report|target)_(\d{4})", row["id"])
        if found and row["unit"] == "transfer":
            role = "goal" if found[1] == "target" else "work reports"
            value = printed.value_of(row)
            made = {"label": found[2], "role": role, "value": value}
            rows.append(made | {"words": row_in_words(row)})
    for year in ("2019", "2021"):
        own = mark(study, year, "by the article", f"transfers_{year}")
        rows.append({key: own[key] for key in ("label", "role", "value", "words")})
    return pd.DataFrame(rows).sort_values(["label", "role"], ignore_index=True)


def waterfall(study, name):
    """Return bars from persons at risk in 2019 to the total with former detainees."""
    model = study.model
    base = mark(study, "At risk in 2019", "calculated", "at_risk_2019")
    now = mark(study, "At risk in 2021", "calculated", "at_risk_2021")
    both = mark(study, "With former detainees", "calculated", "at_risk_total")
    if math.isnan(both["value"]):
        both = mark(study, both["label"], IN_WORDS, "low_end_several_three")
    claims = model.tables["claims"]
    row = claims.get(getattr(model.source("at_risk_2019", study.setting), "row", ""))
    if row:
        base |= {"role": "printed", "words": f"up to {row_in_words(row)}"}
    approached = row_in_words(claims["at_risk_2021_approaches"])
    now["words"] += f"\nprinted: likely approaches {approached}"
    added = spelled(model, "net_new_persons", now["value"] - base["value"])
    more = spelled(model, "former_detainees", both["value"] - now["value"])
    is_open = both["role"] == IN_WORDS
    both["words"] = f"at least {more} more" if is_open else f"+ {more}"
    step = now | {"label": "Added since 2019", "side": "", "words": f"+ {added}"}
    again = both | {"role": "the bar above, again", "side": "", "words": ""}
    rows = [base, step, now, again | {"value": now["value"]}, both]
    starts = [0, base["value"], 0, 0, now["value"]]
    for start, row in zip(starts, rows, strict=True):
        row["low"], row["high"] = sorted([start, row["value"]])
    return pd.DataFrame(rows)


def tornado(study, name):
    """Return a quantity with each assumption at either end of its range."""
    model = study.model
    found = whatif.sensitivity(model, TARGET, study.setting)
    rows = []
    for row in found[found["kind"] == "ours"].itertuples():
        ends = sorted([(row.at_low, row.low), (row.at_high, row.high)])
        unit, words = unit_of(model, row.input), []
        for value, at in ends:
            words.append(f"{spelled(model, TARGET, value)} at {spell.spell(at, unit)}")
        label = model.labels[row.input]
        made = {"label": f"{label[:1].upper()}{label[1:]}", "role": "value in use"}
        made |= {"quantity": TARGET, "value": float(study[TARGET]), "side": ""}
        made |= {"low": ends[0][0], "high": ends[1][0], "words": "\n".join(words)}
        rows.append(made)
    return pd.DataFrame(rows)


def specification_curve(study, name):
    """Return a quantity under all combinations of choices, in order."""
    table = whatif.specification_curve(study.model, TARGET, study.setting)
    return table.rename(columns={TARGET: "value"})


# How it is drawn ----------------------------------------------------------------------


def dots(study, table, axis, band=(), name=""):
    """Draw a row for each label: a line from low to high, a mark, and words."""
    scale = {"million": MILLION, "percent": 0.01}.get(axis.split()[0], 1)
    figure, axes, ys = rows_of(table)
    axes.hlines(ys, table["low"] / scale, table["high"] / scale, PALE, linewidth=2)
    for number, role in enumerate(table["role"].unique()):
        chosen = table["role"] == role
        look = {"marker": MARKERS[number], "color": COLOURS[number], "linestyle": ""}
        axes.plot(table["value"][chosen] / scale, ys[chosen], label=role, **look)
    for y, row in zip(ys, table.itertuples(), strict=True):
        arrow(axes, row.value / scale, y, row.side, COLOURS[0])
    if band:
        shade(axes, band, scale, name)
    low, high = table["low"].min() / scale, table["high"].max() / scale
    if low > 0.6 * high and not table["side"].any():
        axis = f"{axis} (the axis begins at {axes.get_xlim()[0]:.3g})"
    else:
        axes.set_xlim(0, 1.05 * high)
    axes.set_xlabel(axis)
    return figure


def drawn_waterfall(study, table, axis):
    """Draw bars, each as its role says; those of one label stand in one row."""
    looks = {
        "printed": {"color": COLOURS[0]},
        "calculated": {"color": COLOURS[1]},
        "the bar above, again": {"color": LIGHT},
        IN_WORDS: {"facecolor": "white", "edgecolor": COLOURS[1], "hatch": "///"},
    }
    figure, axes, ys = rows_of(table)
    for y, row in zip(ys, table.itertuples(), strict=True):
        known = axes.get_legend_handles_labels()[1]
        label = "" if row.role in known else row.role
        left, width = row.low / MILLION, (row.high - row.low) / MILLION
        axes.barh(y, width, 1, left, label=label, **looks[row.role])
        colour = COLOURS[0] if row.role == IN_WORDS else "white"
        arrow(axes, row.value / MILLION, y, row.side, colour)
    band = span_of(study, "at_risk_total_low", "at_risk_total_high")
    shade(axes, band, MILLION, "printed range")
    axes.set_xlim(0, 1.05 * axes.get_xlim()[1])
    axes.set_xlabel(axis)
    return figure


def shade(axes, band, scale, name):
    """Shade what is printed."""
    low, high = band
    axes.axvspan(low / scale, high / scale, color=BAND, zorder=0, label=name)


def rows_of(table):
    """Return a figure with the labels and the words of rows, and the rows' places."""
    labels, words, lines = {}, [], {}
    for label, said in table[["label", "words"]].itertuples(index=False):
        labels[label] = textwrap.fill(label, 23)
        words.append("\n".join(textwrap.fill(line, 21) for line in said.split("\n")))
        most = max(labels[label].count("\n"), words[-1].count("\n")) + 1
        lines[label] = max(2, most, lines.get(label, 0))
    # A row is as high as its label, or its words.
    heights = np.array([*lines.values()]) + 0.4
    ends = np.cumsum(heights)
    middles = ends[-1] - ends + heights / 2
    ys = table["label"].map(dict(zip(labels, middles, strict=True)))
    figure = plt.figure(figsize=(WIDE, 1.65 + LINE * ends[-1]))
    height = figure.get_figheight()
    box = (LABELS / WIDE, 0.85 / height, 1 - (LABELS + WORDS) / WIDE, 1 - 1.6 / height)
    axes = figure.add_axes(box)
    axes.set_yticks(middles, [*labels.values()])
    axes.set_ylim(-0.2, ends[-1] + 0.2)
    axes.xaxis.set_major_formatter("{x:,.10g}")
    beside = {"transform": axes.get_yaxis_transform(), "va": "center"}
    for y, said in zip(ys, words, strict=True):
        axes.text(1.05, y, said, **beside)
    return figure, axes, ys


def key(figure, lines):
    """Say what the marks are, below the lines of the title."""
    shown = figure.axes[0].get_legend_handles_labels()
    if len(shown[1]) > 1:
        top = 1 - (0.1 + 0.16 * lines) / figure.get_figheight()
        columns = 4 if len(shown[1]) == 4 else 3
        look = {
            "ncols": columns,
            "frameon": False,
            "handletextpad": 0.3,
            "columnspacing": 1,
        }
        place = {"loc": "upper left", "bbox_to_anchor": (0, top), "borderaxespad": 0}
        figure.legend(*shown, handlelength=1.5, **look, **place)


def arrow(axes, x, y, side, colour):
    """Show at a limit on which side the true number may lie."""
    ways = {"at most": [-16], "at least": [16], "no bound": [-16, 16]}
    style = {"arrowstyle": "<-", "shrinkA": 0, "shrinkB": 0, "color": colour}
    for way in ways.get(side, ()):
        to = {"textcoords": "offset points", "arrowprops": style}
        axes.annotate("", (x, y), (way, 0), **to)


def drawn_series(study, table, axis):
    """Draw the figures of each year, without a line between them."""
    figure = plt.figure(figsize=(WIDE, 3.2))
    axes = figure.add_axes((0.1, 0.17, 0.87, 0.64))
    looks = {
        "work reports": {"marker": "s", "color": COLOURS[1]},
        "by the article": {"marker": "D", "color": COLOURS[0], "fillstyle": "none"},
        "goal": {"marker": "_", "color": COLOURS[2], "markersize": 9},
    }
    for role, look in looks.items():
        chosen = table[table["role"] == role]
        years = chosen["label"].astype(int)
        axes.plot(years, chosen["value"] / MILLION, label=role, linestyle="", **look)
    axes.set_ylim(0, 1.1 * table["value"].max() / MILLION)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel(axis)
    return figure


def drawn_curve(study, table, axis):
    """Draw each value, in order, above the choices behind it."""
    figure = plt.figure(figsize=(WIDE, 7))
    top = figure.add_axes((0.5, 0.68, 0.47, 0.25))
    bottom = figure.add_axes((0.5, 0.1, 0.47, 0.56), sharex=top)
    look = {"color": COLOURS[1], "markersize": 2, "label": "a combination"}
    top.plot(table["value"] / MILLION, ".", **look)
    own = (table["value"] - float(study[TARGET])).abs().idxmin()
    look = {"color": COLOURS[2], "markersize": 5, "label": "the values in use"}
    top.plot(own, table["value"][own] / MILLION, "D", **look)
    low, high = span_of(study, "at_risk_2021_approaches")
    name = "approaching 2 million (ours)"
    top.axhspan(low / MILLION, high / MILLION, color=BAND, zorder=0, label=name)
    top.set(ylabel=axis, ylim=(0, None))
    top.tick_params(labelbottom=False)
    places, names = [], []
    for name in table.columns.drop("value"):
        places.append([])
        names.append(f"{study.model.labels[name]}:")
        for choice in sorted(table[name].dropna().unique(), key=str):
            places.append(table.index[table[name] == choice])
            names.append(show.chosen(study.model, name, choice))
    ys = -np.arange(len(names))
    bottom.eventplot(places, lineoffsets=ys, linelengths=0.7, linewidths=0.5)
    bottom.set_yticks(ys, names, fontsize=6)
    words = f"{len(table)} combinations, in order"
    bottom.set(ylim=(0.6 - len(names), 0.6), xlabel=words)
    return figure


def span_of(study, first, last=""):
    """Return the ends of what one row says, or of two that are a range."""
    claims = study.model.tables["claims"]
    if not last:
        return printed.words_of(claims[first])
    return printed.value_of(claims[first]), printed.value_of(claims[last])


def drawn_provinces(study, table, axis):
    """Draw the means beside the printed range."""
    band = span_of(study, "volume_out_low", "volume_out_high")
    return dots(study, table, axis, band, "printed range")


def drawn_tornado(study, table, axis):
    """Draw what each assumption moves beside what the article's words say."""
    band = span_of(study, "at_risk_2021_approaches")
    return dots(study, table, axis, band, "approaching 2 million (ours)")


#: What each figure plots, and how it is drawn.
FIGURES = {
    "plan_against_actual": (marks, dots),
    "two_values_of_2019": (marks, dots),
    "readings_of_at_risk_2019": (marks, dots),
    "official_series": (official_series, drawn_series),
    "waterfall": (waterfall, drawn_waterfall),
    "other_provinces": (marks, drawn_provinces),
    "monitoring": (marks, dots),
    "trade_shares": (marks, dots),
    "tornado": (tornado, drawn_tornado),
    "specification_curve": (specification_curve, drawn_curve),
}


def data(study, name):
    """Return what a figure plots, in base units."""
    if name not in FIGURES:
        raise SettingError(f"'{name}' is not a figure{nearest(name, FIGURES)}")
    return study.framed(FIGURES[name][0](study, name))


def caption(study, name):
    """Return what differs from the article or, if nothing does, the caption."""
    below = show.differs(study.model, study.setting)
    words = show.texts("figures.yaml")[name]["caption"]
    return below or show.filled(study.model, words)


def draw(study, name):
    """Return a figure of a study, with its title, and what differs or its caption."""
    table, words = data(study, name), show.texts("figures.yaml")[name]
    with plt.rc_context(STYLE):
        figure = FIGURES[name][1](study, table, words["axis"])
        title = textwrap.fill(words["title"], 53)
        figure.text(0.01, 0.99, title, weight="bold", fontsize=9.5, va="top")
        key(figure, title.count("\n") + 1)
        note = textwrap.fill(caption(study, name), 78)
        figure.text(0.01, 0.01, note, fontsize=7, color=PALE, va="bottom")
        plt.close(figure)
    return figure


def alt(study, name):
    """Return what a figure shows, for those who do not see it."""
    table, words = data(study, name), show.texts("figures.yaml")[name]
    shown = []
    for row in table.itertuples() if "words" in table else ():
        role = f" ({row.role})" if table["role"].nunique() > 1 else ""
        shown.append(f"{row.label}{role}: {row.words or 'as above'}")
    rows = "; ".join(shown).replace("\n", ", ")
    return f"{words['title']}. {rows or caption(study, name)}"


def save(study, folder):
    """Write each figure as SVG and PNG, with what it plots as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FIGURES:
        figure = draw(study, name)
        said = show.differs(study.model, study.setting)
        table = data(study, name).assign(differs=said)
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g")
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        figure.savefig(folder / f"{name}.png")
