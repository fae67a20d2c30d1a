"""What-if on arrays: sensitivity, break-evens, sweeps, draws and indices."""

import inspect
import itertools
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd

from analysis import judge
from analysis.tables import SettingError, nearest

#: Indices are refused where more draws than this share pass a limit.
MOST_PAST = 0.01
STATEMENT = re.compile(r"\s*(\w+)\s*(>=|<=)\s*(-?\d+\.?\d*(?:e\d+)?)\s*")


def distribution(value):
    """Read a list such as [uniform, 0, 0.5] or [triangular, low, mode, high]."""
    if not isinstance(value, list):
        return value
    from scipy import stats

    match value:
        case ["uniform", low, high] if low < high:
            return stats.uniform(low, high - low)
        case ["triangular", low, mode, high] if low <= mode <= high and low < high:
            return stats.triang((mode - low) / (high - low), low, high - low)
    raise SettingError(f"{value} is neither [uniform, …] nor [triangular, …]")


def function(model, name, setting):
    """Return a plain function of the inputs of a quantity, for any arrays."""
    result = judge.result_of(model, name, setting)

    def compute(**inputs):
        return computed(result, inputs)

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters, ranges = [], {}
    for key, number in result.numbers.items():
        parameters.append(inspect.Parameter(key, kind, default=number.value))
        ends = range_of(model, key, number)
        if ends:
            ranges[key] = ends
    vars(compute).update(__signature__=inspect.Signature(parameters), ranges=ranges)
    compute.__name__ = name
    return compute


def range_of(model, name, number):
    """Return the range in which an input is varied: ours, or what rounds to it."""
    assumption = model.assumptions.get(name)
    if assumption:
        return assumption.low, assumption.high
    return number.rounding


def computed(result, inputs):
    """Return a result for numbers or arrays.

    Past a limit a single number is refused, and an entry of an array becomes NaN.
    """
    for key in inputs:
        if key not in result.sources:
            hint = nearest(key, result.sources)
            raise SettingError(f"{result.target} does not depend on '{key}'{hint}")
    refuse_words(result, inputs)
    evaluate = result.model.evaluate
    value = evaluate(result.sources, inputs, limits="drop")[result.target]
    if np.ndim(value):
        return value
    result.refuse_broken(result.values(inputs))
    return float(value)


def refuse_words(result, inputs):
    """Raise SettingError where an input is in words only, and not given."""
    for key in result.start().keys() - set(inputs):
        sentence = f"{result.target} has no number: {key} is in words only"
        raise SettingError(f"{sentence}; set {key}")


def moved_inputs(result):
    """Yield the inputs of a result that move it, with the ends of their ranges.

    An assumption moves over its allowed range, a printed number from 0 to its double.
    """
    for name, number in result.numbers.items():
        if np.isnan(number.value):
            continue
        low, high = sorted((0.0, 2 * number.value))
        if name in result.model.assumptions:
            low, high = result.model.limits[name]
        if low < high and judge.moves(result, name, (low, high)):
            yield name, number, (low, high)


