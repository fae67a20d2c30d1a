"""Regenerates every committed file that is generated, so that a diff shows what moved.

    make refresh

It writes the schema of the data, the accepted values, the notebooks with their
outputs, the tables and outputs in documents, and the crate.
"""

import contextlib
import doctest
import io
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from analysis.core.register import Register
from analysis.core.rows import TABLES, only_words
from analysis.model.model import Model
from analysis.publish.explorer_texts import PAGES
from analysis.publish.map import markdown_list
from analysis.publish.reference import reference
from analysis.render import frames
from analysis.render.headlines import headlines, headlines_text
from analysis.render.wording import VERDICT_KEY
from analysis.whatif.scenarios import schema
from tests import crate
from tests.datapackage import described

ROOT = Path(__file__).resolve().parent.parent


def write(path: Path, text: str) -> None:
    """Write a file that has changed, and say so."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


def analysis(*arguments: str) -> None:
    """Run a command of the package, and show its output where it fails."""
    command = [sys.executable, "-m", "analysis", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}analysis {' '.join(arguments)} failed")


def notebooks() -> None:
    """Keep each notebook as a run of it leaves it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results"
        analysis("reproduce", "--no-report", "--out", str(out))
        for made in sorted((out / "notebooks").glob("*.ipynb")):
            write(ROOT / "notebooks" / made.name, made.read_text(encoding="utf-8"))


def with_table(path: Path, name: str, table: str) -> None:
    """Put a table between its two marks in a document."""
    text = path.read_text(encoding="utf-8")
    marked = re.compile(
        rf"(<!-- {name}: .*?-->\n).*?(\n<!-- end of {name} -->)", re.DOTALL
    )
    write(path, marked.sub(lambda found: f"{found[1]}{table}{found[2]}", text, count=1))


def with_outputs(path: Path) -> None:
    """Put the lines that its commands print now into a document.

    A block after ``<!-- run 2-5 -->`` holds a command and those lines of its output.
    """
    text = path.read_text(encoding="utf-8")
    block = re.compile(r"(<!-- run (\d+)-(\d+) -->\n```\n\$ (.*?)\n).*?```", re.DOTALL)

    def run(found: re.Match[str]) -> str:
        head, first, last, line = found.groups()
        command = [sys.executable, "-m", *shlex.split(line)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
        lines = done.stdout.splitlines()[int(first) - 1 : int(last)]
        return head + "\n".join(lines) + "\n```"

    write(path, block.sub(run, text))


def with_examples(path: Path) -> None:
    """Put what its examples in Python print now into a document."""
    text = path.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    made = text
    for example in test.examples:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example.source, path.name, "single"), test.globs)
        indent = " " * example.indent
        want = "".join(f"{indent}{line}\n" for line in printed.getvalue().splitlines())
        old = "".join(f"{indent}{line}\n" for line in example.want.splitlines())
        if old != want and old:
            made = made.replace(old, want, 1)
    write(path, made)


def columns_of_words() -> str:
    """The columns that only hold words, a file a line."""
    lines = []
    for table in TABLES:
        names = ", ".join(f"`{name}`" for name in only_words(table))
        lines.append(f"- `{table.file}`: {names}")
    return "\n".join(lines)


def main() -> None:
    """Make everything anew, each part from those before it."""
    data = ROOT / "data"
    write(data / "datapackage.json", described(data))
    model = Model(Register.read(data))
    text = json.dumps(schema(model), indent=1, ensure_ascii=False)
    write(data / "scenarios" / "scenario.schema.json", f"{text}\n")
    analysis("accept")
    notebooks()
    golden = headlines_text(headlines(model))
    write(ROOT / "tests" / "golden" / "headlines.txt", f"{golden}\n")
    with_table(ROOT / "README.md", "headline", frames.headlines(model).markdown())
    meanings = (f"- **{name}**: {text}" for name, text in VERDICT_KEY.items())
    with_table(ROOT / "README.md", "verdicts", "\n".join(meanings))
    refusals = model.register.refusals.values()
    listed = "\n".join(f"- {refusal.what}" for refusal in refusals)
    with_table(ROOT / "README.md", "refusals", listed)
    with_table(ROOT / "docs" / "map.md", "claims", markdown_list(model, "claims"))
    write(ROOT / "docs" / "python.md", reference())
    write(ROOT / "docs" / "codebook.md", markdown_list(model, "columns") + "\n")
    glossary = (PAGES / "glossary.md").read_text(encoding="utf-8")
    write(ROOT / "docs" / "glossary.md", glossary)
    architecture = ROOT / "docs" / "architecture.md"
    with_table(architecture, "columns of words", columns_of_words())
    with_examples(ROOT / "README.md")
    with_outputs(ROOT / "README.md")
    write(ROOT / "ro-crate-metadata.json", crate.crate())


if __name__ == "__main__":
    main()
