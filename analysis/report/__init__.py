"""The pages beside the front page: templates and the notebooks, in one layout."""

import base64
import datetime
import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markdown_it import MarkdownIt
from markupsafe import Markup

from analysis import citing, figures, headlines, tables, words
from analysis.case import NOT_COMPUTED
from analysis.rows import DataError
from analysis.study import Study
from analysis.texts import read_text

HERE = Path(__file__).resolve().parent
PAGES = ("numbers", "method")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def write(study: Study, folder: Path) -> dict[str, str]:
    """Write the pages, and one for each notebook in the folder; return their titles."""
    environment = environment_of(study)
    # Jinja would name a method.md that is missing or no text in its own words.
    read_text(study.book.folder / "method.md")
    bodies = {}
    titles = {}
    for name in PAGES:
        try:
            bodies[name] = environment.get_template(f"{name}.html").render()
        except TemplateError as error:
            raise DataError(f"{name}.md cannot be written: {error!r}") from None
    template = environment.get_template("notebook.html")
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        bodies[f"notebooks/{path.stem}"] = template.render(cells=cells, file=path.name)
    for name, body in bodies.items():
        # A notebook may have no heading.
        title = re.findall("<h1>(.*)</h1>", body) or [""]
        titles[name] = Markup(title[0]).striptags()
    layout = environment.get_template("layout.html")
    for name, body in bodies.items():
        text = layout.render(name=name, body=body, titles=titles)
        (folder / f"{name}.html").write_text(text, "utf-8")
    return titles


def environment_of(study: Study) -> Environment:
    """Return Jinja's environment, with all that pages name."""
    names = study.names()
    result = Environment(
        loader=FileSystemLoader(
            [HERE, HERE.parent / "page", study.book.folder, HERE / "pages"]
        ),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    result.filters |= {
        "markdown": markdown,
        "policy_hash": policy_hash,
        "claim": words.claim,
        "excerpt": words.excerpt,
        "filled": partial(headlines.filled, study.article, place="method.md"),
        "number": words.number,
        "date": date,
        "name_of": citing.name_of,
        "published": citing.published,
        "place": study.book.place,
        "sentence_case": words.sentence_case,
        "worked": partial(worked, study),
        "alt": partial(alt_of_call, study),
    }
    result.globals |= {
        "book": study.book,
        "number": study.book.spelled,
        "span": partial(span, study),
        "alone": {row.quantity: (row.least, row.most) for row in names.itertuples()},
        "texts": study.book.texts["headlines"],
        "headlines": study.headlines().to_dict("records"),
        "answer": headlines.answer(study),
        "findings": study.findings().to_dict("records"),
        "checks": study.checks().to_dict("records"),
        "beside": study.external().to_dict("records"),
        "your_numbers": tables.setting(study.book, study.setting),
        "style": lean(HERE / "style.css"),
        "script": "",
        "package": study.book.citation,
    }
    return result


def lean(*paths: Path) -> Markup:
    """Return the text of style sheets, or of a script, without indents and comments."""
    text = "".join(path.read_text("utf-8") for path in paths)
    return Markup(re.sub(r"(?m)^\s*(//.*\n|/\*.*?\*/\n)?\s*", "", text))


def markdown(text: str) -> Markup:
    """Return Markdown as HTML; tags in it are text, but for breaks in tables, which
    scroll on a phone."""
    html = MARKDOWN.render(str(text)).replace("<table>", '<table tabindex="0">')
    return Markup(html.replace("&lt;br&gt;", "<br>"))


def date(text: str) -> str:
    """Return a date such as 2022-06-05 as readers write it.

    >>> date("2022-06-05")
    '5 June 2022'
    """
    day = datetime.date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def policy_hash(text: str) -> Markup:
    """Return what a content policy calls a text between tags."""
    content = hashlib.sha256(text.encode()).digest()
    return Markup(f"'sha256-{base64.b64encode(content).decode()}'")


def alt_of_call(study: Study, source: str) -> str:
    """Tell in words the figure that a cell draws."""
    call = re.search(r'\.figure\("(\w+)"', source)
    return figures.alt(study, call[1]) if call else ""


def span(study: Study, name: str, ends: tuple[float, float]) -> str:
    """Return two ends as in "0.36 to 1", rounded inward; equal ends once."""
    return words.joined(*words.rounded_inward(*ends, study.book.unit(name)))


def worked(study: Study, row: dict[str, Any]) -> str:
    """Return the sum of a check in a line; a check that computes nothing has none."""
    if not row["quantity"] or row["verdict"] == NOT_COMPUTED:
        return ""
    return tables.line(study.case(row["id"]))
