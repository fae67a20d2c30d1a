"""Seeds slips into the printed numbers, one at a time, and counts what is noticed.

Writes validation.csv here, a part of the page on the method, and a line of the README.
A slip is a cell of claims.csv that is typed anew; what it
is stands here, apart from the code that judges. It is noticed if some verdict becomes
"differs", stopped if a number can't be computed any more, or its row is refused.
"""

import argparse
import csv
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np

import analysis
from analysis.case import DIFFERS, NOT_COMPUTED
from analysis.texts import DATA
from tests import mutants, test_guard
from tests.settings import copied

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = ["of", "name", "tried", "noticed", "stopped"]
#: The mutants of the code that judges, and the worlds drawn for each check.
MUTANTS, WORLDS = 60, 30
JUDGE = Path("analysis/case.py")
#: Worlds written by hand, in which a check's claim is true: printed numbers, or "> 90".
BY_HAND = [
    # 2.4 ÷ 2.4 = 1; 2.62 ÷ 2 = 1.31; 3 ÷ 1.5 = 2
    ("plan_printed_twice", "plan_2016_2020 2.4, plan_2016_2020_floor 2.4 >= 2.4"),
    ("excess_over_goal", "plan_2016_2020 2.0, mean_2016_2020 2.62"),
    (
        "excess_over_goal",
        "plan_2016_2020 1.5, mean_2016_2020 3, excess_2016_2020 90 > 90",
    ),
    # 3.38 is rounded to 3.4.
    ("total_2021_printed_twice", "total_2021_tianshan 3.38, total_2021_february 3.4"),
    # 4.4 ÷ 1.1 = 4; 2.5 ÷ 1.25 = 2
    (
        "increase_from_growth",
        "total_2021_tianshan 4.4, growth_rate_2019_2021 10, increase_2019_2021 400000",
    ),
    (
        "increase_from_growth",
        "total_2021_tianshan 2.5, growth_rate_2019_2021 25, increase_2019_2021 500000",
    ),
    # 0.2 ÷ (4.2 − 0.2) = 5 percent; 0.3 ÷ (3.3 − 0.3) = 10 percent
    (
        "growth_from_difference",
        "total_2021_tianshan 4.2, increase_2019_2021 200000, growth_rate_2019_2021 5",
    ),
    (
        "growth_from_difference",
        "total_2021_tianshan 3.3, increase_2019_2021 300000, growth_rate_2019_2021 10",
    ),
    # 90,000 ÷ 3; 100,000 ÷ 4
    ("out_mean_2017_2019", "labourers_out_2017_2019 90000, mean_out_2017_2019 30000"),
    ("out_mean_2017_2019", "labourers_out_2017_2019 100000, span_2017_2019 4"),
    # 1.7 + 0.25 = 1.95; 1.5 + 0.4 = 1.9; 1.7 + 0.3 + at least 0.3 = at least 2.3
    ("at_risk_2021_sum", "at_risk_2019_up_to 1.7 <= 1.7, increase_2019_2021 250000"),
    ("at_risk_2021_sum", "at_risk_2019_up_to 1.5 <= 1.5, increase_2019_2021 400000"),
    ("total_in_range", "at_risk_2019_up_to 1.7 <= 1.7"),
    ("cadres_twice", "cadres_2021 600000"),
]


