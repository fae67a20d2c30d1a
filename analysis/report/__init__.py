"""The report: pages by hand with fields, and the notebooks, in one layout."""

import re
from html import escape
from itertools import groupby
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from analysis import figures, show
from analysis.steps import excerpt, holding, line, place_of
from analysis.tables import SettingError, split

HERE = Path(__file__).parent
PAGES = ("index", "numbers", "cite", "method", "python")
#: Where each section of the article is on the page of numbers.
SECTIONS = {
    "introduction": "Introduction",
    "mobilization-2016-2020": "Mobilisation, 2016–2020",
    "monitoring-2021-2025": "Monitoring, 2021–2025",
    "early-warning": "Early warning",
    "other-provinces": "Other provinces",
    "scale": "Scale",
    "trade": "Trade",
    "policy": "Policy",
    "notes": "Notes",
}


def write(study, folder, notebooks):
    """Write a page for each Markdown file of ``pages``, and for each notebook."""
    environment = Environment(
        loader=FileSystemLoader([HERE, HERE / "pages"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    markdown = MarkdownIt("commonmark").enable("table").render
    environment.filters["markdown"] = markdown
    bodies = {}
    content = fields(study)
    for name in PAGES:
        text = environment.get_template(f"{name}.md").render(content)
        bodies[name] = labelled(markdown(text))
    for path in sorted(notebooks.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        template = environment.get_template("notebook.html")
        shown = template.render(cells=cells, escape=escape, alt=alt_of(study))
        bodies[path.stem] = labelled(shown)
    titles = {name: title_of(body) for name, body in bodies.items()}
    style = (HERE / "report.css").read_text("utf-8")
    layout = environment.get_template("layout.html")
    folder.mkdir()
    for name, body in bodies.items():
        page = layout.render(name=name, body=body, titles=titles, style=style)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def title_of(body):
    """Return the text of the first heading."""
    return BeautifulSoup(body, "html.parser").h1.get_text()


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
    return str(soup)


def alt_of(study):
    """Return a function that tells in words the figure that a cell draws."""

    def alt(source):
        found = re.search(r'\.figure\("(\w+)"\)', source)
        return figures.alt(study, found[1]) if found else ""

    return alt


# The values that pages name -----------------------------------------------------------


def fields(study):
    """Return the values that the pages name."""
    model, texts = study.model, show.texts("headlines.yaml")
    package = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")
    headlines = study.headlines().to_dict("records")
    for row, written in zip(headlines, texts["headlines"], strict=True):
        row["holds"] = holding(row["condition"])
        known = [model.tables["external"][name] for name in written["official"]]
        row["official"] = [elsewhere(figure) for figure in known]
    return {
        "article": texts["address"],
        "intro": texts["intro"],
        "verdicts": texts["verdicts"],
        "headlines": headlines,
        "findings": study.findings().to_dict("records"),
        "sections": sections(study),
        "derived": derived(study),
        "assumptions": assumptions(model),
        "python": package,
    }


def elsewhere(row):
    """Return a figure published elsewhere in a line, with how it was seen."""
    words = f"{row['statement']}: {show.claim_in_words(row)}"
    return f"{words} ({row['seen']}, {row['source']})".replace("|", "/")


def sections(study):
    """Return the printed numbers of each section, with what stands beside them."""
    model = study.model
    checks = study.checks().to_dict("records")
    rows, seen = [], set()
    for claim in model.tables["claims"].values():
        beside, figures_beside = [], []
        for row in checks:
            if claim["id"] in split(model.tables["checks"][row["id"]]["beside"]):
                beside.append(worked(study, row))
        for row in model.tables["external"].values():
            is_beside = claim["quantity"] in split(row["beside"])[:1]
            if is_beside and row["id"] not in seen:
                seen.add(row["id"])
                figures_beside.append(elsewhere(row))
        rows.append(
            {
                "section": claim["section"],
                "statement": claim["statement"],
                "words": excerpt(claim),
                "place": place_of(claim).partition(", ")[2] or place_of(claim),
                "checks": beside,
                "elsewhere": figures_beside,
            }
        )
    grouped = groupby(rows, key=lambda row: row["section"])
    return [(SECTIONS[name], list(found)) for name, found in grouped]


def derived(study):
    """Return what is computed and stands beside nothing."""
    found = study.checks()
    rows = found[found["verdict"] == ""].to_dict("records")
    return [(row["statement"], worked(study, row)) for row in rows]


def worked(study, row):
    """Return a check in a line: its sum, its kind, and its verdict."""
    try:
        shown = line(study.model, row["id"], study.setting) if row["quantity"] else ""
    except SettingError as error:
        shown = str(error)
    kinds = {"ours": show.OURS, "published elsewhere": "published elsewhere"}
    kind = f" ({kinds[row['kind']]})" if row["kind"] in kinds else ""
    verdict = f"**{row['verdict']}**" if row["verdict"] else ""
    parts = [part for part in (shown, verdict) if part]
    return ": ".join(parts) + kind + holding(row["condition"])


def assumptions(model):
    """Return each assumption in words: label, value, range, why."""
    rows = []
    for name, row in model.tables["assumptions"].items():
        value = show.cell(model, name, float(row["value"]))
        ends = [show.cell(model, name, float(row[end])) for end in ("low", "high")]
        label = model.labels[name]
        label = f"{label[:1].upper()}{label[1:]}"
        rows.append((label, value, " to ".join(ends), row["why"]))
    return rows
