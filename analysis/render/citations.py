"""This module says what may be cited for each headline, and gives the references.

A headline has a sentence to quote, a caveat that must go with the sentence, the check
that recomputes the number, and official figures to compare the number with. All
citations are computed under the article's own setting, which is the setting without any
change by a user. The reference for this package names the changes of a user.

>>> from analysis.core.register import Register
>>> first, *_ = citations(Model(Register.read()))
>>> first.check
'excess_over_goal'
>>> first.verdict
'matches, if the plan is taken at its minimum'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis import __version__
from analysis.core.rows import SEEN_IN, External, Headline, OfficialFigure
from analysis.model.model import ARTICLE, Model, Setting
from analysis.render.headlines import filled, headlines
from analysis.render.paragraphs import wrapped
from analysis.render.safe_text import tex
from analysis.render.speller import Speller

QUESTION = "What may I cite?"
#: This package, as CITATION.cff has it.
TITLE = "The arithmetic of an article on labour transfers"
CONTRIBUTORS = "The contributors to labour-transfer-arithmetic"
#: The date of this version, as CITATION.cff has it; empty before the release.
RELEASED = ""
#: A definition of the command that some styles, such as plainnat, have and others, such
#: as plain, lack.
_PREAMBLE = r'@preamble{"\providecommand{\url}[1]{\texttt{\detokenize{#1}}}"}'
HOW = (
    "Cite the article for its numbers, and this package, with its version, for a "
    "recomputation, a verdict or a bound. Name the check, and say what it rests on."
)
OWN_SENTENCES = (
    "The sentences are about the article's own numbers, whatever your setting changes."
)


@dataclass(frozen=True)
class Official:
    """An official figure as a text, with its rows in external.csv."""

    words: str
    rows: tuple[External, ...]

    def __str__(self) -> str:
        seen = "; ".join(f"{row.id}: {row.citation}" for row in self.rows)
        return f"{self.words} ({seen})" if seen else self.words


@dataclass(frozen=True)
class Cited:
    """The sentence, caveat and official figures to cite for a headline."""

    row: Headline
    verdict: str
    sentence: str
    caveat: str
    official: tuple[Official, ...]

    @property
    def title(self) -> str:
        """The headline's title, which has the article's words."""
        return self.row.title

    @property
    def check(self) -> str:
        """The id of the check that recomputes the headline, or an empty text."""
        return self.row.check

    @property
    def checked(self) -> str:
        """The check and its verdict as a text, or a note that there is no check."""
        if not self.check:
            return f"none; it {self.verdict}"
        return f"{self.check}: {self.verdict}"

    @property
    def beside(self) -> str:
        """The official figures to compare the headline with, as one text."""
        return "; ".join(map(str, self.official))


def citations(model: Model) -> list[Cited]:
    """Return the sentence, caveat, check and official figures for each headline."""
    speller, cited = Speller(model), []
    for shown in headlines(model):
        cite = shown.row.cite
        if cite:
            sentence, caveat = (
                filled(speller, cite.sentence),
                filled(speller, cite.caveat),
            )
            official = tuple(_official(speller, row) for row in cite.official)
            cited.append(Cited(shown.row, shown.verdict, sentence, caveat, official))
    return cited


def _official(speller: Speller, row: OfficialFigure) -> Official:
    rows = [speller.model.register.external[name] for name in row.figures]
    return Official(filled(speller, row.words), tuple(rows))


def references(model: Model, setting: Setting = ARTICLE) -> dict[str, str]:
    """Return a reference for the article, if it has one, and one for this package.

    The reference for this package names what the setting changes.
    """
    package = f"{CONTRIBUTORS}, “{TITLE}”, version {__version__}"
    if differs := model.differences(setting):
        package = f"{package}, with a setting that {differs}"
    article = model.register.article.reference
    named = {"The article": article} if article else {}
    return {**named, "This package": package}


# Layouts ------------------------------------------------------------------------------


def how_to_cite(model: Model, setting: Setting = ARTICLE) -> str:
    """Say how to cite the article and this package.

    If a user changes anything, the text also says that the sentences to quote ignore
    the change.
    """
    return f"{OWN_SENTENCES} {HOW}" if model.differences(setting) else HOW


def cite_text(model: Model, setting: Setting = ARTICLE) -> str:
    """Return the sentences that may be cited, laid out for a terminal."""
    lines = [QUESTION, ""]
    for number, cited in enumerate(citations(model), start=1):
        lines += wrapped(cited.title, f"{number}  ")
        lines += wrapped(f"“{cited.sentence}”", "   ")
        lines += wrapped(f"Caveat: {cited.caveat}", "   ")
        lines += wrapped(f"Check: {cited.checked}.", "   ")
        lines += wrapped(f"Official figures: {cited.beside}.", "   ")
        lines.append("")
    lines += wrapped(how_to_cite(model, setting))
    for what, words in references(model, setting).items():
        lines += wrapped(f"{what}: {words}.")
    return "\n".join(lines)


def cite_markdown(model: Model, setting: Setting = ARTICLE) -> str:
    """Return the sentences that may be cited, laid out in Markdown."""
    lines = [f"# {QUESTION}", ""]
    for number, cited in enumerate(citations(model), start=1):
        lines += [f"{number}. **{cited.title}**", ""]
        lines += [f"   > {cited.sentence}", ""]
        lines.append(f"   - Caveat: {cited.caveat}")
        lines.append(f"   - Check: {cited.checked}.")
        lines.append(f"   - Official figures: {cited.beside}.")
        lines.append("")
    lines += [how_to_cite(model, setting), ""]
    named = references(model, setting)
    lines += [f"- {what}: {words}." for what, words in named.items()]
    return "\n".join(lines)


def cite_bibtex(model: Model, setting: Setting = ARTICLE) -> str:
    r"""Return BibTeX entries for the article, this package and the official figures.

    The text starts with a plain definition of ``\url``, for documents without a
    package, such as hyperref, that defines this command.
    """
    return "\n\n".join([_PREAMBLE, *_entries(model, setting)])


def _entries(model: Model, setting: Setting) -> Iterator[str]:
    article = model.register.article
    year = article.date[:4]
    author, _, _ = article.author.rpartition(" ")[2].lower().partition("-")
    if article.author:
        yield _entry(
            "article",
            f"{author}{year}",
            author=article.author,
            title=f"{{{article.title}}}",
            journal=article.journal,
            volume=article.volume,
            number=article.issue,
            year=year,
            url=article.path,
        )
    note = f"Software, version {__version__}{'' if RELEASED else ', unreleased'}"
    if differs := model.differences(setting):
        note = f"{note}, with a setting that {differs}"
    yield _entry(
        "misc",
        "labour_transfer_arithmetic",
        author=f"{{{CONTRIBUTORS}}}",
        title=f"{{{TITLE}}}",
        year=RELEASED[:4] or "n.d.",
        note=note,
    )
    for row in _figures(model):
        years = re.findall(r"\d{4}", row.date)
        yield _entry(
            "misc",
            row.id,
            author=f"{{{row.publisher}}}",
            title=f"{{{row.title or row.statement}}}",
            year=years[0] if years else "",
            howpublished=f"\\url{{{row.address}}}" if row.address else "",
            note=f"{row.published}, {row.period}. Dated {row.date}, "
            f"seen in {SEEN_IN[row.seen]}",
        )


def _figures(model: Model) -> Iterator[External]:
    """Yield each official figure that the citations name, without repetition."""
    names: dict[str, None] = {}
    for headline in model.register.headlines.values():
        for row in headline.cite.official if headline.cite else ():
            names |= dict.fromkeys(row.figures)
    for name in names:
        yield model.register.external[name]


def _entry(kind: str, key: str, **fields: str) -> str:
    lines = [f"@{kind}{{{key}"]
    for name, text in fields.items():
        if text.startswith("{"):
            lines.append(f"  {name} = {{{{{tex(text[1:-1])}}}}}")
        elif text.startswith(r"\url{"):
            lines.append(f"  {name} = {{{text}}}")
        elif text:
            lines.append(f"  {name} = {{{tex(text)}}}")
    return ",\n".join(lines) + "\n}"