def sensitivity(model, name, setting):
    """Return a quantity with each assumption at the ends of its range, as far as limits
    allow, and each printed number at the ends of what rounds to it."""
    result = judge.result_of(model, name, setting)
    computed(result, {})
    rows = []
    for moved, number, _ in moved_inputs(result):
        ends = range_of(model, moved, number)
        if ends:
            low, high = judge.kept(result, moved, ends)
            at_low, at_high = result.value({moved: np.array([low, high])})
            kind = "ours" if moved in model.assumptions else "printed"
            unit = model.units[moved]
            rows.append([moved, kind, number.value, low, high, at_low, at_high, unit])
    columns = ["input", "kind", "value", "low", "high", "at_low", "at_high", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs["quantity"] = name
    width = (table["at_high"] - table["at_low"]).abs()
    order = width.sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def break_even(model, what, setting):
    """Return the parts of each input's range, each with the verdict of a check, or with
    whether a statement such as ``at_risk_2021 >= 1.9e6`` holds."""
    checks = {}
    for name, row in model.tables["checks"].items():
        if row["kind"] and row["compute"]:
            checks[name] = row
    statement = STATEMENT.fullmatch(what)
    words = {}
    if what in checks:
        result = judge.result_for(model, checks[what], setting)
        claim = judge.claim_of(model, checks[what])
    elif statement:
        target, sign, number = statement.groups()
        result = judge.result_of(model, target, setting)
        refuse_words(result, ())
        result = result.fixed(result.numbers)
        end = float(number)
        span = (end, np.inf) if sign == ">=" else (-np.inf, end)
        claim = span, span
        words = {judge.MATCHES: "holds", judge.DIFFERS: "does not hold"}
    else:
        hint = nearest(what, checks)
        raise SettingError(f"'{what}' is neither a judged sum nor a statement{hint}")
    result.refuse_broken(result.values())
    rows = []
    for name, number, ends in moved_inputs(result):
        for part in judge.parts_of(result, claim, name, ends):
            verdict = words.get(part.verdict, part.verdict)
            unit = model.units[name]
            rows.append([name, number.value, part.low, part.high, verdict, unit])
    columns = ["input", "value", "low", "high", "verdict", "unit"]
    return pd.DataFrame(rows, columns=columns)


def sweep(model, name, setting, over):
    """Return a quantity on a grid, with a dimension for each name in ``over``.

    Entries past a limit are NaN, and counted.
    """
    import xarray as xr

    axes, readings = {}, {}
    for key, values in over.items():
        model.look_up(key)
        if isinstance(next(iter(values)), str):
            readings[key] = list(values)
        else:
            axes[key] = xr.DataArray(np.asarray(values, float), coords={key: values})
    parts = []
    for combination in itertools.product(*readings.values()):
        here = dict(zip(readings, combination, strict=True))
        chosen = model.choices(here)
        found = function(model, name, {**setting, **chosen})(**axes)
        part = xr.Dataset({name: found}).broadcast_like(xr.Dataset(axes))
        parts.append(part.assign_coords(here).expand_dims([*here]))
    grid = xr.combine_by_coords(parts).reindex(readings).transpose(*over)
    past = int(grid[name].isnull().sum())
    return grid.assign_attrs(unit=model.units[name], past_a_limit=past)


# Draws --------------------------------------------------------------------------------


def drawn_inputs(result, shapes, rounding):
    """Return what is drawn: the distributions given, cut at limits, and, if asked,
    uniform ones over what rounds to printed numbers."""
    from scipy import stats

    drawn = {}
    for name, number in result.numbers.items():
        if name in shapes:
            drawn[name] = cut(shapes[name], *result.model.limits.get(name, (0, "")))
        elif rounding and number.rounding and not np.isnan(number.value):
            low, high = number.rounding
            drawn[name] = stats.uniform(low, high - low)
    return drawn


def cut(shape, low, high):
    """Cut a distribution at the limits of its quantity, if these are numbers."""
    if isinstance(high, str):
        return shape
    # The value at the low end is kept, although it may have a share of its own.
    below, up_to = shape.cdf([np.nextafter(low, -np.inf), high])
    return SimpleNamespace(ppf=lambda share: shape.ppf(below + share * (up_to - below)))


def sampled(drawn, n, seed):
    """Return a sample of some distributions, by scrambled Sobol points."""
    from scipy.stats import qmc

    if not drawn:
        return pd.DataFrame(index=range(n))
    # The number of Sobol points is a power of two; the first ones are kept.
    points = qmc.Sobol(len(drawn), rng=seed).random_base2((n - 1).bit_length())[:n]
    columns = {}
    for (name, shape), shares in zip(drawn.items(), points.T, strict=True):
        columns[name] = shape.ppf(shares)
    return pd.DataFrame(columns)


def draws(model, name, setting, sample):
    """Return a sample with the quantity that follows from it.

    ``attrs`` have how many draws pass a limit, and, for the checks of the article, the
    share of the other draws in each verdict.
    """
    result = judge.result_of(model, name, setting)
    found = computed(result, dict(sample.items()))
    table = sample.assign(**{name: found})
    is_kept = table[name].notna()
    table.attrs["quantity"] = name
    table.attrs["past_a_limit"] = int((~is_kept).sum())
    table.attrs["verdicts"] = {}
    alone = result.fixed(result.numbers.keys() & set(sample.columns))
    vary = {key: column.to_numpy() for key, column in sample[is_kept].items()}
    for check in model.tables["checks"].values():
        if check["compute"] == name and check["kind"] == "article":
            verdicts = judge.verdicts(alone, judge.claim_of(model, check), vary)
            shares = pd.Series(verdicts).value_counts(normalize=True)
            table.attrs["verdicts"][check["id"]] = shares.to_dict()
    return table


def indices(model, name, setting, drawn, n, seeds):
    """Return first-order and total Sobol indices, with intervals from several runs."""
    from scipy import stats

    if not drawn:
        raise SettingError(f"no input of {name} has a distribution")
    tried = draws(model, name, setting, sampled(drawn, n, 0))
    past = tried.attrs["past_a_limit"]
    if past > MOST_PAST * n:
        raise SettingError(f"{past} of {n} draws of {name} pass a limit")
    result = judge.result_of(model, name, setting)

    def moved(points):
        return result.value(dict(zip(drawn, points, strict=True)))

    runs = []
    for seed in seeds:
        shapes = list(drawn.values())
        found = stats.sobol_indices(func=moved, n=n, dists=shapes, rng=seed)
        runs.append([found.first_order, found.total_order])
    means = np.mean(runs, axis=0)
    errors = stats.sem(runs) * stats.t.ppf(0.975, len(runs) - 1)
    columns = ["first", "total", "first_error", "total_error"]
    table = pd.DataFrame([*means, *errors], index=columns, columns=list(drawn)).T
    return table.rename_axis("input").reset_index()


def specification_curve(model, name, setting):
    """Return a quantity under all combinations of choices, in order.

    The choices are the readings of what its formula needs, if the setting names none,
    and each assumption with an effect at its low, usual and high value. Combinations
    past a limit, or with a value that others have, are left out.
    """
    source = model.source(name, setting)
    readings = {}
    for need in getattr(source, "needs", ()):
        listed = [key[1] for key in model.tables["readings"] if key[0] == need]
        if len(listed) > 1 and need not in setting:
            readings[need] = listed
    rows = []
    for combination in itertools.product(*readings.values()):
        here = dict(zip(readings, combination, strict=True))
        try:
            result = judge.result_of(model, name, {**model.choices(here), **setting})
            refuse_words(result, ())
        except SettingError:
            continue
        choices = {}
        for moved, number, _ in moved_inputs(result):
            assumption = model.assumptions.get(moved)
            if assumption:
                ends = assumption.low, number.value, assumption.high
                choices[moved] = sorted({*ends})
        grid = pd.DataFrame(itertools.product(*choices.values()), columns=[*choices])
        found = computed(result, dict(grid.items()))
        # An assumption has its number in place of "set".
        rows.append(grid.assign(**(here | dict(grid.items())), **{name: found}))
    table = pd.concat(rows).dropna(subset=[name]).drop_duplicates(name)
    return table.sort_values(name, ignore_index=True)
