"""The report: a site to read, and the estimates for a TeX document, all made from a run's results.

It writes pages as Markdown from the model, its outcomes and the executed notebooks, and calls Sphinx on them.

Sphinx runs in a process of its own (``sphinx_site``). Texts of the data are escaped: nothing in them is markup or code.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis import __version__
from analysis.core.model import ARTICLE, Model, ModelError, Plan
from analysis.core.published import APPROACHES_TOLERANCE
from analysis.core.register import Assumption, Claim, External, Finding
from analysis.core.verdicts import VERDICTS, Outcome
from analysis.output.escape import markdown
from analysis.output.external import SEEN, SIDE_BY_SIDE, compare, frame_in_words
from analysis.output.figures import FIGURES
from analysis.output.front import front
from analysis.output.notebooks import Notebook, shown_in
from analysis.output.results import (
    CAVEAT,
    claim_words,
    each_estimate,
    estimate_words,
    finding_words,
    place_of,
    published_words,
    screen_rows,
    span_words,
    value_words,
    verdict_words,
)
from analysis.output.tables import break_even_under, break_even_words
from analysis.whatif.scenarios import find
from analysis.whatif.sensitivity import tornado

PAGES = Path(__file__).resolve().parent / "pages"
#: The parts of the report, each with its title and what is in it.
SECTIONS = {
    "numbers": ("Number by number", "The notebooks as they ran, a page for each headline number."),
    "register": ("Every number", "Every printed number, and every recomputation of one."),
    "judgement": ("Beside the numbers", "Findings, what the numbers rest on, and what was published elsewhere."),
    "method": ("Method", "What the words mean, what is not concluded, and how to reproduce, cite or challenge."),
}
GRADES = {
    "stated": "what the article states, at the weakest",
    "implied": "what the article's numbers imply, at the weakest",
    "chosen": "what was chosen here, at the weakest",
}
KINDS = {
    "derivation": "the article's own sum",
    "repetition": "one thing printed twice",
    "hypothesis": "a comparison of ours, in no count",
    "external": "against a figure published elsewhere, in no count",
}
_SETTINGS: dict[str, Any] = {
    "extensions": ["myst_nb", "analysis.output.sphinx_site"],
    "nb_execution_mode": "off",
    "nb_render_markdown_format": "myst",
    "nb_code_prompt_show": "Code",
    "nb_code_prompt_hide": "Hide the code",
    "myst_enable_extensions": ["colon_fence", "deflist", "fieldlist"],
    "myst_links_external_new_tab": False,
    # A link leads to a place on a page; to look for it among the names of other languages takes long.
    "myst_ref_domains": ["std"],
    "html_theme": "pydata_sphinx_theme",
    "html_static_path": ["static"],
    "html_extra_path": ["extra"],
    "html_css_files": ["report.css"],
    # Unsaid, the theme's script complains of an empty one.
    "html_context": {"default_mode": "auto"},
    "html_copy_source": False,
    # A text of the data stays as it is, its quotes and dashes too.
    "smartquotes": False,
    "html_use_index": False,
    "html_show_copyright": False,
    "html_show_sphinx": False,
    # Excerpts beside what a search finds would be fetched, which a page opened from a file may not do.
    "html_show_search_summary": False,
    "html_theme_options": {
        "footer_start": [],
        "footer_end": [],
        "logo": {"text": "Report"},
        "navbar_persistent": ["search-button"],
        "navbar_align": "left",
        "navigation_depth": 2,
        "search_bar_text": "Search",
        "show_toc_level": 2,
    },
}


# Pages ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pages:
    """The pages of a report as Markdown, by name, in the order in which they are read."""

    model: Model
    outcomes: list[Outcome]
    notebooks: list[Notebook]

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

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of each notebook, by its name."""
        found = {}
        for notebook in self.notebooks:
            first = next((cell.source for cell in notebook.content.cells if cell.cell_type == "markdown"), "")
            heading = re.match(r"\s*# +(.+)", first)
            found[notebook.name] = heading[1].strip() if heading else notebook.name
        return found

    def all(self) -> dict[str, str]:
        """Every page but the notebooks."""
        register = self.model.register
        pages = {"claims": self.claims(), **self.checks(), "assumptions": self.assumptions()}
        if register.findings:
            pages["findings"] = self.findings()
        if register.external:
            pages["external"] = self.external()
        if any(name in FIGURES for notebook in self.notebooks for name in notebook.figures):
            pages["figures"] = self.figures()
        pages |= {path.stem: self.prose(path) for path in sorted(PAGES.glob("*.md"))}
        if register.refusals:
            pages["refusals"] = self.refusals()
        return {"index": self.index(), **{name: self.section(name, pages) for name in SECTIONS}, **pages}

    def index(self) -> str:
        """The front page."""
        page = _raw(front(self.model, FIGURES["waterfall"].alt))
        image = ":::{image} plots/waterfall.svg\n:class: hidden\n:alt: From 2019 to both groups\n:::"
        return _joined(["# Do the numbers in the article add up?", page, image, _toctree(SECTIONS, hidden=True)])

    def section(self, name: str, pages: Mapping[str, str]) -> str:
        """The way to the pages of a section."""
        title, lede = SECTIONS[name]
        listed = {
            "numbers": [notebook.name for notebook in self.notebooks],
            "register": [page for page in pages if page == "claims" or page.startswith("checks")],
            "judgement": [page for page in ("findings", "assumptions", "external", "figures") if page in pages],
            "method": [page for page in ("refusals", "methods", "reproduce") if page in pages],
        }
        return _joined([f"# {title}", lede, _toctree(listed[name])])

    def claims(self) -> str:
        """Every printed number, by section."""
        parts = ["# Every printed number", _LEDE_CLAIMS]
        for section, title in self.model.register.sections.items():
            claims = [claim for claim in self.model.register.claims.values() if claim.section == section]
            if claims:
                parts += [f"## {markdown(title)}", *map(self.claim, claims)]
        return _joined([*parts, CAVEAT])

    def claim(self, claim: Claim) -> str:
        """One printed number: what it stands for and asserts, where it stands, what checks it, what starts from it."""
        own = [o for o in self.outcomes if o.check.claim == claim.id]
        starts = [name for name, plan in self.plans.items() if claim.id in plan.claims]
        findings = [f for f in self.model.register.findings.values() if claim.id in f.claims]
        fields = {
            "row": f"`{claim.id}`, {claim.role}; a value of `{claim.quantity}`",
            "printed": _lines("", [line.removeprefix("printed: ") for line in claim_words(self.model, claim)]),
            "checked by": _lines(*(f"{self.check_link(o.check.id)}: {self.verdict(o)}" for o in own)),
            "what starts from it": ", ".join(map(self.check_link, starts)),
            "findings": ", ".join(f"[{markdown(f.title)}](#finding-{f.id})" for f in findings),
        }
        return _joined([f"(claim-{claim.id})=", f"### {markdown(claim.statement)}", _fields(fields)])

    def checks(self) -> dict[str, str]:
        """Every recomputation, a page for each notebook that shows some."""
        shown = shown_in(self.notebooks)
        groups: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            groups.setdefault(shown.get(outcome.check.id, ""), []).append(outcome)
        pages = {}
        for name in sorted(groups):
            title = f"Recomputed: {self.titles[name]}" if name else "Recomputed, and in no notebook"
            parts = [f"# {markdown(title)}", _LEDE_CHECKS, *map(self.check, groups[name]), CAVEAT]
            pages[f"checks-{name}" if name else "checks"] = _joined(parts)
        return pages

    def check(self, outcome: Outcome) -> str:
        """One recomputation: its verdict, and what it rests on."""
        model, check = self.model, outcome.check
        row = screen_rows(model, [outcome])[0]
        claim = model.register.claims.get(check.claim)
        readings = [f"`{q}`: {markdown(model.label(q, r))} (`{r}`)" for q, r in check.readings.items()]
        shown = shown_in(self.notebooks).get(check.id)
        fields = {
            "check": f"`{check.id}`; a value of `{check.quantity}`, {markdown(model.name(check.quantity))}",
            "printed": f"[{markdown(row['printed'])}](#claim-{claim.id}), {markdown(claim.where)}" if claim else "",
            "recomputed": markdown(row["recomputed"]),
            "bounds": markdown(row["bounds"]) and f"{markdown(row['bounds'])}, by rounding of the printed digits",
            "kind": f"{check.kind}; {KINDS[check.kind]}" if check.kind else "derived; no printed number beside it",
            "verdict": self.verdict(outcome),
            "reason": markdown(outcome.reason),
            "rests on": GRADES.get(outcome.rests_on, "printed numbers alone" if row["rests on"] else ""),
            "stays for": markdown(outcome.condition),
            "would also pass": ""
            if outcome.passing is None
            else f"{outcome.passing:.0%} of the values within ten percent of the printed one",
            "readings": _lines(*readings),
            "inputs": _lines(*self.inputs(check.id)),
            "note": markdown(check.note),
            "shown in": f"[{markdown(self.titles[shown])}]({shown}.ipynb)" if shown else "",
        }
        parts = [f"(check-{check.id})=", f"## {markdown(check.statement)}", _fields(fields)]
        return _joined(parts)

    def inputs(self, check: str) -> list[str]:
        """What a check starts from, each with a link: printed numbers, and assumptions with their values."""
        if check not in self.plans:
            return []
        plan, found = self.plans[check], []
        for name, node in plan.leaves.items():
            if node.source.claim:
                one = node.source.claim
                found.append(f"[{markdown(one.statement)}](#claim-{one.id}): {markdown(str(one.published))}")
            elif node.source.assumption:
                words = value_words(self.model, name, node.source.value, place_of(self.model, (), node.source.value))
                link = f"[{markdown(node.source.assumption.label)}](#assumption-{name})"
                found.append(f"{link}: {markdown(words)}, {node.source.assumption.grade}")
        return found

    def assumptions(self) -> str:
        """Every assumption: range, grade, bias, what it moves, where statements stop holding, what would settle it."""
        bars = {
            name: {bar.assumption: bar for bar in tornado(self.model, name)} for name in self.model.register.estimates
        }
        scenario = find("article", self.model) if "article" in self.model.register.scenarios else None
        turns: dict[str, list[str]] = {}
        for statement in self.model.register.statements.values() if scenario else ():
            try:
                found = break_even_under(self.model, statement, scenario)  # type: ignore[arg-type]
            except ModelError:
                continue
            for one in found.break_evens:
                holds = markdown(break_even_words(self.model, one, statement.comparison))
                turns.setdefault(one.assumption, []).append(f"{markdown(statement.statement)}: {holds}")
        parts = ["# Assumptions", _LEDE_ASSUMPTIONS]
        for assumption in self.model.register.assumptions.values():
            moved = []
            for quantity, of in bars.items():
                bar = of.get(assumption.id)
                if bar and bar.width:
                    low, high = (self.words(quantity, value) for value in (bar.at_low, bar.at_high))
                    what = markdown(self.model.name(quantity).rstrip("."))
                    moved.append(f"{what}: {low} at the low end, {high} at the high end")
            parts.append(self.assumption(assumption, moved, turns.get(assumption.id, [])))
        return _joined([*parts, CAVEAT])

    def assumption(self, one: Assumption, moved: list[str], turns: list[str]) -> str:
        claim = self.model.register.claims.get(one.claim)
        unit = "" if one.unit == "dimensionless" else f" {one.unit}"
        spans = [
            f"{self.words(one.id, low)} to {self.words(one.id, high)}"
            for low, high in ((one.low, one.high), (one.minimum, one.maximum))
        ]
        own = "" if one.article_value is None else f"; {self.words(one.id, one.article_value)}{unit} as in the article"
        fields = {
            "assumption": f"`{one.id}`, {one.grade}{f', {one.side}' if one.side else ''}",
            "value": f"{self.words(one.id, one.value)}{unit}{own}",
            "varied over": f"{spans[0]}{unit}; allowed: {spans[1]}",
            "belongs to": f"[{markdown(claim.statement)}](#claim-{claim.id})" if claim else "",
            "rationale": markdown(one.rationale),
            "worth trying": _lines(
                *(f"{self.words(one.id, each.value)}: {markdown(each.reason)}" for each in one.marked)
            ),
            "bias": markdown(one.bias),
            "moves": _lines(*moved),
            "statements": _lines(*turns),
            "would settle it": markdown(one.settle),
        }
        return _joined([f"(assumption-{one.id})=", f"## {markdown(one.label)}", _fields(fields)])

    def words(self, quantity: str, value: float) -> str:
        """A value as a reader sees it."""
        return markdown(value_words(self.model, quantity, value, place_of(self.model, (), value)))

    def findings(self) -> str:
        """The findings, the sceptical and the charitable reading side by side."""
        return _joined(
            ["# Findings", _LEDE_FINDINGS, *map(self.finding, self.model.register.findings.values()), CAVEAT]
        )

    def finding(self, finding: Finding) -> str:
        register = self.model.register
        steps = [markdown(line) for line in finding_words(self.model, finding)]
        rows = [f"[{markdown(register.claims[name].statement)}](#claim-{name})" for name in finding.claims]
        rows += [f"[{markdown(register.external[name].statement)}](#external-{name})" for name in finding.external]
        rows += [markdown(register.sources[name]) for name in finding.sources]
        sides = [
            f":::{{container}} side\n**{title}:** {markdown(text)}\n:::"
            for title, text in (("Sceptical", finding.sceptical), ("Charitable", finding.charitable))
        ]
        return _joined(
            [
                f"(finding-{finding.id})=",
                f"## {markdown(finding.title)}",
                _list(steps),
                "::::{container} sides\n" + "\n".join(sides) + "\n::::",
                _fields({"rests on": _lines(*rows), "would settle it": markdown(finding.settle)}),
            ]
        )

    def external(self) -> str:
        """Figures published elsewhere, each beside what it may be set beside."""
        frame = frame_in_words(compare(self.model), self.model)
        beside: dict[str, list[str]] = {}
        for found, row in zip(compare(self.model), frame.to_dict("records"), strict=True):
            words = "; ".join(filter(None, (str(row["ours"]), str(row["comparison"]))))
            beside.setdefault(found.external.id, []).append(markdown(words))
        figures = self.model.register.external.values()
        return _joined(
            [
                "# Figures published elsewhere",
                SIDE_BY_SIDE,
                *(self.elsewhere(figure, beside.get(figure.id, [])) for figure in figures),
                CAVEAT,
            ]
        )

    def elsewhere(self, figure: External, beside: list[str]) -> str:
        seen = ", ".join(filter(None, (figure.publisher, figure.title, figure.date)))
        fields = {
            "figure": f"`{figure.id}`",
            "printed": markdown(f"{figure.published} {figure.unit_as_printed}"),
            "in its words": markdown(figure.as_printed),
            "noun": markdown(figure.noun),
            "period and scope": markdown(f"{figure.period}, {figure.scope}"),
            "source": f"{markdown(seen)}; {SEEN[figure.seen]}",
            "address": markdown(figure.address) or "not known",
            "beside ours": _lines(*beside),
            "note": markdown(figure.note),
        }
        return _joined([f"(external-{figure.id})=", f"## {markdown(figure.statement)}", _fields(fields)])

    def figures(self) -> str:
        """Every figure, with its plotted data to take away."""
        parts = ["# Figures", "Each with its plotted data, in base units."]
        shown: dict[str, list[str]] = {}
        for notebook in self.notebooks:
            for name in notebook.figures:
                link = f"[{markdown(self.titles[notebook.name])}]({notebook.name}.ipynb)"
                shown.setdefault(name, []).append(link)
        for name in (name for name in shown if name in FIGURES):
            parts += [
                f"(figure-{name})=",
                f"## {markdown(name.replace('_', ' ').capitalize())}",
                f":::{{image}} plots/{name}.svg\n:alt: {markdown(FIGURES[name].alt)}\n:::",
                _raw(
                    f'<p><a href="figures/{name}.csv">Plotted data</a> (CSV), '
                    f'<a href="_images/{name}.svg">the figure</a> (SVG)</p>'
                ),
                f"Shown in {' and '.join(shown[name])}.",
            ]
        return _joined([*parts, CAVEAT])

    def refusals(self) -> str:
        """What is not concluded, and why."""
        parts = ["# What the package refuses to conclude"]
        for one in self.model.register.refusals.values():
            parts += [f"(refusal-{one.id})=", f"## {markdown(one.what)}", markdown(one.reason)]
        return _joined([*parts, CAVEAT])

    def prose(self, path: Path) -> str:
        """A page of the package's own, its numbers put in."""
        text = path.read_text(encoding="utf-8")
        known = VERDICTS | {
            "approaches": f"{float(APPROACHES_TOLERANCE):.0%}",
            "version": __version__,
        }
        return re.sub(r"\{\{ (\w+) \}\}", lambda found: known[found[1]], text)

    def check_link(self, name: str) -> str:
        return f"[{markdown(self.model.register.checks[name].statement)}](#check-{name})"

    def verdict(self, outcome: Outcome) -> str:
        """The verdict in words, with what is printed where there is something printed."""
        printed = published_words(self.model, outcome)
        words = markdown(verdict_words(self.model, outcome))
        return _marked(outcome, words) + (f", against {markdown(printed)}" if printed and outcome.verdict else "")


