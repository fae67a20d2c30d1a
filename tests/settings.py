"""Settings made up at random, and the data as they are written, for several tests."""

import csv
import random
from decimal import Decimal

from analysis import SettingError
from analysis.study import DATA

SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}


def rows_of(table, folder=DATA):
    """Return the rows of a file of data as texts, in order."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(table, folder, rows):
    """Write the rows of a file of data, with their header."""
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def claim_of(check, study):
    """The ends of what a check's row says, exact and rounded, from the file itself."""
    rows = {row["id"]: row for name in ("claims", "external") for row in rows_of(name)}
    quantities = [*rows_of("quantities"), *rows_of("assumptions")]
    units = {row["quantity"]: row["unit"] for row in quantities}
    ends, is_range = [], ";" in check["beside"]
    for name in check["beside"].split("; "):
        row = rows[name]
        unit = row.get("unit") or units[row["quantity"]]
        factor = Decimal(SCALES[row["scale"]]) / (100 if unit == "percent" else 1)
        half = Decimal(row["rounded_to"].replace("ours", "0")) * factor / 2
        place = 0 if is_range else half
        ends.append((*says(row, factor, place, study), half))
    (low, _, half), (_, high, other) = ends[0], ends[-1]
    is_open = rows[name]["says"].startswith(">")
    is_moved = is_range or rows[name]["says"]
    exact = float(low), float(high)
    if not is_moved:
        return exact, exact
    if not rows[name]["says"][:1].isalpha() and low:
        low -= half
    return exact, (float(low), float(high if is_open else high + other))


def says(row, factor, half, study):
    """The two ends of what a row says, in base units."""
    words = row["says"].split()
    if not words:
        value = Decimal(row["printed"]) * factor
        return value - half, value + half
    if words[0] in (">", ">="):
        above = Decimal("1.00000001") if words[0] == ">" else 1
        return Decimal(words[1]) * factor * above, Decimal("inf")
    if words[0] == "<=":
        return Decimal(0), Decimal(words[1]) * factor
    if words[0][0].isalpha():
        return Decimal(study[words[0]].value), Decimal(words[2]) * factor
    return Decimal(words[0]) * factor, Decimal(words[2]) * factor


def random_settings(article, count, seed=0):
    """Return studies with one to three changes each, which no limit forbids."""
    rng = random.Random(seed)
    model = article.model
    several = [name for name, known in model.readings.items() if len(known) > 1]
    names = sorted({*model.assumptions, *several})
    studies = []
    while len(studies) < count:
        changes = {}
        for name in rng.sample(names, rng.randint(1, 3)):
            changes[name] = value_of(rng, model, name)
        try:
            study = article.change(**changes)
            study["at_risk_2021"]
        except SettingError:
            continue
        studies.append(study)
    return studies


def value_of(rng, model, name):
    """Return a number within our range, with its unit, or the name of a reading."""
    assumption = model.assumptions.get(name)
    if assumption and rng.random() < 0.7:
        number = rng.uniform(assumption.low, assumption.high)
        return f"{number:.4g} {model.units[name]}"
    return rng.choice(list(model.readings[name]))
