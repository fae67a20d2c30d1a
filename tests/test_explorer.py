"""The explorer computes and judges as the library does, and needs nothing else."""

import json
import math
import random
import re
import shutil
import subprocess

import pytest

from analysis import SettingError, explorer, judge
from analysis.study import DATA

HERE = DATA.parent / "tests"
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no Node.js here")


@pytest.fixture(scope="module")
def page(article):
    return explorer.page(article.model)


@pytest.fixture(scope="module")
def names(article):
    found = json.loads(
        explorer.data(article.model).splitlines()[0].partition("= ")[2][:-1]
    )
    return list(found)


def test_the_page_is_small_and_loads_nothing(page):
    folder = DATA.parent / "analysis" / "explorer"
    assert (folder / "page.js").stat().st_size <= 14_000
    assert (folder / "page.css").stat().st_size <= 4_500
    assert len(page.encode()) <= 80_000
    assert "default-src 'none'" in page
    assert not re.search(r"<(link|img|iframe)|src=", page)


def test_the_page_reads_without_a_script(page):
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page)
    text = " ".join(text.split())
    for shown in ("at most 1.901 million", "left open", "98,800", "279,000"):
        assert shown in text
    assert "{" not in text


def node(page, tmp_path, rows):
    """What the page's script finds for each row of what is asked."""
    (tmp_path / "page.html").write_text(page, "utf-8")
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    words = ["node", HERE / "page.mjs", tmp_path / "page.html", tmp_path / "rows.json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def number(value):
    return value if math.isfinite(value) else None


def found(study, name):
    try:
        one = study[name]
    except SettingError as error:
        return str(error)
    return [number(one.value), number(one.low), number(one.high)]


def asked(study, setting, names):
    """A setting with the library's values and verdicts."""
    verdicts = {}
    for section, check in explorer.CLAIMS.items():
        row = study.model.tables["checks"][check]
        verdicts[section] = judge.judge(study.model, row, study.setting)["verdict"]
    return {
        "setting": setting,
        "values": {name: found(study, name) for name in names},
        "verdicts": verdicts,
    }


def drawn(model, names, rng):
    setting = {}
    for name in rng.sample(names, rng.randint(1, 5)):
        readings, assumption = list(model.readings[name]), model.assumptions.get(name)
        if len(readings) > 1 and rng.random() < 0.5:
            setting[name] = rng.choice(readings)
        elif assumption:
            low, high = rng.choice(
                [model.allowed(name), (assumption.low, assumption.high)]
            )
            setting[name] = round(rng.uniform(low, min(high, 900_000)), 4)
        else:
            size = float(model.evaluate(model.sources(name, {}), {})[name])
            setting[name] = float(f"{size * rng.uniform(0.7, 1.3):.4g}")
    return setting


def random_rows(article, names, count):
    rng, rows = random.Random(0), []
    while len(rows) < count:
        setting = drawn(article.model, names, rng)
        try:
            study = article.change(**setting)
        except SettingError:
            continue
        rows.append(asked(study, setting, names))
    return rows


def edge_rows(article, names):
    """Settings at the very ends of claims, where a digit decides."""
    rows = []
    for section, name in explorer.CLAIMS.items():
        check = article.model.tables["checks"][name]
        ends = {end for span in judge.claim_of(article.model, check) for end in span}
        for end in sorted(ends - {float("inf")}):
            for by in (0, 1e-12, -1e-12, 5e-10, -5e-10, 3e-9, -3e-9, 1e-6, -1e-6):
                value = end * (1 + by)
                for setting in at_end(section, value):
                    try:
                        study = article.change(**setting)
                    except SettingError:
                        continue
                    rows.append(asked(study, setting, names[:4]))
    return rows


def at_end(section, value):
    yield {explorer_target(section): value}
    if section == "approaches":
        yield {"at_risk_2019": value, "at_risk_share_of_new": 0}
        yield {"at_risk_2019": value - 50_000, "at_risk_share_of_new": 0}
    if section == "range":
        yield {"at_risk_2021": 1.9e6, "former_detainees": value - 1.9e6}
    if section == "plan":
        yield {"transfers_2016_2020": 2.2e6 * (1 + value)}
    if section == "growth":
        yield {"transfers_2019": 3e6, "transfers_2021": 3e6 + value}


def explorer_target(section):
    return {
        "approaches": "at_risk_2021",
        "range": "at_risk_total",
        "net": "net_new_persons",
        "growth": "net_new_transfers",
        "plan": "excess_over_plan_2016_2020",
        "figures": "labourers_2019",
    }[section]


def near(one, other):
    if one is None or other is None:
        return one == other
    return one == pytest.approx(other, rel=1e-9, abs=1e-6)


def compare(page, tmp_path, rows):
    seen = set()
    for row, here in zip(rows, node(page, tmp_path, rows), strict=True):
        assert here["verdicts"] == row["verdicts"], row["setting"]
        seen |= set(row["verdicts"].values())
        for name, value in row["values"].items():
            other = here["values"][name]
            if isinstance(value, str):
                assert other == value, (row["setting"], name)
            else:
                for one, two in zip(value, other, strict=True):
                    assert near(one, two), (row["setting"], name, value, other)
    return seen


@needs_node
def test_values_bounds_and_verdicts_are_the_librarys(article, page, names, tmp_path):
    seen = compare(page, tmp_path, random_rows(article, names, 30))
    assert len(seen) >= 4


@needs_node
def test_verdicts_at_the_ends_of_claims_are_the_librarys(
    article, page, names, tmp_path
):
    rows = edge_rows(article, names)
    assert len(rows) > 100
    compare(page, tmp_path, rows)


@needs_node
@pytest.mark.long
def test_five_hundred_settings(article, page, names, tmp_path):
    compare(page, tmp_path, random_rows(article, names, 500))


@needs_node
def test_a_verdict_turns_where_the_library_says(article, page, tmp_path):
    rows = []
    for section, name in explorer.CLAIMS.items():
        check = article.model.tables["checks"][name]
        result = judge.result_for(article.model, check, {})
        claim = judge.claim_of(article.model, check)
        for lever, value in result.numbers.items():
            if lever in article.model.assumptions and math.isfinite(value.value):
                assumption = article.model.assumptions[lever]
                ends = assumption.low, assumption.high
                parts = judge.parts_of(result, claim, lever, ends)
                spans = [[part.low, part.high, part.verdict] for part in parts]
                rows.append(
                    {"section": section, "lever": lever, "ends": ends, "spans": spans}
                )
    assert len(rows) >= 8
    for row, spans in zip(rows, node(page, tmp_path, rows), strict=True):
        low, high = row["ends"]
        for (start, stop, verdict), here in zip(row["spans"], spans, strict=True):
            room = 1e-6 * (high - low)
            assert here["verdict"] == verdict.replace("not computed", "no value")
            assert here["from"] == pytest.approx(start, abs=room)
            assert here["to"] == pytest.approx(stop, abs=room)


REFUSED = {
    "persons_per_transfer": "1.2",
    "overlap": "-0.1",
    "at_risk_2019": "1.6",
    "growth_2019_2021": "10.5",
    "at_risk_share_of_new": "0,6",
    "minority_share_south": "0.9",
    "transfers_2021": "-5",
    "former_detainees": "abc",
}


@needs_node
@pytest.mark.parametrize("name", REFUSED)
def test_a_link_is_refused_in_the_librarys_words(article, page, tmp_path, name):
    with pytest.raises(SettingError) as refused:
        article.change(**{name: REFUSED[name]})
    (here,) = node(page, tmp_path, [{"link": [name, REFUSED[name]]}])
    sentence = str(refused.value)
    if name == "former_detainees":
        # The library also knows names of readings, and their nearest.
        assert "former_detainees" in here
    else:
        assert here == sentence.partition("; write its unit")[0]


@needs_node
@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("at_risk_2021", 1901221.7, "1.901 million"),
        ("at_risk_total_low", 2_000_000, "2 million"),
        ("net_new_persons", 301221.7, "301,000"),
        ("excess_over_plan_2016_2020", 0.304545, "30.5 percent"),
        ("persons_per_transfer", 0.902823, "0.903"),
    ],
)
def test_numbers_are_spelled_as_in_the_library(
    article, page, tmp_path, name, value, shown
):
    from analysis import steps

    (here,) = node(page, tmp_path, [{"spell": [name, value]}])
    assert here == shown == steps.spelled(article.model, name, value)
