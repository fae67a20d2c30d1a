"""The report: pages by hand with fields, and the notebooks, in one layout."""

import re
from functools import partial
from html import escape
from importlib import metadata
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from analysis import figures, headlines, wording
from analysis.results import git
from analysis.steps import line
from analysis.tables import SettingError, split

HERE = Path(__file__).parent
PACKAGE = "labour-transfer-arithmetic"
PAGES = ("index", "numbers", "cite", "method", "python")


def write(study, folder, notebooks):
    """Write a page for each Markdown file of ``pages``, and for each notebook."""
    environment = environment_of(study)
    markdown, bodies = environment.filters["markdown"], {}
    for name in PAGES:
        bodies[name] = labelled(
            markdown(environment.get_template(f"{name}.md").render())
        )
    for path in sorted(notebooks.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        shown = environment.get_template("notebook.html").render(cells=cells)
        bodies[path.stem] = labelled(shown)
    titles = {name: body.h1.get_text() for name, body in bodies.items()}
    layout = environment.get_template("layout.html")
    folder.mkdir()
    for name, body in bodies.items():
        page = layout.render(name=name, body=body, titles=titles)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def environment_of(study):
    """Return Jinja's environment, with all that pages name."""
    environment = Environment(
        loader=FileSystemLoader([HERE, HERE / "pages"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    docs = HERE.parents[1] / "docs" / "python.md"
    environment.filters |= {
        "markdown": MarkdownIt("commonmark").enable("table").render,
        "escape": escape,
        "split": split,
        "claim": wording.printed_claim,
        "condition": wording.condition,
        "excerpt": wording.excerpt,
        "filled": partial(headlines.filled, study.model),
        "place": wording.place,
        "sentence_case": wording.sentence_case,
        "worked": partial(worked, study),
        "alt": partial(alt, study),
    }
    environment.globals |= {
        "number": partial(wording.spelled, study.model),
        "tables": study.model.tables,
        "texts": study.model.texts["headlines"],
        "headlines": study.headlines().to_dict("records"),
        "findings": study.findings().to_dict("records"),
        "checks": study.checks().to_dict("records"),
        "python": docs.read_text("utf-8"),
        "style": (HERE / "report.css").read_text("utf-8"),
        "version": metadata.version(PACKAGE),
        "commit": git("log", "-1", "--format=commit %h of %cs"),
    }
    return environment


def labelled(body):
    """Give each cell of tables its heading, for narrow screens, and headings a name."""
    soup = BeautifulSoup(body, "html.parser")
    for table in soup("table"):
        heads = [cell.get_text() for cell in table("th")]
        for row in table("tr"):
            for head, cell in zip(heads, row("td"), strict=False):
                cell["data-label"] = head
    for heading in soup(["h2", "h3"]):
        heading["id"] = re.sub(r"\W+", "-", heading.get_text().lower()).strip("-")
    return soup


def alt(study, source):
    """Tell in words the figure that a cell draws."""
    call = re.search(r'\.figure\("(\w+)"', source)
    return figures.alt(study, call[1]) if call else ""


def worked(study, row):
    """Return a check in a line: its sum, its verdict, and what the verdict needs."""
    try:
        text = line(study.model, row["id"], study.setting) if row["quantity"] else ""
    except SettingError as error:
        text = str(error)
    verdict = f"**{row['verdict']}**" if row["verdict"] else ""
    verdict = wording.verdict(study.model.tables["checks"][row["id"]], verdict)
    parts = [part for part in (text, verdict) if part]
    return ": ".join(parts) + wording.condition(row["condition"])