_LEDE_CLAIMS = (
    "By section of the article: the digits, what they stand for where the model starts from them, what they assert "
    "where they are checked, and the checks on either side."
)
_LEDE_CHECKS = "Each quantity under its readings, against what is printed."
_LEDE_ASSUMPTIONS = (
    "What the estimates rest on. The grade says whether the article states an assumption, its numbers imply it, or it "
    "was chosen here. A statement that an assumption turns is given with the values for which it holds, the others as "
    "they are."
)
_LEDE_FINDINGS = (
    "Arithmetic, a doubting and a trusting reading of it, and the source that would settle it. A finding is no "
    "judgement."
)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(rows: list[dict[str, str]]) -> str:
    if not rows:
        return ""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([row[name] for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _fields(fields: Mapping[str, str]) -> str:
    """A list of names with what each is; those without anything are left out."""
    return "\n".join(f":{name}: {text}" for name, text in fields.items() if text)


def _lines(first: str = "", *more: str | list[str]) -> str:
    """Several texts under one name, each on a line of its own."""
    rest = [line for one in more for line in ([one] if isinstance(one, str) else map(markdown, one))]
    texts = [text for text in (first, *rest) if text]
    return texts[0] if len(texts) == 1 else "".join(f"\n  - {text}" for text in texts)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _marked(outcome: Outcome, words: str) -> str:
    """A verdict in bold, without its notes."""
    first, comma, rest = words.partition(", ")
    return f"**{first}**{comma}{rest}" if outcome.verdict else words


def _raw(text: str) -> str:
    return f"```{{raw}} html\n{text}\n```"


def _toctree(names: Iterable[str], *, hidden: bool = False) -> str:
    return "\n".join(["```{toctree}", *([":hidden:"] if hidden else []), ":maxdepth: 1", "", *names, "```"])


# Building -------------------------------------------------------------------------------------------------------------


class ReportError(Exception):
    """A report that Sphinx did not build; the message is what it said."""


def write(folder: Path, model: Model, outcomes: list[Outcome], notebooks: list[Notebook]) -> None:
    """Write report/ and estimates.tex into a folder of results that has its notebooks and figures.

    Raises ReportError when Sphinx can't build the pages, or has a warning about one.
    """
    # What only lives when somebody moves it says of itself that it is no page.
    read = [notebook for notebook in notebooks if notebook.declared.get("report", True)]
    with tempfile.TemporaryDirectory() as made:
        source, built = Path(made) / "source", Path(made) / "built"
        (source / "static").mkdir(parents=True)
        (source / "plots").symlink_to((folder / "figures").resolve())
        data = source / "extra" / "figures"
        data.mkdir(parents=True)
        for path in (folder / "figures").glob("*.csv"):
            shutil.copy(path, data)
        (source / "static" / "report.css").write_bytes((PAGES / "report.css").read_bytes())
        pages = Pages(model, outcomes, read).all()
        settings = {**_SETTINGS, "project": model.register.title, "html_title": model.register.title}
        settings["exclude_patterns"] = ["plots/**", "static/**", "extra/**"]
        # What a notebook shows is wide, and takes the place of a list of its parts.
        beside = {"secondary_sidebar_items": {name: ["page-toc"] for name in pages}}
        settings["html_theme_options"] = {**_SETTINGS["html_theme_options"], **beside}
        conf = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
        (source / "conf.py").write_text(conf, encoding="utf-8")
        # Nothing on a page reads another file.
        (source / "docutils.conf").write_text("[general]\nfile_insertion_enabled: no\n", encoding="utf-8")
        for name, text in pages.items():
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        for notebook in read:
            text = (folder / "notebooks" / f"{notebook.name}.ipynb").read_text(encoding="utf-8")
            text = _to_read(text, notebook, f"checks-{notebook.name}" in pages)
            (source / f"{notebook.name}.ipynb").write_text(text, encoding="utf-8")
        _sphinx(source, built)
        shutil.move(built / "html", folder / "report")
    (folder / "estimates.tex").write_text(estimates_tex(model), encoding="utf-8")


def _to_read(text: str, notebook: Notebook, recomputed: bool) -> str:
    """A notebook as a page has it: its code folded away, its figures with words, and a way to its checks."""
    content = json.loads(text)
    first = next((cell for cell in content["cells"] if cell["cell_type"] == "markdown"), None)
    if first is None or not "".join(first["source"]).lstrip().startswith("# "):
        title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# {markdown(notebook.name)}"}
        content["cells"].insert(0, title)
    alts = [FIGURES[name].alt for name in notebook.figures if name in FIGURES]
    for cell in content["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "hide-input"]
        if alts and any("image/png" in output.get("data", {}) for output in cell["outputs"]):
            cell["metadata"]["mystnb"] = {"image": {"alt": alts.pop(0)}}
    if recomputed:
        source = f"[Every recomputation here](checks-{notebook.name}.md)"
        cell = {"cell_type": "markdown", "id": "checks", "metadata": {}, "source": source}
        content["cells"].insert(1, cell)
    return json.dumps(content)


def _sphinx(source: Path, built: Path) -> None:
    """Have Sphinx build the site."""
    command = [sys.executable, "-m", "analysis.output.sphinx_site", str(source), str(built)]
    package = str(Path(__file__).resolve().parents[2])
    steady = {**os.environ, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PYTHONPATH": package}
    done = subprocess.run(command, env=steady, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        said = done.stderr.replace(f"{source}/", "").strip() or f"Sphinx ended with {done.returncode}"
        raise ReportError(f"the report can't be built: {' '.join(said.split())[-600:]}")


# For TeX --------------------------------------------------------------------------------------------------------------

_TEX = f"""% Generated by `analysis`, never edited. {CAVEAT}
% \\estimate{{at_risk_2021}} is a value in words; add .low or .high for its bounds by rounding, .unit or .side.
\\newcommand{{\\estimate}}[1]{{\\ifcsname estimate:\\detokenize{{#1}}\\endcsname
  \\csname estimate:\\detokenize{{#1}}\\endcsname
  \\else\\errmessage{{'\\detokenize{{#1}}' is no estimate}}\\fi}}
"""
_ESCAPES = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
    "~": r"\~{}",
    "^": r"\^{}",
    "−": "$-$",
}


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
        low, *_, high = span_words(model, found.quantity, found.low, found.high) * 2
        words = {
            "": estimate_words(model, found.quantity, found.value, found.low, found.high, found.depends_on),
            ".low": low,
            ".high": high,
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
