"""The report: each link leads somewhere, nothing is asked of another host, and the numbers are those of the results."""

import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from analysis.core.model import Model
from analysis.core.register import Register
from analysis.core.verdicts import judge_all
from analysis.output import report
from analysis.output.notebooks import all_notebooks
from tests.conftest import Run
from tests.spoiling import all_of, cells, text

ROOT = Path(__file__).resolve().parents[2]
NOTHING = '<svg width="9" height="9"></svg>'


class Page(HTMLParser):
    """What a page names and asks for: identifiers, links, and whatever a browser loads by itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = path.read_text(encoding="utf-8")
        self._cell = False
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self.tags.append((tag, has))
        self.ids += [has["id"]] if has.get("id") else []
        self.links += [has["href"]] if tag == "a" and has.get("href") else []
        self.loads += [has["src"]] if has.get("src") else []
        self.loads += [has["href"]] if tag == "link" and has.get("href") else []
        if tag == "tr":
            self.rows.append([])
        self._cell = self._cell or tag == "td"
        if tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data


def fill(folder: Path, books: Path = ROOT / "notebooks") -> Path:
    """A folder of results as the report finds it: the notebooks as committed, and figures that stand for the real."""
    shutil.copytree(books, folder / "notebooks")
    (folder / "figures").mkdir()
    for name in report.FIGURES:
        (folder / "figures" / f"{name}.svg").write_text(NOTHING, encoding="utf-8")
        (folder / "figures" / f"{name}.csv").write_text("a\n1\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def results(reproduced: Run) -> Path:
    return reproduced.folder


@pytest.fixture(scope="session")
def pages(results: Path) -> dict[str, Page]:
    return {path.name: Page(path) for path in sorted((results / "report").glob("*.html"))}


def as_id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def test_there_is_a_page_for_each_notebook_and_each_part(pages: dict[str, Page]) -> None:
    books = {f"{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb")}
    parts = {"index", "claims", "findings", "assumptions", "external", "figures", "methods", "refusals", "reproduce"}
    assert {*books, *(f"{name}.html" for name in parts), "search.html"} <= set(pages)


def test_every_link_and_anchor_leads_somewhere(results: Path, pages: dict[str, Page]) -> None:
    astray = []
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = unquote(link).partition("#")
            target = target.partition("?")[0] or name
            assert not re.match(r"[a-z]+:", target), link
            lost = anchor and target in pages and anchor not in pages[target].ids
            if lost or not (results / "report" / target).is_file():
                astray.append((name, link))
    assert astray == []


def test_no_page_asks_anything_of_another_host(results: Path, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for address in filter(lambda address: address != "#", page.loads):
            assert not re.match(r"([a-z]+:)?//", address), (name, address)
            assert (results / "report" / address.partition("?")[0]).is_file(), (name, address)
    for path in (results / "report").rglob("*.css"):
        found = re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", path.read_text(encoding="utf-8"))
        assert [one or two for one, two in found if re.match(r"(https?:)?//", one or two)] == [], path.name


def test_whatever_the_register_holds_has_its_own_anchor(pages: dict[str, Page], model: Model) -> None:
    register = model.register
    ids = {one for page in pages.values() for one in page.ids}
    held = {
        "claim": register.claims,
        "check": register.checks,
        "assumption": register.assumptions,
        "finding": register.findings,
        "external": register.external,
        "refusal": register.refusals,
    }
    missing = [f"{kind}-{name}" for kind, names in held.items() for name in names]
    assert [name for name in missing if as_id(name) not in ids] == []


def test_the_headline_table_is_that_of_the_readme(pages: dict[str, Page]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("<!-- headline") : readme.index("<!-- end of headline")]
    wanted = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "| " in line][2:]
    found = [[" ".join(cell.split()) for cell in row] for row in pages["index.html"].rows if row]
    assert len(found) == len(wanted) == 11
    for ours, theirs in zip(found, wanted, strict=True):
        # Here a link leads to the check, so its id is not written out.
        assert [theirs[0].rpartition(" (")[0], *theirs[1:]] == ours


def test_every_picture_has_words_for_who_does_not_see_it(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for tag, has in page.tags:
            if tag == "img":
                assert len(has.get("alt") or "") > 20, (name, has.get("src"))


def section(page: Page, anchor: str) -> str:
    """The words of a section, from its anchor to the next one of its kind."""
    start = page.text.index(f'id="{as_id(anchor)}"')
    kind = anchor.partition("-")[0]
    end = re.search(rf'<span id="{kind}-|<footer|class="prev-next', page.text[start + 10 :])
    text = page.text[start : start + 10 + (end.start() if end else len(page.text))]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def after(text: str, field: str) -> str:
    """What stands in a section behind the name of a field."""
    assert f" {field} :" in text, field
    return text.partition(f" {field} :")[2].strip()


def test_an_assumption_says_what_it_leans_to_moves_and_turns_and_what_would_settle_it(
    pages: dict[str, Page], model: Model
) -> None:
    one = model.register.assumptions["former_detainees"]
    found = section(pages["assumptions.html"], "assumption-former_detainees")
    for field, words in (("rationale", one.rationale), ("bias", one.bias), ("would settle it", one.settle)):
        assert after(found, field).startswith(" ".join(words.split()))
    # 1.95 million less 0.35 million more 0.301 million, and 0.2 to 0.6 million beside: 2.10 and 2.50 million in all
    assert "2.10 million at the low end, 2.50 million at the high end" in after(found, "moves")
    # 2 million less 1.901 million
    assert "100,000 and more" in after(found, "statements")


def test_a_check_says_what_the_results_say(pages: dict[str, Page]) -> None:
    page = pages["checks-04_at_risk_2021.html"].text
    start = page.index('id="check-added-whole"')
    section = re.sub(r"<[^>]+>", " ", page[start : page.index('id="check-added-whole-ratio-implied"')])
    section = " ".join(section.split())
    # 1.6 million + 3.17 million - 3.17 million / 1.105 = 1.9 million; 1 - 1.9012 / 2 = 0.049
    for words in ("approaches 2 million", "1.9 million", "1.84 million to 1.96 million", "a ceiling", "0.049"):
        assert words in section, words


def test_a_page_shows_nothing_that_differs_between_two_places(results: Path) -> None:
    for path in [*(results / "report").rglob("*"), results / "estimates.tex"]:
        if path.suffix in (".html", ".js", ".tex") and "_static" not in path.parts:
            content = path.read_text(encoding="utf-8")
            for word in (str(ROOT), str(results), "/tmp/"):
                assert word not in content, path.name
            assert not re.search(r"\b\d{2}:\d{2}:\d{2}\b", content), path.name


# Hostile texts --------------------------------------------------------------------------------------------------------


HOSTILE = "<script>alert(1)</script> `{raw}` [x](javascript:alert(2)) {{ v }} ::: $a$ ``` *b* <img src=x onerror=y>"


def test_what_a_text_of_the_data_holds_is_shown_letter_by_letter(package: Path, tmp_path: Path) -> None:
    all_of(
        cells("claims.csv", "mean_2016_2020", statement=HOSTILE, note=f"```{{raw}} html\n{HOSTILE}"),
        cells("checks.csv", "added_whole", statement=f"(x)= {HOSTILE}"),
        text("assumptions.yaml", "label: Persons per transfer, 2019", f"label: '{HOSTILE}'"),
        text("refusals.yaml", "what: Coercion, or its absence", f"what: '# {HOSTILE}'"),
    )(package)
    model = Model(Register.read(package))
    folder = fill(tmp_path / "results")
    report.write(folder, model, judge_all(model), all_notebooks()[3:5])
    for path in (folder / "report").glob("*.html"):
        page = Page(path)
        assert "<script>alert" not in page.text
        assert [link for link in page.links if "javascript" in link] == []
        assert [has for tag, has in page.tags if tag == "img" and "onerror" in has] == []
    shown = (folder / "report" / "claims.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "[x](javascript:alert(2))" in shown


# Another data package -------------------------------------------------------------------------------------------------


# When Sphinx has something to say -------------------------------------------------------------------------------------


def test_what_sphinx_says_is_the_error(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(report._SETTINGS, "html_theme", "no_such_theme")
    with pytest.raises(report.ReportError, match=r"the report can't be built: .*no_such_theme"):
        report.write(fill(tmp_path / "results"), model, judge_all(model), all_notebooks())
    assert not (tmp_path / "results" / "report").exists()


# For TeX --------------------------------------------------------------------------------------------------------------


def defined(text: str) -> dict[str, str]:
    return dict(re.findall(r"\\csname estimate:([^\\]+)\\endcsname\{(.*)\}$", text, re.MULTILINE))


def test_every_estimate_has_a_name_for_tex(results: Path, model: Model) -> None:
    found = defined((results / "estimates.tex").read_text(encoding="utf-8"))
    committed = ROOT / "data" / "expected.csv"
    assert committed.exists()
    names = {name for name in found if not name.endswith((".low", ".high", ".unit", ".kind"))}
    assert set(model.quantities) <= names
    # By hand: 3.17 million / 1.105 = 2.8688 million; 1.6 + 3.17 - 2.8688 = 1.9012; + 0.35 = 2.2512 million.
    assert found["transfers_2019"] == "2.87 million"
    assert found["at_risk_2021"] == "1.9 million"
    assert (found["at_risk_2021.unit"], found["at_risk_2021.kind"]) == ("person", "ceiling")
    # From 3.165 / 1.1055 less, 1.55 + 3.165 - 3.165 / 1.1045, to 1.65 + 3.175 - 3.175 / 1.1055: outward to 10,000.
    assert (found["at_risk_2021.low"], found["at_risk_2021.high"]) == ("1.84 million", "1.96 million")
    assert found["at_risk_total"] == "2.3 million"
    assert found["at_risk_2019.southern"] == "1.57 million"  # 1.65 million times 0.95


def test_words_are_safe_in_tex() -> None:
    assert report._tex(r"50% & $3_a #{~^\}") == r"50\% \& \$3\_a \#\{\~{}\^{}\textbackslash{}\}"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no TeX is installed")
@pytest.mark.parametrize(("name", "fits"), [("at_risk_2021", True), ("at_risk_2022", False)])
def test_the_example_is_compiled_and_an_unknown_name_is_refused(
    results: Path, tmp_path: Path, name: str, fits: bool
) -> None:
    shutil.copy(results / "estimates.tex", tmp_path)
    example = (ROOT / "docs" / "example.tex").read_text(encoding="utf-8")
    assert r"\estimate{at_risk_2021}" in example
    (tmp_path / "example.tex").write_text(example.replace("{at_risk_2021}", f"{{{name}}}"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "example.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == fits, done.stdout[-2000:]
    assert fits or "'at_risk_2022' is no estimate" in done.stdout.replace("\n", "")
