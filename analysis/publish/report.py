"""This module makes the report, which is a website, and the estimates for TeX.

The pages of the report are templates in ``pages``, which are filled from the model and
its outcomes. Sphinx builds the pages and the executed notebooks in a process of its
own. A template escapes each text that it inserts, so that no text of the data is read
as markup or code.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import __version__
from analysis.core.published import QUALIFIERS
from analysis.core.rows import Check
from analysis.core.sentences import setting_words
from analysis.core.spell import exact, exact_span, with_unit
from analysis.model.judging import VERDICTS
from analysis.model.model import ARTICLE, Model, ModelError, Plan, Setting
from analysis.model.results import results as verdicts_of
from analysis.model.verdicts import Outcome
from analysis.publish import explorer
from analysis.publish.atomic import scratch
from analysis.publish.explorer_texts import PAGES
from analysis.publish.notebooks import Notebook, shown_in
from analysis.publish.reference import reference
from analysis.render import (
    citations,
    external,
    frames,
    records,
    whatif_tables,
    wording,
)
from analysis.render.explained import claim_lines
from analysis.render.figures import Plot, figures
from analysis.render.headlines import headlines, ours
from analysis.render.places import settled_places
from analysis.render.safe_text import markdown, tex
from analysis.render.screens import checked
from analysis.render.speller import Speller
from analysis.render.steps import Steps
from analysis.render.tally import tally_words
from analysis.render.whatif_tables import break_even_table
from analysis.whatif.sensitivity import Range, tornado

#: The style, the sign and the name of a verdict, and how its words may start. Any other
#: words get the sign ↔ of two figures that are apart.
MARKS = (
    ("ok", "✓", "matches", ("match", "the two agree")),
    (
        "part",
        "≈",
        "compatible",
        ("compatible", "be comp", "the two are comp"),
    ),
    ("no", "?", "cannot be recalculated", ("cannot", "not computable")),
    ("two", "≠", "differs", ("differ", "the two differ")),
)
#: The switch that shows the code on a notebook's page, and a link below the switch.
_SWITCH = """```{raw} html
<label class="code"><input type="checkbox"> Show code</label>
```

[Every number, with its working](register.md)"""


# Pages --------------------------------------------------------------------------------


def pages(
    model: Model, outcomes: list[Outcome], notebooks: list[Notebook]
) -> dict[str, str]:
    """Return the Markdown of every page but the notebooks, by the name of the page."""
    register = model.register
    context = _context(model, outcomes, notebooks)
    context["front"] = _environment(None).get_template("front.html").render(context)
    # A page that would have no rows is left out.
    rows = {
        "cite": context["citations"],
        "external": register.external,
        "figures": context["figures"],
        "findings": register.findings,
        "refusals": register.refusals,
    }
    templates = _environment(_letter_by_letter)
    texts = {}
    for path in sorted(PAGES.glob("*.md")):
        if rows.get(path.stem, True):
            texts[path.stem] = templates.get_template(path.name).render(context)
    if explorer.CLAIM in register.claims:
        # The examples on the page on Python are computed with the shipped data package.
        texts["python"] = reference()
    return texts


def _context(
    model: Model, outcomes: list[Outcome], notebooks: list[Notebook]
) -> dict[str, Any]:
    """Return, by name, the values and functions that the pages' templates use."""
    register = model.register
    speller = Speller(model, settled_places(model, ARTICLE))
    plots = figures(model)
    results = verdicts_of(model, outcomes)
    turns = break_even_table(model, register.statements.values(), ARTICLE)
    solutions = frames.solutions(model)
    drawn = {name for notebook in notebooks for name in notebook.figures}
    return VERDICTS | {
        # The model and what a run makes of it.
        "model": model,
        "register": register,
        "outcomes": outcomes,
        "plans": _plans(model),
        "results": results,
        "verdicts": {result.claim.id: result.verdict for result in results},
        "tally": tally_words(model, outcomes),
        "headlines": headlines(model),
        "ours": ours(model),
        "solutions": Markup(solutions.markdown()) if solutions.rows else "",
        "compared": external.compare(model),
        "moved": _moved(model),
        "turns": turns.rows,
        # Notebooks, figures and how to cite.
        "notebooks": {notebook.name: notebook for notebook in notebooks},
        "shown_in": shown_in(notebooks),
        "figures": [name for name in plots if name in drawn],
        "citations": citations.citations(model),
        "references": citations.references(model),
        "bibtex": citations.cite_bibtex(model),
        "how": citations.HOW,
        "package": citations.TITLE,
        "version": __version__,
        # Words and signs.
        "checked": checked(model),
        "approaches": f"{QUALIFIERS['approaches'].short_by:.0%}",
        "stretch": f"{QUALIFIERS['approaches'].stretches_by:.0%}",
        "marks": MARKS,
        "explorer": explorer.CLAIM in register.claims,
        "external": external,
        "words": wording,
        "claim_lines": claim_lines,
        "tables": whatif_tables,
        "style": style,
        "badge": _badge,
        "picture": partial(picture, model, plots),
        "speller": speller,
        "exact": exact,
        "exact_span": exact_span,
        "with_unit": with_unit,
        "verdict": partial(_verdict, speller),
        "working": partial(_working, model),
    }


