"""What standards of replication ask, and whether the package meets it: docs/checklist.yaml, its evidence checked.

python -m tests.checklist
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
STATUS = ("met", "not met", "not applicable")


@dataclass(frozen=True)
class Row:
    """One thing that a standard asks. problem: what is wrong with the row; empty where nothing is."""

    standard: str
    asks: str
    status: str
    words: str
    problem: str


def rows(path: Path = ROOT / "docs" / "checklist.yaml") -> Iterator[Row]:
    """Every row, its evidence checked."""
    for part in yaml.safe_load(path.read_text(encoding="utf-8")):
        for entry in part["rows"]:
            evidence, why = entry.get("evidence", []), entry.get("why", "")
            problem = next(filter(None, map(missing, evidence)), "")
            if entry["status"] not in STATUS:
                problem = f"'{entry['status']}' is none of {', '.join(STATUS)}"
            elif (entry["status"] == "met") != bool(evidence):
                problem = "a row is met by evidence, and by nothing else"
            elif (entry["status"] != "met") != bool(why):
                problem = "a row that is not met says why"
            words = "; ".join(one.partition(":")[2] for one in evidence) or why
            yield Row(part["standard"], entry["asks"], entry["status"], words, problem)


def missing(evidence: str) -> str:
    """What is missing of a piece of evidence; empty where it is there."""
    kind, _, what = evidence.partition(":")
    if kind not in CHECKS:
        return f"'{kind}' is no kind of evidence"
    return "" if CHECKS[kind](what) else f"{evidence} is not there"


def _test(what: str) -> bool:
    file, _, name = what.partition("::")
    path = ROOT / file
    if not path.is_file():
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)


def _text(what: str) -> bool:
    file, _, words = what.partition("::")
    return (ROOT / file).is_file() and words in " ".join((ROOT / file).read_text(encoding="utf-8").split())


def _make(what: str) -> bool:
    return bool(re.search(rf"^{re.escape(what)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _heading(what: str) -> bool:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return bool(re.search(rf"^#+ {re.escape(what)}$", readme, re.MULTILINE))


def _command(what: str) -> bool:
    asked = [what] if what.startswith("-") else [what, "--help"]
    return subprocess.run([sys.executable, "-m", "analysis", *asked], cwd=ROOT, capture_output=True).returncode == 0


CHECKS: dict[str, Callable[[str], bool]] = {
    "file": lambda what: (ROOT / what).is_file(),
    "heading": _heading,
    "make": _make,
    "command": _command,
    "test": _test,
    "text": _text,
}


def main() -> int:
    found = list(rows())
    for standard in dict.fromkeys(row.standard for row in found):
        print(f"\n{standard}")
        for row in (row for row in found if row.standard == standard):
            print(f"  {row.status:15} {row.asks}")
            print(textwrap.indent(textwrap.fill(row.problem or row.words, 96), " " * 18))
    counts = ", ".join(f"{sum(row.status == status for row in found)} {status}" for status in STATUS)
    wrong = [row for row in found if row.problem]
    print(f"\n{counts}" + (f"; {len(wrong)} rows without what they name" if wrong else ""))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
