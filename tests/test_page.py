"""The front page computes and judges as the library does, and needs nothing else."""

import json
import math
import random
import re
import shutil
import subprocess
from collections import Counter
from copy import copy
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from analysis import SettingError, page
from analysis import words as library
from analysis.texts import DATA

HERE = DATA.parent / "tests"
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no Node.js here")
SEED = 48713


@pytest.fixture(scope="module")
def html(article):
    return page.page(article)


@pytest.fixture(scope="module")
def nodes(html):
    """What the page's script knows of each quantity."""
    return json.loads(re.search(r"const NODES = (.*);\n", html)[1])


@pytest.fixture(scope="module")
def ask(html, tmp_path_factory):
    """A function that asks the page's script about each of some rows."""
    return asking(html, tmp_path_factory.mktemp("page"))


def asking(html, folder):
    """Return a function that asks a page's script about each of some rows."""
    (folder / "page.html").write_text(html, "utf-8")

    def asked(rows):
        (folder / "rows.json").write_text(json.dumps(rows))
        words = ["node", HERE / "page.mjs", folder / "page.html", folder / "rows.json"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return asked


# Settings at random -------------------------------------------------------------------


@pytest.fixture(scope="module")
def settable(article, nodes):
    """The rows of what may be set, for the quantities that the page can set."""
    known = {name for name, node in nodes.items() if "range" in node}
    return [row for row in article.names().itertuples() if row.quantity in known]


def drawn(rows, rng):
    """Return numbers for one to five of what may be set."""
    setting = {}
    for row in rng.sample(rows, rng.randint(1, 5)):
        usual = 300_000 if math.isnan(row.value) else row.value
        near = float(f"{usual * rng.uniform(0.5, 1.5):.4g}")
        far = float(f"{rng.uniform(row.least, row.most):.4g}")
        end = rng.choice([row.least, row.most, 0, 1.01 * row.most])
        setting[row.quantity] = rng.choice([near, near, near, far, usual, end])
    return setting


def headlines(article, setting):
    """Return the headlines; nothing where the picture would have no number."""
    try:
        table = article.change(**setting).headlines()
    except SettingError:
        return None
    return None if "not computed" in {*table["verdict"][4:]} else table


def written(cell, here, specs):
    """A sum of the page, with the script's numbers in it, and without what is idle."""
    cell, asked = copy(cell), specs["values"] + specs["parts"]
    texts = dict(zip(asked, here["texts"], strict=True))
    idle = dict(zip(specs["idle"], here["idle"], strict=True))
    for node in cell(attrs={"data-idle": True}):
        if idle[node["data-idle"]]:
            node.extract()
    for kind in ("data-value", "data-part"):
        for node in cell(attrs={kind: True}):
            node.string = texts[node[kind]]
    return "; ".join(" ".join(part.split()) for part in lines_of(cell))


def lines_of(cell):
    for line in cell("br"):
        line.replace_with("|")
    return cell.get_text().split("|")


def compare(article, html, ask, settings):
    """Hold the script to the library; return how often each verdict came."""
    soup, counts, specs = BeautifulSoup(html, "html.parser"), Counter(), {}
    for kind, key in (("value", "values"), ("part", "parts"), ("idle", "idle")):
        nodes = soup(attrs={f"data-{kind}": True})
        specs[key] = [node[f"data-{kind}"] for node in nodes]
    rows = [{"words": urlencode(setting), **specs} for setting in settings]
    for setting, here in zip(settings, ask(rows), strict=True):
        table = headlines(article, setting)
        assert bool(here["left"]) == (table is None), (setting, here)
        if table is None:
            counts["refused"] += 1
            # What is left can be set.
            table = headlines(article, here["setting"])
        checks = article.change(**here["setting"]).checks(*table["check"])
        for row, check in zip(table.itertuples(), checks.itertuples(), strict=True):
            assert row.check == check.id
            counts[row.verdict] += 1
            cell = soup.find(id=f"claim-{row.number}").find(class_="sum")
            found = here["headlines"].get(str(row.number))
            if found and row.verdict != "not computed":
                assert_same(found, row, check, written(cell, here, specs), setting)
            elif found:
                assert found["verdict"] == row.verdict, setting
    return counts


def assert_same(found, row, check, line, setting):
    """Hold a headline of the page to the library's."""
    assert found["verdict"] == row.verdict, (setting, row)
    turns = found["turns"].replace("· ", "").replace("\n", "; ")
    assert turns == row.condition, (setting, row)
    ends = [math.nan if end is None or end > 1e18 else end for end in found["values"]]
    same = [check.value, check.low, check.high]
    assert ends == pytest.approx(same, rel=1e-9, abs=1e-6, nan_ok=True), (setting, row)
    assert line == row.working, setting


#: As printed; just past a limit; nobody left to be at risk; and each number is allowed
#: by those behind it only.
CHOSEN = [{}, {"persons_per_transfer": 0.9, "persons_per_transfer_drift": 1.1112}]
CHOSEN += [{"transfers_2021": 0}]
CHOSEN += [{"persons_per_transfer_drift": 1.6, "at_risk_2019": 1.5e6}]
CHOSEN[-1] |= {"persons_per_transfer": 0.4, "transfers_2021": 4.2e6}


@needs_node
@pytest.mark.parametrize(
    ("seed", "count", "kinds"),
    # Each of the five verdicts, what is refused and what is not computed.
    [(0, 40, 5), pytest.param(SEED, 400, 7, marks=pytest.mark.long)],
)
def test_settings_are_computed_as_in_the_library(
    article, html, settable, ask, seed, count, kinds
):
    rng = random.Random(seed)
    settings = CHOSEN + [drawn(settable, rng) for _ in range(count)]
    assert len(compare(article, html, ask, settings)) >= kinds


@needs_node
def test_a_reading_that_is_another_quantity_is_computed(article, tmp_path):
    # It needs the persons per labourer, which are read as persons.
    study = article.change(at_risk_share_of_new="as_in_2019")
    row = {"words": "", "values": [], "parts": [], "idle": []}
    (here,) = asking(page.page(study), tmp_path)([row])
    # 1.6 million + 300,000 × 1.6 ÷ 2.59
    sums = [headline["values"][0] for headline in here["headlines"].values()]
    assert 1_600_000 + 300_000 * 1.6 / 2.59 in [pytest.approx(value) for value in sums]


# Numbers in words ---------------------------------------------------------------------


@needs_node
def test_numbers_are_spelled_as_the_library_spells_them(article, nodes, ask):
    rng, book, rows = random.Random(0), article.book, []
    for key, node in nodes.items():
        name, ends = key.partition(".")[0], node["levels"]
        near = [end + step for end in ends for step in (-1e-5 * end, 1e-5 * end)]
        least, most = (0, 7) if library.is_count(book.unit(name)) else (-3, 4)
        powers = [rng.uniform(least, most) for _ in range(60)]
        sizes = [rng.choice((-1, 1)) * 10**power for power in powers]
        rows += [(name, key, value) for value in [0.0, 1.108, 1.0625, *near, *sizes]]
    asked = [{"spell": row[1:]} for row in rows]
    for (name, _, value), here in zip(rows, ask(asked), strict=True):
        assert here == book.spelled(name, value), (name, value)


TYPED = [("at_risk_share_of_new", text) for text in ("60%", "60 percent", "0.6", "60")]
TYPED += [("growth_2019_2021", text) for text in ("11%", "-20 percent", "0.11", "11")]
TYPED += [("at_risk_2019", text) for text in ("1.5 million", "1,500,000", "1.5", "50%")]
TYPED += [("net_new_transfers", "290 thousand")]
TYPED += [("overlap", text) for text in ("", "half", "1e-1", "1,000")]


@needs_node
def test_what_is_typed_is_the_number_that_the_library_reads(article, ask):
    none = {"values": [], "parts": [], "idle": []}
    rows = [{"words": urlencode([pair]), **none} for pair in TYPED]
    for pair, here in zip(TYPED, ask(rows), strict=True):
        try:
            expected = dict(article.change(**dict([pair])).setting)
        except SettingError:
            expected = {}
        assert here["setting"] == expected, pair
        assert bool(here["left"]) != bool(expected), pair
