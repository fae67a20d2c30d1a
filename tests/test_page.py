"""The front page computes and judges as the library does, and needs nothing else."""

import json
import math
import random
import re
import shutil
import subprocess
from collections import Counter

import pytest

from analysis import SettingError, judge, page, spell, wording
from analysis.study import DATA

HERE = DATA.parent / "tests"
needs_node = pytest.mark.skipif(not shutil.which("node"), reason="no Node.js here")


@pytest.fixture(scope="module")
def html(article):
    return page.page(article)


@pytest.fixture(scope="module")
def checks(article):
    """The checks of the headlines by number."""
    rows = article.model.texts["headlines"]["headlines"]
    return {str(number): row["check"] for number, row in enumerate(rows, 1)}


def constants(html):
    """What the page's script knows of each quantity."""
    known = re.search(r"const KNOWN = (.*);\n", html)
    return json.loads(known[1])


def test_the_page_is_small_and_loads_nothing(html):
    folder = DATA.parent / "analysis"
    styles = folder / "page" / "page.css", folder / "report" / "style.css"
    assert (folder / "page" / "page.js").stat().st_size <= 21_000
    assert sum(style.stat().st_size for style in styles) <= 14_000
    assert len(html.encode()) <= 85_000
    assert "default-src 'none'" in html
    assert not re.search(r"<(link|img|iframe)|src=", html)


def test_the_page_reads_without_a_script(html):
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", html)
    text = " ".join(text.split())
    for shown in ("at most 1.901 million", "left open", "98,800", "279,000", "0.664"):
        assert shown in text
    # Each lever has its bands: seven of them, of two parts on average.
    assert html.count('<rect class="band') > 14