def _plans(model: Model) -> dict[str, Plan]:
    """The plan of each check, by the name of the check.

    A check has no plan if figures published elsewhere take the place of its quantity,
    or if the model refuses to plan it.
    """
    plans = {}
    for check in model.register.checks.values():
        if check.is_of_figures:
            continue
        with contextlib.suppress(ModelError):
            plans[check.id] = model.plan_of(check)
    return plans


def _moved(model: Model) -> dict[str, list[tuple[str, Range]]]:
    """Return for each assumption the estimates that it moves, and how far."""
    moved = defaultdict(list)
    for name in model.register.estimates:
        for bar in tornado(model, name):
            if bar.width:
                moved[bar.moved].append((name, bar))
    return moved


def _environment(finalize: Callable[[Any], Any] | None) -> Environment:
    """Return a Jinja environment whose templates escape every text put into them.

    The templates escape a text for HTML unless ``finalize`` has already escaped it.
    """
    return Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def _letter_by_letter(value: Any) -> Any:
    return value if isinstance(value, Markup) else Markup(markdown(str(value)))


def mark(verdict: str) -> tuple[str, str]:
    """The style and the symbol that mark a verdict.

    >>> mark("would match"), mark("compatible"), mark("two figures apart")
    (('ok', '✓'), ('part', '≈'), ('apart', '↔'))
    """
    for style, sign, _, starts in MARKS:
        if verdict.removeprefix("would ").startswith(starts):
            return style, sign
    return "apart", "↔"


def style(verdict: str) -> str:
    """The style of a headline's verdict; a match under assumptions has its own style.

    >>> style("matches, if four assumptions hold"), style("the two agree")
    ('if', 'ok')
    """
    style, _ = mark(verdict)
    rests = ", if " in verdict or "assumptions" in verdict
    return "if" if style == "ok" and rests else style


def picture(model: Model, plots: Mapping[str, Plot], name: str) -> Markup:
    """Return a figure as HTML, with an alternative text and its caption.

    The drawing shows the caption, too, so the caption in HTML is for screen readers
    only.
    """
    plot = plots[name]
    alt, caption = escape(plot.row.alt), escape(plot.caption(plot.evaluation(model)))
    return Markup(
        f'<figure><picture><img src="figures/{name}.svg" alt="{alt}"></picture>'
        f'<figcaption class="visually-hidden">{caption}</figcaption></figure>'
    )


def _badge(words: str) -> Markup:
    style, sign = mark(words)
    return Markup(f"[{sign} {markdown(words)}]{{.v .{style}}}")


def _verdict(speller: Speller, outcome: Outcome) -> Markup:
    """Return a verdict with its colour, sign and notes, and with the printed number."""
    words = wording.verdict_words(speller, outcome)
    if not outcome.verdict:
        return Markup(markdown(words))
    printed = wording.printed_words(speller.model, outcome)
    first, comma, rest = words.partition(", ")
    against = f", against {markdown(printed)}" if printed else ""
    return _badge(first) + Markup(markdown(comma + rest) + against)


def _working(model: Model, check: Check) -> str:
    """Return the worked steps of a check.

    For a check that computes only with figures published elsewhere, return the
    arithmetic with these figures. For a check that the model refuses, return the
    refusal.
    """
    if check.is_of_figures:
        return "\n".join(wording.against_words(model, check))
    try:
        steps = Steps(model, model.setting_of(check), [check.quantity], judged=False)
        return repr(steps)
    except ModelError as error:
        return str(error)


# Building -----------------------------------------------------------------------------


class ReportError(Exception):
    """Sphinx has not built the report; the error's message quotes Sphinx."""


