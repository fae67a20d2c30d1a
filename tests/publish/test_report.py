"""The report: each link leads somewhere, no page loads anything from another host, and
the numbers are those of the results.
"""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from analysis.core.register import Register
from analysis.model.model import Model
from analysis.model.verdicts import judge_all
from analysis.publish import report
from analysis.publish.notebooks import all_notebooks
from analysis.render.safe_text import tex
from analysis.whatif.break_even import break_even
from tests.conftest import Run
from tests.spoiling import all_of, cells, text

ROOT = Path(__file__).resolve().parents[2]
NOTHING = '<svg width="9" height="9"></svg>'


class Page:
    """What a page names and asks for: identifiers, links, and what a browser loads."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text(encoding="utf-8")
        soup = BeautifulSoup(self.text, "html.parser")
        self.ids = [tag["id"] for tag in soup.select("[id]")]
        self.links = [tag["href"] for tag in soup.select("a[href]")]
        self.loads = [
            tag.get("src") or tag["href"] for tag in soup.select("[src], link[href]")
        ]
        self.images = soup.find_all("img")
        self.rows = [
            [" ".join(cell.get_text().split()) for cell in row.select("td")]
            for row in soup.select("tr")
        ]


def fill(folder: Path, books: Path = ROOT / "notebooks") -> Path:
    """A folder of results as the report finds it: the notebooks as committed, and
    figures that stand for the real.
    """
    shutil.copytree(books, folder / "notebooks")
    (folder / "figures").mkdir()
    for name in report.figures(Model(Register.read())):
        (folder / "figures" / f"{name}.svg").write_text(NOTHING, encoding="utf-8")
        (folder / "figures" / f"{name}.csv").write_text("a\n1\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def results(reproduced: Run) -> Path:
    return reproduced.folder


@pytest.fixture(scope="session")
def pages(results: Path) -> dict[str, Page]:
    return {
        path.name: Page(path) for path in sorted((results / "report").glob("*.html"))
    }


def test_every_link_and_anchor_leads_somewhere(
    results: Path, pages: dict[str, Page]
) -> None:
    books = {f"{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert books | {"search.html"} <= set(pages)
    astray = []
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = unquote(link).partition("#")
            target = target.partition("?")[0] or name
            if target.startswith("https:"):
                # The article itself, which is asked for nothing until it is followed.
                continue
            assert not re.match(r"[a-z]+:", target), link
            lost = anchor and target in pages and anchor not in pages[target].ids
            if lost or not (results / "report" / target).is_file():
                astray.append((name, link))
    assert astray == []


def test_no_page_asks_anything_of_another_host(
    results: Path, pages: dict[str, Page]
) -> None:
    for name, page in pages.items():
        for address in filter(lambda address: address != "#", page.loads):
            assert not re.match(r"([a-z]+:)?//", address), (name, address)
            assert (results / "report" / address.partition("?")[0]).is_file(), (
                name,
                address,
            )
    for path in (results / "report").rglob("*.css"):
        found = re.findall(
            r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)",
            path.read_text(encoding="utf-8"),
        )
        assert [
            one or two for one, two in found if re.match(r"(https?:)?//", one or two)
        ] == [], path.name


def test_whatever_the_register_holds_has_its_own_anchor(
    pages: dict[str, Page], model: Model
) -> None:
    ids = {one for page in pages.values() for one in page.ids}
    register, missing = model.register, []
    for kind in ("claims", "checks", "assumptions", "findings", "external", "refusals"):
        names = [f"{kind.removesuffix('s')}-{name}" for name in getattr(register, kind)]
        missing += [
            name
            for name in names
            if re.sub(r"[^a-z0-9]+", "-", name.lower()) not in ids
        ]
    assert missing == []


def test_each_field_and_heading_of_a_template_shows_somewhere(model: Model) -> None:
    made = report.pages(model, judge_all(model), all_notebooks())
    missing = []
    for template in sorted(report.PAGES.glob("*.md")):
        source = template.read_text(encoding="utf-8")
        fields = re.findall(
            r"^:([a-z][^:{}]*):|field\(\"([^\"]+)\"", source, re.MULTILINE
        )
        labels = [f":{one or two}:" for one, two in fields]
        labels += re.findall(r"^#+ [^{}\n]+$", source, re.MULTILINE)
        assert labels, template
        missing += [
            (template.name, label)
            for label in labels
            if label not in made[template.stem]
        ]
    assert missing == []


def test_each_assumption_has_the_statements_that_turn_on_it(
    pages: dict[str, Page], model: Model
) -> None:
    text = re.sub(r"<[^>]*>", "", pages["assumptions.html"].text)
    lines = [line for line in text.splitlines() if "; holds for: " in line]
    turning = [
        row.assumption
        for statement in model.register.statements.values()
        for row in break_even(model, statement).break_evens
        # Without a number of former detainees, some statements turn on nothing else.
        if not row.waits_for
    ]
    assert len(lines) == len(turning) > 10
    # 200,000 of 301,221.7 persons added are 0.664 of them.
    assert any("0.664" in line for line in lines)


def test_each_page_links_a_term_of_the_glossary_once(pages: dict[str, Page]) -> None:
    seen = set()
    for name, page in pages.items():
        links = [link for link in page.links if link.startswith("glossary.html#")]
        assert len(links) == len(set(links)), name
        seen |= {*links} if name != "glossary.html" else set()
    terms = {f"glossary.html#{one}" for one in pages["glossary.html"].ids}
    assert len(seen & terms) == 20
    # Before the link, the page on refusals has no other "transfer" in its prose.
    text = pages["refusals.html"].text.partition("<article")[2]
    assert "transfer" not in re.sub(
        r"<h\d.*?</h\d>|<[^>]*>", "", text.partition("#transfer")[0]
    )


def test_the_page_on_python_has_the_examples_of_docs(pages: dict[str, Page]) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    examples = re.findall(r"^>>> (.*)$", text, re.MULTILINE)
    assert len(examples) > 30
    soup = BeautifulSoup(pages["python.html"].text, "html.parser")
    shown = "".join(block.get_text() for block in soup.find_all("pre"))
    assert [line for line in examples if line not in shown] == []
    titles = [heading.get_text().rstrip("#") for heading in soup.find_all("h3")]
    assert any(title.startswith("study.to_latex(table") for title in titles)


def test_the_headline_table_is_that_of_the_readme(pages: dict[str, Page]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("<!-- headline") : readme.index("<!-- end of headline")]
    wanted = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if "| " in line
    ][2:]
    front = BeautifulSoup(pages["index.html"].text, "html.parser")
    for term in front.select("a.term"):
        term.unwrap()
    front.smooth()
    blocks = front.select("div.row")
    assert len(blocks) == len(wanted) == 6
    for block, row in zip(blocks, wanted, strict=True):
        # A headline of two sums has a line for each.
        shown = " ".join(block.get_text(" ").split())
        for cell in row:
            assert all(part in shown for part in cell.split("; "))


def test_the_front_page_leads_to_the_explorer(
    pages: dict[str, Page], reproduced: Run
) -> None:
    links = BeautifulSoup(pages["index.html"].text, "html.parser").select(
        'a[href^="../explorer.html"]'
    )
    assert [link["href"] for link in links] == ["../explorer.html"]
    assert (reproduced.folder / "explorer.html").is_file()


def test_every_picture_has_words_for_who_does_not_see_it(
    pages: dict[str, Page],
) -> None:
    for name, page in pages.items():
        assert all(len(image.get("alt", "")) > 20 for image in page.images), name


@pytest.mark.parametrize(
    ("page", "anchor", "words"),
    [
        # 1.6 million + 3.17 million - 3.17 million / 1.105 = 1.9012 million;
        # to three digits 1.90, and 2 - 1.9 = 0.1
        (
            "register",
            "check-at-risk-2021-sum",
            [
                "approaches two million",
                "at most 1.901 million",
                "1.84 to 1.96 million",
                "✓ matches , at least 99,000 or 4.95 percent short",
                "= 1.6 million + 301,000 × 1 = 1.901 million",
            ],
        ),
        # 2.0 - 1.9012 = 0.0988 and 2.5 - 1.9012 = 0.5988 million.
        ("methods", "solutions", ["98,800", "599,000"]),
        # A table: no bar of its Markdown is left.
        ("methods", "solutions", ["tests nothing. solved for value varied over"]),
        # 1.6 million and 0.36 x 0.301 million, varied down to 0.36
        (
            "assumptions",
            "assumption-persons-per-transfer",
            [
                "1.71 million at the low end, 1.901 million at the high end",
                "0.36 to 1",
                "would settle it",
            ],
        ),
    ],
)
def test_a_section_says_what_the_results_say(
    pages: dict[str, Page], page: str, anchor: str, words: list[str]
) -> None:
    text = pages[f"{page}.html"].text.partition(f'id="{anchor}"')[2]
    text = text[: re.search(rf'id="{anchor.partition("-")[0]}-|<footer', text).start()]
    text = html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))
    assert [one for one in words if one not in text] == []


def test_the_pictures_of_a_notebook_stand_where_its_cells_draw_them(
    pages: dict[str, Page],
) -> None:
    drawn_by = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells)
        drawn_by[path.stem] = re.findall(r"\.figure\(\"(\w+)\"", code)
    # Two notebooks draw two figures each.
    assert sorted(map(len, drawn_by.values()))[-2:] == [2, 2]
    for book, names in drawn_by.items():
        shown = [image["src"] for image in pages[f"{book}.html"].images]
        assert shown == [f"figures/{name}.svg" for name in names], book


HOSTILE = (
    "<script>alert(1)</script> `{raw}` [x](javascript:alert(2)) {{ v }} ::: $a$ ``` "
    "*b* <img src=x onerror=y>"
)


def test_what_a_text_of_the_data_holds_is_shown_letter_by_letter(
    package: Path, tmp_path: Path
) -> None:
    note, label = f"```{{raw}} html\n{HOSTILE}", "label: Persons per transfer, 2019"
    all_of(
        cells("claims.csv", "mean_2016_2020", statement=HOSTILE, note=note),
        cells("checks.csv", "at_risk_2021_sum", statement=f"(x)= {HOSTILE}"),
        text("assumptions.yaml", label, f"label: '{HOSTILE}'"),
        text("refusals.yaml", "what: Coercion, or its absence", f"what: '# {HOSTILE}'"),
    )(package)
    model = Model(Register.read(package))
    folder = fill(tmp_path / "results")
    report.write(folder, model, judge_all(model), all_notebooks()[3:5])
    for path in (folder / "report").glob("*.html"):
        page = Page(path)
        assert "<script>alert" not in page.text
        assert [link for link in page.links if "javascript" in link] == []
        assert not any(image.has_attr("onerror") for image in page.images)
    shown = (folder / "report" / "register.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "[x](javascript:alert(2))" in shown


def test_what_sphinx_says_is_the_error(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(report.PAGES, tmp_path / "pages")
    with (tmp_path / "pages" / "conf.py").open("a", encoding="utf-8") as file:
        file.write('html_theme = "no_such_theme"\n')
    monkeypatch.setattr(report, "PAGES", tmp_path / "pages")
    with pytest.raises(
        report.ReportError, match=r"the report can't be built: .*no_such_theme"
    ):
        report.write(fill(tmp_path / "results"), model, judge_all(model), [])
    assert not (tmp_path / "results" / "report").exists()


def test_every_estimate_has_a_name_for_tex(results: Path, model: Model) -> None:
    text = (results / "estimates.tex").read_text(encoding="utf-8")
    found = dict(
        re.findall(
            r"\\csname estimate:([^\\]+)\\endcsname\{(.*)\}$", text, re.MULTILINE
        )
    )
    # What rests on a number in words alone has no value to name.
    in_words = {name for name in model.quantities if model.plan(name).in_words}
    assert {"at_risk_total", "former_detainees"} <= in_words
    assert set(model.quantities) - in_words == set(model.quantities) & set(found)
    # By hand: 1.6 + 3.17 - 3.17 / 1.105 = 1.9012 million.
    assert found["at_risk_2021"] == "1.9 million"
    assert (found["at_risk_2021.unit"], found["at_risk_2021.side"]) == (
        "person",
        "at most",
    )
    # From 3.165 / 1.1055 less, 1.55 + 3.165 - 3.165 / 1.1045,
    # to 1.65 + 3.175 - 3.175 / 1.1055: outward to 10,000.
    assert (found["at_risk_2021.low"], found["at_risk_2021.high"]) == (
        "1.84 million",
        "1.96 million",
    )
    assert found["at_risk_2019.southern"] == "1.57 million"  # 1.65 million times 0.95


def test_words_are_safe_in_tex() -> None:
    assert tex(r"50% & $3_a #{~^\}") == r"50\% \& \$3\_a \#\{\~{}\^{}\textbackslash{}\}"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no TeX is installed")
@pytest.mark.parametrize(
    ("name", "fits"), [("at_risk_2021", True), ("at_risk_2022", False)]
)
def test_the_example_is_compiled_or_its_name_refused(
    results: Path, tmp_path: Path, name: str, fits: bool
) -> None:
    shutil.copy(results / "estimates.tex", tmp_path)
    example = (ROOT / "docs" / "example.tex").read_text(encoding="utf-8")
    (tmp_path / "example.tex").write_text(
        example.replace("{at_risk_2021}", f"{{{name}}}"), encoding="utf-8"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "example.tex"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == fits, done.stdout[-2000:]
    assert fits or "'at_risk_2022' is not an estimate" in done.stdout.replace("\n", "")