def node(html, tmp_path, rows):
    """What the page's script answers to each row of what is asked."""
    (tmp_path / "page.html").write_text(html, "utf-8")
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    words = ["node", HERE / "page.mjs", tmp_path / "page.html", tmp_path / "rows.json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def drawn(model, names, rng):
    """Return a setting of one to five quantities of the page."""
    setting = {}
    for name in rng.sample(names, rng.randint(1, 5)):
        readings, assumption = list(model.readings[name]), model.assumptions.get(name)
        if len(readings) > 1 and rng.random() < 0.5:
            setting[name] = rng.choice(readings)
        elif assumption:
            ends = model.allowed(name), (assumption.low, assumption.high)
            low, high = rng.choice(ends)
            setting[name] = float(f"{rng.uniform(low, min(high, 2e6)):.4g}")
        else:
            size = float(model.evaluate(model.sources(name, {}), {})[name])
            size = 2.2e6 if math.isnan(size) else size
            setting[name] = float(f"{size * rng.uniform(0.7, 1.3):.4g}")
    return setting


def at_ends(model, checks):
    """Yield settings that take a result to an end of what is claimed, or near it."""
    for name in checks.values():
        check = model.tables["checks"][name]
        claim = judge.claim_of(model, check)
        ends = {*claim.exact, *claim.rounded} if check["compute"] else ()
        for end in sorted(filter(math.isfinite, ends)):
            for by in (0, 1e-12, -1e-12, 5e-10, -5e-10, 3e-9, -3e-9, 1e-6, -1e-6):
                yield {check["compute"]: end * (1 + by)}


def found(study, names, checks):
    """What the library finds, as the page's script answers."""
    values = {}
    for name in names:
        try:
            one = study[name]
        except SettingError:
            values[name] = None
            continue
        values[name] = list(map(or_nan, (one.value, one.low, one.high)))
    verdicts = {}
    for number, check in checks.items():
        (verdict,) = study.checks(check).query("id == @check")["verdict"]
        if number != "4":
            verdicts[number] = verdict
    return values, verdicts


def used(study, checks, name):
    """Whether some headline is computed from a quantity, or compared with it."""
    model = study.model
    for check in checks.values():
        row = model.tables["checks"][check]
        if name == "approaching_from" and "approaches" in row["beside"]:
            return True
        if row["compute"]:
            try:
                setting = model.under(row, study.setting)
                if name in model.needed(row["compute"], setting):
                    return True
            except SettingError:
                continue
    return False


def or_nan(number):
    return number if number is not None and math.isfinite(number) else math.nan


def compare(article, checks, html, tmp_path, settings):
    """Hold the script to the library; return how often each verdict came."""
    names = [*constants(html)]
    rows = [{"setting": setting, "names": names} for setting in settings]
    counts = Counter()
    for setting, here in zip(settings, node(html, tmp_path, rows), strict=True):
        try:
            study = article.change(**setting)
            is_refused = not all(used(study, checks, name) for name in study.setting)
        except SettingError:
            is_refused = True
        assert ("refusal" in here) == is_refused, (setting, here)
        if is_refused:
            counts["refused"] += 1
            continue
        values, verdicts = found(study, names, checks)
        assert here["verdicts"] == verdicts, setting
        counts.update(verdicts.values())
        for name, ends in values.items():
            other = here["values"][name]
            if ends is None:
                assert "refusal" in other, (setting, name)
            else:
                same = pytest.approx(ends, rel=1e-9, abs=1e-6, nan_ok=True)
                assert list(map(or_nan, other)) == same, (setting, name)
    return counts


@needs_node
def test_values_bounds_and_verdicts_are_the_librarys(article, checks, html, tmp_path):
    rng, names = random.Random(0), [*constants(html)]
    settings = [drawn(article.model, names, rng) for _ in range(40)]
    counts = compare(article, checks, html, tmp_path, settings)
    assert len(counts) >= 5


@needs_node
def test_numbers_are_spelled_as_the_library_spells_them(article, html, tmp_path):
    rng, model, rows = random.Random(0), article.model, []
    for name in constants(html):
        ends = wording.levels(model, name)
        near = [end + step for end in ends for step in (-1e-5 * end, 1e-5 * end)]
        least = 0 if spell.is_count(wording.unit_of(model, name)) else -3
        sizes = [rng.choice((-1, 1)) * 10 ** rng.uniform(least, 7) for _ in range(60)]
        rows += [(name, value) for value in [0.0, 1.108, 1.0625, *near, *sizes]]
    asked = [{"spell": row} for row in rows]
    for row, here in zip(rows, node(html, tmp_path, asked), strict=True):
        assert here == wording.spelled(model, *row), row


@needs_node
@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"at_risk_2019": "southern"},
        {"persons_per_transfer": 0.7, "overlap": 0.5},
        {"former_detainees": 400_000, "approaching_from": 1.7e6},
    ],
    ids=str,
)
def test_verdicts_turn_where_the_library_says(article, checks, html, tmp_path, setting):
    model, setting = article.model, {**article.change(**setting).setting}
    rows, spans = [], []
    for number, lever in [
        ("5", "persons_per_transfer"),
        ("5", "at_risk_share_of_new"),
        ("6", "at_risk_share_of_new"),
        ("3", "persons_per_transfer"),
    ]:
        check = model.tables["checks"][checks[number]]
        under = {lever: model.assumptions[lever].value} | setting
        result = judge.result_for(model, check, under)
        if lever in result.numbers:
            rows.append({"setting": setting, "lever": lever, "number": number})
            spans.append(judge.computed_parts(result, lever, model.allowed(lever)))
    for parts, here in zip(spans, node(html, tmp_path, rows), strict=True):
        assert [one["verdict"] for one in here] == [part.verdict for part in parts]
        ends = [one["to"] for one in here]
        assert ends == pytest.approx([part.high for part in parts], rel=1e-5)
    assert max(map(len, spans)) >= 3


@needs_node
@pytest.mark.long
def test_four_hundred_settings_and_a_hundred_at_ends_of_claims(
    article, checks, html, tmp_path
):
    rng, names = random.Random(SEED), [*constants(html)]
    settings = [drawn(article.model, names, rng) for _ in range(400)]
    ends = [*at_ends(article.model, checks)]
    assert len(ends) >= 100
    settings += ends
    counts = compare(article, checks, html, tmp_path, settings)
    assert min(counts.values()) > 5
    assert len(counts) == 6


SEED = 48713