def write(
    folder: Path, model: Model, outcomes: list[Outcome], notebooks: list[Notebook]
) -> None:
    """Write report/ and estimates.tex into a folder of results.

    The folder must already hold the notebooks and the figures. Raises ReportError if
    Sphinx can't build a page or warns about one.
    """
    with scratch() as beside:
        source, built = beside / "source", beside / "built"
        source.mkdir()
        plots = figures(model)
        for name, text in pages(model, outcomes, notebooks).items():
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        for notebook in notebooks:
            name = f"{notebook.name}.ipynb"
            text = (folder / "notebooks" / name).read_text(encoding="utf-8")
            page = _to_read(model, plots, text, notebook)
            (source / name).write_text(page, encoding="utf-8")
        _sphinx(source, built, model.register.title)
        shutil.copytree(
            folder / "figures",
            built / "figures",
            ignore=shutil.ignore_patterns("*.png"),
        )
        shutil.move(built, folder / "report")
    (folder / "estimates.tex").write_text(estimates_tex(model), encoding="utf-8")


def _to_read(
    model: Model, plots: Mapping[str, Plot], text: str, notebook: Notebook
) -> str:
    """Turn an executed notebook into a page of the report.

    A switch on the page shows the code, and the figures are SVG drawings with a text
    alternative.
    """
    content = json.loads(text)
    names = [name for name in notebook.figures if name in plots]
    for cell in content["cells"]:
        for output in cell.get("outputs", ()):
            if names and "image/png" in output.get("data", {}):
                output["data"] = {"text/html": picture(model, plots, names.pop(0))}
    switch = {"cell_type": "markdown", "id": "show-code", "metadata": {}}
    if notebook.title:
        content["cells"].insert(1, {**switch, "source": _SWITCH})
    else:
        title = f"# {markdown(notebook.name)}\n\n"
        content["cells"].insert(0, {**switch, "source": title + _SWITCH})
    return json.dumps(content)


def _sphinx(source: Path, built: Path, title: str) -> None:
    """Build the site with Sphinx, and delete the files that only a later build uses."""
    command = [sys.executable, "-m", "sphinx", "-q", "-N", "-b", "html"]
    command += ["-c", str(PAGES), "-d", f"{built}-doctrees"]
    command += ["-D", f"project={title}", "-D", f"html_title={title}"]
    command += [str(source), str(built)]
    steady = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=steady, cwd=source, capture_output=True, text=True, check=False
    )
    if done.returncode or done.stderr.strip():
        said = " ".join(done.stderr.replace(f"{source}/", "").split())
        reason = said[-600:] or f"Sphinx ended with {done.returncode}"
        raise ReportError(f"the report can't be built: {reason}")
    for name in ("objects.inv", ".buildinfo"):
        (built / name).unlink(missing_ok=True)


# For TeX ------------------------------------------------------------------------------

_TEX = f"""% Generated by `analysis`, never edited. {wording.CAVEAT}
% \\estimatesetting says how the setting differs from the article's.
% \\estimate{{at_risk_2021}} is a value in words; \
add .low or .high for its bounds by rounding, .unit or .side.
\\newcommand{{\\estimate}}[1]{{\\ifcsname estimate:\\detokenize{{#1}}\\endcsname
  \\csname estimate:\\detokenize{{#1}}\\endcsname
  \\else\\errmessage{{'\\detokenize{{#1}}' is not an estimate}}\\fi}}
"""


def estimates_tex(model: Model, setting: Setting = ARTICLE) -> str:
    r"""Return TeX commands that give a document each estimate by its name.

    The commands give the value, bounds, unit and side of each estimate in words. The
    command \estimatesetting says how the setting differs from the article's.

    >>> from analysis.core.register import Register
    >>> text = estimates_tex(Model(Register.read()))
    >>> wanted = ":at_risk_2021\\endcsname"
    >>> print(next(line for line in text.splitlines() if wanted in line))
    \expandafter\def\csname estimate:at_risk_2021\endcsname{1.9 million}
    """
    lines, speller = [_TEX], Speller(model)
    differs = setting_words(model.differences(setting))
    lines.append(f"\\newcommand{{\\estimatesetting}}{{{tex(differs)}}}")
    for key, estimate in records.each_estimate(model, setting):
        if isinstance(estimate, ModelError):
            continue
        quantity, value = estimate.quantity, estimate.value
        low, high = speller.bounds(quantity, estimate.low, estimate.high, value)
        words = {
            "": speller.spell(quantity, value),
            ".low": low,
            ".high": high,
            ".unit": estimate.unit.replace("dimensionless", ""),
            ".side": estimate.side,
        }
        for part, text in words.items():
            name = f"estimate:{key}{part}"
            lines.append(f"\\expandafter\\def\\csname {name}\\endcsname{{{tex(text)}}}")
    return "\n".join(lines) + "\n"
