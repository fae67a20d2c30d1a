"""The heart knows no article: it names none of its quantities, and takes another."""

import ast
import re
import shutil
from types import SimpleNamespace

import analysis
from analysis import book, guard, headlines
from analysis.texts import DATA


def constants(tree):
    """The strings and numbers of a module, as texts, without its docstrings."""
    nodes = list(ast.walk(tree))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and node not in docstrings:
            yield str(node.value)


def test_the_heart_names_nothing_of_the_article(article):
    known = article.book
    names = {*known.quantities, *known.claims, *known.checks, *known.external}
    names |= {*known.texts["headlines"]["sections"]}
    # "scale" and "notes" are words of every table.
    names -= {"scale", "notes", "trade", "policy", "overlap", "introduction"}
    for path in (DATA.parent / "analysis").rglob("*.py"):
        if path.parent.name != "formulas" and path.name != "citing.py":
            for text in constants(ast.parse(path.read_text("utf-8"))):
                assert not names & {*re.findall(r"[\w-]+", text)}, text
                assert not re.search(r"Zenz|Xinjiang|Uyghur|\b20[12]\d\b", text), text


def apples_per_crate(apples, crates):
    """Apples, divided by crates."""
    return apples / crates


TABLES = {
    "units": ["unit,plural", "person,apples", "transfer,crates", "person/transfer,"],
    "quantities": [
        "quantity,label,unit,at_least,at_most,not_above",
        "apples,apples,person,,,",
        "crates,crates,transfer,,,",
        "apples_per_crate,apples per crate,person/transfer,,,",
    ],
    "claims": [
        "id,quantity,statement,period,printed,scale,rounded_to,says,input,section,"
        "paragraph,as_printed,source,note",
        "harvest,apples,Apples,1950,1200,,100,,yes,scale,1,apples,,",
        "shipped,crates,Crates,1950,40,,0,,yes,scale,1,crates,,",
        "each,apples_per_crate,Apples a crate,1950,30,,1,,,scale,2,a crate,,",
    ],
    "checks": [
        "id,statement,compute,readings,beside,kind,note",
        "full_crates,Apples divided by crates,apples_per_crate,,each,article,",
    ],
}
HEADLINES = """
title: Do the apples add up?
reference: A gardener, 1950
address: https://example.org
answer: One number follows from others.
lead: ["It is {apples_per_crate}."]
sections: {scale: The orchard}
verdicts: {matches: fits}
headlines:
- words: '"30 a crate"'
  working: {apples_per_crate: ""}
  check: full_crates
  note: Of {harvest} apples.
  cite: ""
  caveat: ""
  short: Apples
  notebook: none
  official: []
"""
FIGURES = """
crates:
  kind: marks
  title: Apples a crate
  axis: apples
  caption: Printed, {each}.
  marks: {computed: {A crate: apples_per_crate}}
"""


def test_another_article_is_computed_judged_and_drawn(tmp_path, monkeypatch):
    for path in DATA.glob("*.csv"):
        header = path.read_text("utf-8").splitlines()[0]
        rows = TABLES.get(path.stem, [header])
        (tmp_path / path.name).write_text("\n".join([*rows, ""]), "utf-8")
    for name in ("datapackage.json", "copy.yaml"):
        shutil.copy(DATA / name, tmp_path)
    (tmp_path / "headlines.yaml").write_text(HEADLINES, "utf-8")
    (tmp_path / "figures.yaml").write_text(FIGURES, "utf-8")
    (tmp_path / "scenarios.yaml").write_text("{}", "utf-8")
    own = SimpleNamespace(apples_per_crate=apples_per_crate)
    formulas = SimpleNamespace(__all__=["own"], own=own)
    monkeypatch.setattr(book, "formulas", formulas)
    orchard = analysis.load(tmp_path)
    # 1,200 apples in 40 crates are 30 in each; 1,150 to 1,250 apples round to 1,200.
    estimate = orchard["apples_per_crate"]
    assert (estimate, estimate.low, estimate.high) == (30, 28.75, 31.25)
    assert orchard.headlines().loc[0, "verdict"] == "matches"
    few = orchard.change(crates=50)
    assert few.checks("full_crates").loc[0, "verdict"] == "differs"
    assert "1,200 ÷ 40 = 30" in headlines.verify(orchard)
    assert len(guard.values(orchard)) > 10
    axes = orchard.figure("crates").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A crate"]
