"""The report: a site to read, and the estimates for a TeX document, all made from a run's results.

The pages are templates in ``pages``, filled from the model and its outcomes; Sphinx builds them and the executed
notebooks in a process of its own. Whatever a template puts in is escaped: no text of the data is markup or code.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import __version__
from analysis.core.model import ARTICLE, Model, ModelError, Plan
from analysis.core.published import APPROACHES_TOLERANCE
from analysis.core.register import Assumption, Check, Claim, External, Finding
from analysis.core.verdicts import VERDICTS, Outcome, results
from analysis.output.display import solutions_table
from analysis.output.escape import markdown
from analysis.output.external import SEEN, SIDE_BY_SIDE, compare, comparison, ours_words
from analysis.output.figures import FIGURES
from analysis.output.headlines import headlines
from analysis.output.notebooks import Notebook, shown_in
from analysis.output.results import (
    CAVEAT,
    claim_words,
    each_estimate,
    finding_words,
    finer,
    place_of,
    published_words,
    screen_rows,
    value_words,
    verdict_words,
)
from analysis.output.steps import Steps
from analysis.output.tables import break_even_under, break_even_words
from analysis.whatif.scenarios import find
from analysis.whatif.sensitivity import Bar, tornado

PAGES = Path(__file__).resolve().parent / "pages"
GRADES = {
    "stated": "what the article states, at the weakest",
    "implied": "what the article's numbers imply, at the weakest",
    "chosen": "what was chosen here, at the weakest",
}
KINDS = {
    "": "derived; no printed number beside it",
    "derivation": "the article's own sum",
    "repetition": "one thing printed twice",
    "hypothesis": "a comparison of ours, in no count",
    "external": "against a figure published elsewhere, in no count",
}
#: The style and the sign of a verdict, by how it starts; any other is two figures apart.
MARKS = (("ok", "✓", "match"), ("part", "≈", "compatible"), ("no", "?", "cannot"), ("two", "≠", "differ"))


def mark(verdict: str) -> tuple[str, str]:
    """The style and the sign of a verdict.

    >>> mark("would match"), mark("two figures apart")
    (('ok', '✓'), ('two', '≠'))
    """
    words = verdict.removeprefix("would ").removeprefix("be ")
    return next(((style, sign) for style, sign, start in MARKS if words.startswith(start)), ("two", "≠"))


# Pages ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pages:
    """What the templates ask for: parts of the model and its outcomes, in words."""

    model: Model
    outcomes: list[Outcome]
    notebooks: list[Notebook]
    #: The figures that have a form for narrow screens.
    narrow: frozenset[str] = frozenset()

    def all(self) -> dict[str, str]:
        """Every page but the notebooks, as Markdown, by name."""
        given = self._given()
        given["front"] = _environment(None).get_template("front.html").render(given)
        # A page without rows is left out.
        rows = {name: getattr(self.model.register, name) for name in ("findings", "external", "refusals")} | given
        names = [path.stem for path in sorted(PAGES.glob("*.md"))]
        pages = _environment(_letter_by_letter)
        return {name: pages.get_template(f"{name}.md").render(given) for name in names if rows.get(name, True)}

    def _given(self) -> dict[str, Any]:
        figures: dict[str, list[str]] = {}
        for notebook in self.notebooks:
            for name in notebook.figures:
                if name in FIGURES:
                    figures.setdefault(name, []).append(notebook.name)
        own: dict[str, Any] = {name: getattr(self, name) for name in dir(self) if not name.startswith("_")}
        return (
            own
            | VERDICTS
            | {
                "register": self.model.register,
                "version": __version__,
                "approaches": f"{float(APPROACHES_TOLERANCE):.0%}",
                "figures": figures,
                "shown_in": shown_in(self.notebooks),
                "titles": {notebook.name: notebook.title for notebook in self.notebooks},
                "claim_words": lambda claim: [
                    line.removeprefix("printed: ") for line in claim_words(self.model, claim)
                ],
                "finding_words": partial(finding_words, self.model),
                "words_of": lambda outcome: screen_rows(self.model, [outcome])[0],
                "solutions": solutions_table(self.model, ARTICLE, []).to_dict("records"),
                "headlines": headlines(self.model),
                "mark": mark,
                "CAVEAT": CAVEAT,
                "GRADES": GRADES,
                "KINDS": KINDS,
                "MARKS": MARKS,
                "SEEN": SEEN,
                "SIDE_BY_SIDE": SIDE_BY_SIDE,
            }
        )

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The plan of each check that has one, by its id."""
        found = {}
        for check in self.model.register.checks.values():
            try:
                found[check.id] = self.model.plan(check.quantity, self.model.change(check.readings))
            except ModelError:
                continue
        return found

    def picture(self, name: str) -> Markup:
        """A figure as HTML, in its narrow form on a narrow screen where it has one."""
        narrow = (
            f'<source media="(max-width: 500px)" srcset="figures/{name}-narrow.svg">' if name in self.narrow else ""
        )
        image = f'<img src="figures/{name}.svg" alt="{escape(FIGURES[name].alt)}">'
        return Markup(f"<picture>{narrow}{image}</picture>")

    def verdict(self, outcome: Outcome) -> Markup:
        """A verdict by word, colour and sign, with its notes and what is printed beside it."""
        words, printed = verdict_words(self.model, outcome), published_words(self.model, outcome)
        if not outcome.verdict:
            return Markup(markdown(words))
        first, comma, rest = words.partition(", ")
        return self._marked(first) + Markup(
            markdown(comma + rest) + (f", against {markdown(printed)}" if printed else "")
        )

    def result(self, claim: Claim) -> Markup:
        """The verdict of a result of the article."""
        found = results(self.model, self.outcomes)[claim.id].replace("_", " ")
        return self._marked("cannot be recalculated from this article" if found.startswith("not") else found)

    def _marked(self, words: str) -> Markup:
        style, sign = mark(words)
        return Markup(f"[{sign} {markdown(words)}]{{.v .{style}}}")

    def starts(self, claim: Claim) -> list[Check]:
        """The checks whose sums start from a printed number."""
        return [self.model.register.checks[name] for name, plan in self.plans.items() if claim.id in plan.claims]

    def findings_on(self, claim: Claim) -> list[Finding]:
        """The findings that list a printed number."""
        return [one for one in self.model.register.findings.values() if claim.id in one.claims]

    def readings(self, check: Check) -> list[str]:
        """The readings that a check names."""
        return [f"{name} = {reading}: {self.model.label(name, reading)}" for name, reading in check.readings.items()]

    def working(self, check: Check) -> str:
        """The worked steps of a check; none where figures published elsewhere take the place of its quantity."""
        if check.id not in self.plans or (check.against and check.claim):
            return ""
        return repr(Steps(self.model, self.model.change(check.readings), [check.quantity]))

    def inputs(self, check: Check) -> list[Markup]:
        """The inputs of a check, each with a link: printed numbers, and assumptions with their values."""
        found = []
        for name, node in self.plans[check.id].leaves.items() if check.id in self.plans else ():
            claim, assumption = node.source.claim, node.source.assumption
            if claim:
                link, value = f"[{markdown(claim.statement)}](#claim-{claim.id})", str(claim.published)
            elif assumption:
                link = f"[{markdown(assumption.label)}](#assumption-{name})"
                value = f"{self.value(name, node.source.value)}, {assumption.grade}"
            else:
                continue
            found.append(Markup(f"{link}: {markdown(value)}"))
        return found

    def value(self, quantity: str, value: float) -> str:
        """A value in words."""
        return value_words(self.model, quantity, value, place_of(self.model, (), value))

    @cached_property
    def _bars(self) -> dict[str, dict[str, Bar]]:
        estimates = self.model.register.estimates
        return {name: {bar.assumption: bar for bar in tornado(self.model, name)} for name in estimates}

    def moves(self, assumption: Assumption) -> list[str]:
        """The estimates that an assumption moves, at either end of the range that it is varied over."""
        moved = []
        for quantity, bars in self._bars.items():
            bar = bars.get(assumption.id)
            if bar and bar.width:
                low, high = self.value(quantity, bar.at_low), self.value(quantity, bar.at_high)
                moved.append(f"{self.model.name(quantity).rstrip('.')}: {low} at the low end, {high} at the high end")
        return moved

    @cached_property
    def _turns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if "article" not in self.model.register.scenarios:
            return found
        scenario = find("article", self.model)
        for statement in self.model.register.statements.values():
            try:
                turned = break_even_under(self.model, statement, scenario).break_evens
            except ModelError:
                continue
            for one in turned:
                holds = break_even_words(self.model, one, statement.comparison)
                found.setdefault(one.assumption, []).append(f"{statement.statement}: {holds}")
        return found

    def turns(self, assumption: Assumption) -> list[str]:
        """The statements that an assumption turns, each with the values for which it holds."""
        return self._turns.get(assumption.id, [])

    @cached_property
    def _beside(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in compare(self.model):
            words = filter(None, (ours_words(self.model, one), comparison(self.model, one)))
            found.setdefault(one.external.id, []).append("; ".join(words))
        return found

    def beside(self, figure: External) -> list[str]:
        """The numbers of ours that a figure published elsewhere stands beside."""
        return self._beside[figure.id]


def _environment(finalize: Callable[[Any], Any] | None) -> Environment:
    """Templates that escape whatever is put in: for HTML, or as ``finalize`` does it first."""
    loader = FileSystemLoader(PAGES)
    return Environment(
        loader=loader,
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _letter_by_letter(value: Any) -> Any:
    return value if isinstance(value, Markup) else Markup(markdown(str(value)))


# Building -------------------------------------------------------------------------------------------------------------


class ReportError(Exception):
    """A report that Sphinx did not build; the message is what it said."""


def write(folder: Path, model: Model, outcomes: list[Outcome], notebooks: list[Notebook]) -> None:
    """Write report/ and estimates.tex into a folder of results that has its notebooks and figures.

    Raises ReportError when Sphinx can't build the pages, or has a warning about one.
    """
    narrow = {path.stem.removesuffix("-narrow") for path in (folder / "figures").glob("*-narrow.svg")}
    pages = Pages(model, outcomes, notebooks, frozenset(narrow))
    with tempfile.TemporaryDirectory() as made:
        source, built = Path(made) / "source", Path(made) / "built"
        source.mkdir()
        for name, text in pages.all().items():
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        for notebook in notebooks:
            name = f"{notebook.name}.ipynb"
            text = (folder / "notebooks" / name).read_text(encoding="utf-8")
            (source / name).write_text(_to_read(text, notebook, pages), encoding="utf-8")
        _sphinx(source, built, model.register.title)
        for path in [*(folder / "figures").glob("*.csv"), *(folder / "figures").glob("*.svg")]:
            (built / "figures").mkdir(exist_ok=True)
            shutil.copy(path, built / "figures")
        shutil.move(built, folder / "report")
    (folder / "estimates.tex").write_text(estimates_tex(model), encoding="utf-8")


def _to_read(text: str, notebook: Notebook, pages: Pages) -> str:
    """A notebook as a page has it: its code hidden behind one switch, its figures as drawings with words."""
    content = json.loads(text)
    figures = [name for name in notebook.figures if name in FIGURES]
    for output in (output for cell in content["cells"] for output in cell.get("outputs", ())):
        if figures and "image/png" in output.get("data", {}):
            output["data"] = {"text/html": pages.picture(figures.pop(0))}
    switch = '<label class="code"><input type="checkbox"> Show code</label>'
    sources = [f"```{{raw}} html\n{switch}\n```\n\n[Every number, with its working](register.md)"]
    if not notebook.title:
        sources.insert(0, f"# {markdown(notebook.name)}")
    cells = [
        {"cell_type": "markdown", "id": f"ours-{number}", "metadata": {}, "source": source}
        for number, source in enumerate(sources)
    ]
    at = 1 if notebook.title else 0
    content["cells"][at:at] = cells
    return json.dumps(content)


def _sphinx(source: Path, built: Path, title: str) -> None:
    """Have Sphinx build the site, without what it leaves for a later build."""
    command = [sys.executable, "-m", "sphinx", "-q", "-N", "-b", "html", "-c", str(PAGES), "-d", f"{built}-doctrees"]
    command += ["-D", f"project={title}", "-D", f"html_title={title}", str(source), str(built)]
    steady = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=steady, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        said = done.stderr.replace(f"{source}/", "").strip() or f"Sphinx ended with {done.returncode}"
        raise ReportError(f"the report can't be built: {' '.join(said.split())[-600:]}")
    for name in ("objects.inv", ".buildinfo"):
        (built / name).unlink(missing_ok=True)


# For TeX --------------------------------------------------------------------------------------------------------------

_TEX = f"""% Generated by `analysis`, never edited. {CAVEAT}
% \\estimate{{at_risk_2021}} is a value in words; add .low or .high for its bounds by rounding, .unit or .side.
\\newcommand{{\\estimate}}[1]{{\\ifcsname estimate:\\detokenize{{#1}}\\endcsname
  \\csname estimate:\\detokenize{{#1}}\\endcsname
  \\else\\errmessage{{'\\detokenize{{#1}}' is no estimate}}\\fi}}
"""
_ESCAPES = {"\\": r"\textbackslash{}", **{sign: f"\\{sign}" for sign in "#$%&_{}"}, "~": r"\~{}", "^": r"\^{}"}


def estimates_tex(model: Model) -> str:
    """Every quantity and reading for a TeX document: value, bounds, unit and side in words, by name.

    >>> from analysis.core.register import Register
    >>> text = estimates_tex(Model(Register.read()))
    >>> print(next(line for line in text.splitlines() if ":at_risk_2021\\\\endcsname" in line))
    \\expandafter\\def\\csname estimate:at_risk_2021\\endcsname{1.9 million}
    """
    lines = [_TEX]
    for key, found in each_estimate(model, ARTICLE):
        if isinstance(found, ModelError):
            continue
        place = place_of(model, found.depends_on, found.value)
        near = finer(place, found.unit)
        words = {
            "": value_words(model, found.quantity, found.value, place),
            ".low": value_words(model, found.quantity, found.low, near, outward=-1),
            ".high": value_words(model, found.quantity, found.high, near, outward=1),
            ".unit": "" if found.unit == "dimensionless" else found.unit,
            ".side": found.side,
        }
        lines += [
            f"\\expandafter\\def\\csname estimate:{key}{part}\\endcsname{{{_tex(text)}}}"
            for part, text in words.items()
        ]
    return "\n".join(lines) + "\n"


def _tex(text: str) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in text)
