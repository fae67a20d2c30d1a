"""Mutation testing with mutmut: one thing in a module is changed at a time, and its tests must fail.

    python tests/long/mutate.py [MODULE ...]

Without a MODULE, those whose record is not of the module and its tests as they are.
Works on a copy of the tree. Writes into mutation.json what came of each module, with the sha256 of the module and its
tests, and each change that no test noticed. Why such a change is equivalent or accepted is written there by hand, under
``why``, and kept as long as the change is the same; a test fails where a reason is missing.
"""

from __future__ import annotations

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


def sources(module: str) -> list[str]:
    """The files of a module."""
    folder = ROOT / "analysis" / module
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"] or [folder.with_suffix(".py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def digest(module: str) -> str:
    """The sha256 of a module and of the tests that are run for it, names and contents."""
    places = [ROOT / place for place in TESTS[module]]
    tests = [path for place in places for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    found = hashlib.sha256()
    for path in [*(ROOT / name for name in sources(module)), *tests]:
        found.update(f"{path.relative_to(ROOT).as_posix()}\n".encode() + path.read_bytes())
    return found.hexdigest()


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


def mutate(module: str, known: list[dict[str, str]]) -> dict[str, Any]:
    """How many changes were tried and noticed, and each that was not; reasons of the known ones are kept."""
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
        done = subprocess.run([*mutmut, "run", "--max-children", "2"], cwd=copy, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"mutmut did not run on {module}: {(done.stdout + done.stderr)[-3000:]}")
        codes: dict[str, int | None] = {}
        for path in sorted((copy / "mutants").rglob("*.meta")):
            codes |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        alive = []
        for name in (name for name, code in codes.items() if code in ALIVE):
            shown = subprocess.run([*mutmut, "show", name], cwd=copy, check=True, capture_output=True, text=True).stdout
            was, now = (
                " ".join(line[1:].strip() for line in shown.splitlines() if line[:1] == sign and line[:3] != sign * 3)
                for sign in "-+"
            )
            where = name.rpartition("__mutmut_")[0].removeprefix("analysis.").replace("xǁ", "").replace("ǁ", ".")
            where = where.replace(".x_", ".")
            alive.append({"where": where, "was": was, "now": now, "why": why.get((where, was, now), "")})
    return {"sha256": digest(module), "tried": len(codes), "noticed": len(codes) - len(alive), "not_noticed": alive}


def main() -> None:
    found = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for module in sys.argv[1:] or TESTS:
        if module not in TESTS:
            raise SystemExit(f"'{module}' is not one of {', '.join(TESTS)}")
        if not sys.argv[1:] and found.get(module, {}).get("sha256") == digest(module):
            print(f"{module}: {found[module]['noticed']} of {found[module]['tried']} noticed, as recorded", flush=True)
            continue
        found[module] = mutate(module, found.get(module, {}).get("not_noticed", []))
        print(f"{module}: {found[module]['noticed']} of {found[module]['tried']} noticed", flush=True)
        text = json.dumps({name: found[name] for name in TESTS if name in found}, indent=1, ensure_ascii=False)
        RECORD.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