def read(path):
    """Return the rows of claims.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def slips(text):
    """Return the other texts that one slip makes of a printed number: a digit, two
    neighbours, a factor of ten."""
    found = {f"{Decimal(text).scaleb(power):f}" for power in (-1, 1)}
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    for place in places:
        found |= {text[:place] + digit + text[place + 1 :] for digit in "0123456789"}
    for one, other in pairwise(places):
        between = text[one + 1 : other]
        found.add(text[:one] + text[other] + between + text[one] + text[other + 1 :])
    # Nobody prints 02.2.
    return sorted(each for each in found - {text} if not re.match(r"0\d", each))


def slipped(row, text):
    """Return the cells of a row with a slip; its place and its words go along."""
    cells = {"printed": text}
    if row["rounded_to"] != "ours":
        place = Decimal(row["rounded_to"])
        while place and Decimal(text) % place:
            place /= 10
        cells["rounded_to"] = f"{place:f}"
    if row["says"]:
        number = rf"(?<![\d.]){re.escape(row['printed'])}(?![\d.])"
        cells["says"] = re.sub(number, text, row["says"])
    return {row["id"]: cells}


def verdicts(cells):
    """Return the verdicts of the checks with other cells in some rows of claims.csv;
    none where a row is refused."""
    with tempfile.TemporaryDirectory() as folder:
        data = copied(Path(folder))
        rows = read(data / "claims.csv")
        for row in rows:
            row |= cells.get(row["id"], {})
        with (data / "claims.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, [*rows[0]], lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
        try:
            study = analysis.load(folder)
        except analysis.DataError:
            return {}
    found = {}
    for name, check in study.book.checks.items():
        if check.compared_with and check.compute:
            found[name] = study.case_of(check).verdict()
    return found


# Worlds that are true -----------------------------------------------------------------


def by_hand(text):
    """Return the cells of a world that is written by hand."""
    cells = {}
    for part in text.split(", "):
        name, printed, *words = part.split(" ")
        cells[name] = {"printed": printed} | (
            {"says": " ".join(words)} if words else {}
        )
    return cells


def drawn(study, check, rng):
    """Return the cells of a world in which a claim is true: inputs near the printed
    ones, and what the formulas make of them, each printed at its place; or none."""
    case, claims = study.case_of(check), study.book.claims
    beside, cells, given = claims[check.compared_with[0]], {}, {}
    for name, node in case.nodes.items():
        row = claims.get(node.row)
        if row and row.printed is not None and row.place and not row.words:
            number = row.value * rng.uniform(0.9, 1.1)
            cells[row.id] = {"printed": at_place(row, number)}
            given[name] = np.array([number])
    true = float(np.ravel(case.values(given)[case.target])[0])
    low, high = beside.words or (-np.inf, np.inf)
    if beside.low_end:
        low = float(study[beside.low_end])
    if len(check.compared_with) > 1 or beside.id in cells or not low < true < high:
        return {}
    if beside.printed is not None and not beside.words:
        cells[beside.id] = {"printed": at_place(beside, true)}
    return cells


def at_place(row, number):
    """Return a number as a row prints it."""
    place = row.place or Decimal(1).scaleb(row.printed.as_tuple().exponent)
    steps = round(number / row.in_base_unit(place))
    return f"{steps * place:f}"


# Mutants ------------------------------------------------------------------------------


def is_named(text):
    """Return whether verify fails with another text of the module that judges."""
    with tempfile.TemporaryDirectory() as folder:
        for each in ROOT.iterdir():
            if each.name not in ("analysis", "results", ".git"):
                (Path(folder) / each.name).symlink_to(each)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "analysis", Path(folder) / "analysis", ignore=ignored)
        (Path(folder) / JUDGE).write_text(text, "utf-8")
        words = [sys.executable, "-m", "analysis", "verify"]
        space = os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        options = {"cwd": folder, "env": space, "capture_output": True}
        try:
            return subprocess.run(words, timeout=300, **options).returncode != 0
        except subprocess.TimeoutExpired:
            return True


# All ----------------------------------------------------------------------------------


def rows_of(study, check):
    """Return the rows that a check is computed from, and those that it is beside."""
    case = study.case_of(check)
    return {node.row for node in case.nodes.values()} | {*check.compared_with}


def main(seed):
    """Seed, judge, and store what was noticed."""
    rng, study = random.Random(seed), analysis.load()
    judged = [
        each
        for each in study.book.checks.values()
        if each.compared_with and each.compute
    ]
    asked = []
    for row in read(DATA / "claims.csv"):
        texts = slips(row["printed"]) if row["printed"] else []
        asked += [(row, text) for text in texts]
    worlds = [("by hand", name, by_hand(text)) for name, text in BY_HAND]
    for check in judged:
        for _ in range(WORLDS):
            cells = drawn(study, check, rng)
            worlds += [("drawn", check.id, cells)] if cells else []
    source = (ROOT / JUDGE).read_text("utf-8")
    texts = rng.sample(mutants.variants(source), MUTANTS)
    with ProcessPoolExecutor(2) as pool:
        rows = [slipped(row, text) for row, text in asked]
        found = pool.map(verdicts, rows, chunksize=16)
        true = pool.map(verdicts, [cells for *_, cells in worlds], chunksize=16)
        counts = of_slips(study, judged, zip(asked, found, strict=True))
        for (kind, name, _), after in zip(worlds, true, strict=True):
            counts["worlds", kind] += [1, after.get(name) == DIFFERS, not after]
    with ThreadPoolExecutor(2) as pool:
        named = [*pool.map(is_named, texts)]
    told = [test_guard.is_named(*mutant) for mutant in test_guard.all_mutants()]
    for name, each in {"formulas": told, "judge": named}.items():
        counts["mutants", name] += [len(each), sum(each), 0]
    store(counts)
    report(study, counts)


def of_slips(study, judged, found):
    """Return how many slips were tried, noticed, or stopped something, by what of."""
    used = {check.id: rows_of(study, check) for check in judged}
    before, counts = verdicts({}), defaultdict(lambda: np.zeros(3, int))
    for (row, text), after in found:
        differs = any(after[name] == DIFFERS != before[name] for name in after)
        stops = any(after[name] == NOT_COMPUTED != before[name] for name in after)
        groups = [("slips", "all printed numbers"), ("row", row["id"])]
        if any(row["id"] in rows for rows in used.values()):
            size = abs(Decimal(text) / Decimal(row["printed"]) - 1)
            groups += [("slips", "numbers in a check")]
            groups += [
                ("slips", f"{'over' if size > 0.05 else 'up to'} 5 percent, of these")
            ]
        for entry in study.book.texts["headlines"]["headlines"]:
            if row["id"] in used.get(entry["check"], ()):
                groups += [("headline", entry["check"])]
        for group in groups:
            counts[group] += [1, differs, not differs and (stops or not after)]
    return counts


def store(counts):
    """Write what was counted, and print all but the rows."""
    order = [*dict.fromkeys(of for of, _ in counts if of != "row"), "row"]
    with (Path(__file__).with_name("validation.csv")).open(
        "w", encoding="utf-8", newline=""
    ) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for (of, name), numbers in sorted(
            counts.items(), key=lambda item: order.index(item[0][0])
        ):
            table.writerow([of, name, *numbers.tolist()])
            if of != "row":
                print(of, name, *numbers)


#: What a row of the page counts, in its words.
SAID = {
    "slips": "errors in {}",
    "headline": "errors in numbers that headline {} uses",
    "worlds": "cases in which all numbers fit together, {}",
    "mutants": "changes to the code that {}",
}
NAMES = {
    "numbers in a check": "printed numbers that a check uses",
    "over 5 percent, of these": "these, by more than 5 percent",
    "up to 5 percent, of these": "these, by 5 percent or less",
    "by hand": "worked out by hand",
    "drawn": "drawn at random",
    "formulas": "computes results",
    "judge": "gives verdicts",
}
PAGE = ROOT / "analysis/report/pages/validation.md"


def report(study, counts):
    """Write the counts as a table of the page on the method, and two in the README."""
    entries = study.book.texts["headlines"]["headlines"]
    numbers = {entry["check"]: number for number, entry in enumerate(entries, 1)}

    def place(item):
        return numbers.get(item[0][1], 0)

    lines = ["| what we planted | how many | noticed |", "| --- | --- | --- |"]
    for of, text in SAID.items():
        for (kind, name), (tried, noticed, _) in sorted(counts.items(), key=place):
            if kind == of:
                said = text.format(numbers.get(name, NAMES.get(name, name)))
                share = f"{noticed:,} ({noticed / tried:.0%})"
                lines.append(f"| {said} | {tried:,} | {share} |")
    PAGE.write_text("\n".join([*lines, ""]), "utf-8")
    shares = []
    for name in ("all printed numbers", "numbers in a check"):
        tried, noticed, _ = counts["slips", name]
        shares.append(f"{noticed / tried:.0%}".rstrip("%"))
    path, said = ROOT / "README.md", "notice {} percent of all, {} percent of"
    text = re.sub(
        said.format(r"\d+", r"\d+"), said.format(*shares), path.read_text("utf-8")
    )
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    main(options.seed)
