"""The front page of the report: what is checked, the six headline numbers with their working, and where to go on."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from analysis.core.model import Model
from analysis.output.explorer import NAME
from analysis.output.headlines import Shown, headlines

#: How a verdict starts, its style, and its sign; any other is two figures apart.
_STYLES = (
    ("match", "ok", "✓"), ("would match", "ok", "✓"), ("compatible", "part", "≈"), ("cannot", "no", "?"),
)  # fmt: skip


def front(model: Model, alt: str) -> str:
    """The page as HTML. alt: the words for its figure."""
    register = model.register
    link = f'(<a href="{escape(register.article.path)}">read it</a>).' if register.article.path else ""
    findings = (f'<li><a href="findings.html">{escape(one.title)}</a></li>' for one in register.findings.values())
    parts = {
        "article": escape(register.article.title),
        "link": link,
        "alt": escape(alt),
        "rows": "".join(_row(one, register.claims[one.row.claim].where) for one in headlines(model)),
        "refusals": "".join(f"<li>{escape(one.what)}</li>" for one in list(register.refusals.values())[:3]),
        "findings": "".join(list(findings)[:5]),
    }
    template = Path(__file__).resolve().parent / "pages" / "front.html"
    return Template(template.read_text(encoding="utf-8")).substitute(parts)


def _row(one: Shown, where: str) -> str:
    style, sign = next(((style, sign) for start, style, sign in _STYLES if one.verdict.startswith(start)), ("two", "≠"))
    working = "\n".join(map(escape, one.working)) or "no derivation in this article"
    looked = f"#show={one.row.working[0].partition('.')[0]}" if one.row.working else ""
    return (
        f'<div class="row"><div class="q">{escape(one.row.title)}<small>{escape(where)}</small></div>'
        f'<div class="calc">{working}</div><span class="v {style}">{sign} {escape(one.verdict)}</span>'
        f'<p class="why">{escape(one.sentence)} <a href="{escape(one.row.notebook)}.html">Working</a> · '
        f'<a href="../{NAME}{looked}">Change it</a></p></div>\n'
    )
