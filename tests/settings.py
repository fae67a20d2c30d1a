"""Settings made up at random, and the data as they are written, for several tests."""

import csv
import random
import shutil

from analysis import SettingError, formulas
from analysis.texts import DATA, ROOT


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


def copied(folder):
    """Copy the article into a folder, and return the folder of its data."""
    shutil.copy(ROOT / "CITATION.cff", folder)
    shutil.copy(ROOT / "method.md", folder)
    lines = [f"from analysis.formulas.{name} import *\n" for name in formulas.__all__]
    (folder / "formulas.py").write_text("".join(lines), "utf-8")
    return shutil.copytree(DATA, folder / "data")


def damaged(folder, name, old, new):
    """Return a copy of the data, with one text of a file replaced."""
    data = copied(folder)
    text = (data / name).read_text("utf-8")
    assert old in text
    (data / name).write_text(text.replace(old, new, 1), "utf-8")
    return data


def cases_of(study):
    """The checks that can be computed, each with its case."""
    for check in study.book.checks.values():
        if check.compute:
            try:
                yield check, study.case_of(check)
            except SettingError:
                assert study.setting


def random_settings(article, count, seed=0):
    """Return studies with one to three changes each, which no limit forbids."""
    rng = random.Random(seed)
    book = article.book
    several = [name for name, known in book.readings.items() if len(known) > 1]
    names = sorted({*book.assumptions, *several})
    studies = []
    while len(studies) < count:
        changes = {}
        for name in rng.sample(names, rng.randint(1, 3)):
            changes[name] = value_of(rng, book, name)
        try:
            study = article.change(**changes)
            study["at_risk_2021"]
        except SettingError:
            continue
        studies.append(study)
    return studies


def value_of(rng, book, name):
    """Return a number within our range, with its unit, or the name of a reading."""
    assumption = book.assumptions.get(name)
    if assumption and rng.random() < 0.7:
        number = rng.uniform(float(assumption.varied_from), float(assumption.varied_to))
        return f"{number:.4g} {book.base_unit(name)}"
    return rng.choice(list(book.readings[name]))
