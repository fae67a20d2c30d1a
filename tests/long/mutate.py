"""Mutation testing with mutmut: one thing in a module is changed at a time, and its tests must fail.

    python tests/long/mutate.py [MODULE ...]

Without a MODULE, those whose record is not of the module and its tests as they are; of such a one the functions that
changed since, where nothing else did but that tests were added, which can only notice more. The record lists them as
tried ``again``, for a change in what they call, or in what calls them, might in principle be noticed no longer. A
MODULE that is named is tried whole.
Works on a copy of the tree. Writes into mutation.json what came of each module, with the sha256 of the module and its
tests, and each change that no test noticed. Why such a change is equivalent or accepted is written there by hand, under
``why``, and kept as long as the change is the same; a test fails where a reason is missing.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
RECORD = Path(__file__).with_name("mutation.json")
COPIED = ("analysis", "tests", "data", "notebooks", "benchmarks", "pyproject.toml", "README.md", "Makefile")
#: The tests that are run for each module; its doctests always are.
TESTS = {
    "published": ["tests/test_published.py"],
    "register": ["tests/test_register.py", "tests/test_untrusted_files.py"],
    "model": [
        "tests/test_model.py",
        "tests/test_model_checks.py",
        "tests/test_bounds.py",
        "tests/test_tiny_package.py",
    ],
    "verdicts": ["tests/test_verdicts.py"],
    "formulas": ["tests/backtests"],
    "uncertainty": ["tests/test_uncertainty.py", "tests/test_compiled.py"],
    "sensitivity": ["tests/test_sensitivity.py"],
}
#: Tests whose processes start in another folder, where mutmut finds no settings.
ELSEWHERE = [
    "tests/test_untrusted_files.py::test_a_command_in_a_data_package_runs_none_of_its_code",
    "tests/test_untrusted_files.py::test_a_notebook_run_in_a_data_package_runs_none_of_its_code",
]
#: Exit statuses under which mutmut keeps a change that no test noticed: passed, no tests, not reached.
ALIVE = (0, 33, 34, None)
#: mutmut puts its changed functions beside the formulas, where a model would take them for formulas.
HIDE = """
import analysis.model
_formulas = analysis.model._formulas
analysis.model._formulas = lambda modules: [f for f in _formulas(modules) if "__mutmut_" not in f.__name__]
"""


def tests(module: str) -> list[Path]:
    """The files of the tests that are run for a module."""
    places = [ROOT / place for place in TESTS[module]]
    return [path for place in places for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]


def sources(module: str) -> list[str]:
    """The files of a module."""
    folder = ROOT / "analysis" / module
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"] or [folder.with_suffix(".py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def digest(module: str) -> str:
    """The sha256 of a module and of the tests that are run for it, names and contents."""
    found = hashlib.sha256()
    for path in [*(ROOT / name for name in sources(module)), *tests(module)]:
        found.update(f"{path.relative_to(ROOT).as_posix()}\n".encode() + path.read_bytes())
    return found.hexdigest()


def short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pieces(path: Path) -> dict[str, str]:
    """A hash of each function and method of a file, by its name, and under "" of all that is none."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found: dict[str, str] = {}

    def take(body: list[ast.stmt], within: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                take(node.body, f"{within}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1
                own = "\n".join(lines[first : node.end_lineno])
                # One that is given twice, as an overload is, has all of its forms under its name.
                name = f"{within}{node.name}"
                found[name] = short(found.get(name, "") + own)
                lines[first : node.end_lineno] = [""] * (int(node.end_lineno or 0) - first)

    take(ast.parse(text).body, "")
    return found | {"": short("\n".join(line for line in lines if line.strip()))}


def parts(module: str) -> dict[str, dict[str, str]]:
    """The pieces of a module and of its tests, by path."""
    paths = [*(ROOT / name for name in sources(module)), *tests(module)]
    return {path.relative_to(ROOT).as_posix(): pieces(path) for path in paths}


def changed(module: str, known: dict[str, dict[str, str]]) -> list[str] | None:
    """The functions of a module that are new or changed; None where more is, so that all must be tried."""
    now = parts(module)
    if not known or set(known) != set(now):
        return None
    ours = sources(module)
    for path, was in known.items():
        if path not in ours and any(now[path].get(name) != sha for name, sha in was.items()):
            return None
        if path in ours and was[""] != now[path][""]:
            return None
    stems = {path: path.removeprefix("analysis/").removesuffix(".py").replace("/", ".") for path in ours}
    return [f"{stems[path]}.{name}" for path in ours for name, sha in now[path].items() if known[path].get(name) != sha]


def settings(module: str) -> str:
    """What mutmut reads, as TOML."""
    values = {
        "source_paths": ["analysis"],
        "only_mutate": sources(module),
        "also_copy": [name for name in COPIED if name not in ("analysis", "tests")],
        "pytest_add_cli_args": ["-pno:cacheprovider", "-pno:xdist", *(f"--deselect={test}" for test in ELSEWHERE)],
        "pytest_add_cli_args_test_selection": [*TESTS[module], *sources(module)],
        "timeout_constant": 10.0,
    }
    return "\n[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def place(mutant: str) -> str:
    """The function that a change is in, by module and name; mutmut puts x_ before a function, and signs in a method."""
    where = mutant.rpartition("__mutmut_")[0].removeprefix("analysis.").replace("xǁ", "").replace("ǁ", ".")
    return where.replace(".x_", ".")


def mutate(module: str, known: list[dict[str, str]], only: list[str] | None = None) -> dict[str, Any]:
    """How many changes were tried and noticed, and each that was not; reasons of the known ones are kept.

    only: the functions to try; of the others the known ones stand.
    """
    why = {(one["where"], one["was"], one["now"]): one["why"] for one in known}
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "tree"
        copy.mkdir()
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, copy / name)
        for name, text in (("pyproject.toml", settings(module)), ("tests/conftest.py", HIDE)):
            with (copy / name).open("a", encoding="utf-8") as file:
                file.write(text)
        mutmut = [sys.executable, "-m", "mutmut"]
        names = [] if only is None else [f"*{one.rpartition('.')[2]}__mutmut_*" for one in only]
        done = subprocess.run([*mutmut, "run", "--max-children", "2", *names], cwd=copy, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"mutmut did not run on {module}: {(done.stdout + done.stderr)[-3000:]}")
        codes: dict[str, int | None] = {}
        for path in sorted((copy / "mutants").rglob("*.meta")):
            codes |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        tried = [name for name in codes if only is None or place(name) in only]
        alive = [] if only is None else [one for one in known if one["where"] not in only]
        for name in (name for name in tried if codes[name] in ALIVE):
            shown = subprocess.run([*mutmut, "show", name], cwd=copy, check=True, capture_output=True, text=True).stdout
            was, now = (
                " ".join(line[1:].strip() for line in shown.splitlines() if line[:1] == sign and line[:3] != sign * 3)
                for sign in "-+"
            )
            where = place(name)
            alive.append({"where": where, "was": was, "now": now, "why": why.get((where, was, now), "")})
    return {
        "sha256": digest(module),
        "tried": len(codes),
        "noticed": len(codes) - len(alive),
        "not_noticed": alive,
        "parts": parts(module),
    }


def main() -> None:
    found = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for module in sys.argv[1:] or TESTS:
        if module not in TESTS:
            raise SystemExit(f"'{module}' is not one of {', '.join(TESTS)}")
        was = found.get(module, {})
        if not sys.argv[1:] and was.get("sha256") == digest(module):
            print(f"{module}: {was['noticed']} of {was['tried']} noticed, as recorded", flush=True)
            continue
        only = None if sys.argv[1:] else changed(module, was.get("parts", {}))
        if only == []:
            found[module] = was | {"sha256": digest(module), "parts": parts(module)}
        else:
            found[module] = mutate(module, was.get("not_noticed", []), only)
        if only is not None:
            found[module]["again"] = sorted({*was.get("again", []), *only})
        print(f"{module}: {found[module]['noticed']} of {found[module]['tried']} noticed", flush=True)
        text = json.dumps({name: found[name] for name in TESTS if name in found}, indent=1, ensure_ascii=False)
        RECORD.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
