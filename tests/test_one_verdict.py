"""docs/one-verdict.md names every module whose code runs when one number is explained,
and no other.
"""

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

#: Prints each file of the package in which a line inside a function ran.
RUN = """
import inspect, sys, typer
seen = set()
def follow(frame, event, argument):
    # The body of a module or a class is no function.
    file, flags = frame.f_code.co_filename, frame.f_code.co_flags
    if event == "call" and "/analysis/" in file and flags & inspect.CO_OPTIMIZED:
        seen.add(file)
sys.setprofile(follow)
from analysis.cli import app
try:
    app(["explain", "at_risk_2021"], prog_name="analysis")
except SystemExit:
    pass
sys.setprofile(None)
print("FILES", *sorted(seen))
"""


def test_it_names_the_files_whose_code_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = done.stdout.rpartition("FILES ")[2].split()
    ran = {
        Path(file).relative_to(ROOT).as_posix()
        for file in files
        if "/analysis/" in file
    }
    ran = {
        file
        for file in ran
        if file.startswith("analysis/") and not file.endswith("__init__.py")
    }
    named = set(
        re.findall(
            r"`(analysis/[a-z_/]+\.(?:py|txt))`",
            (ROOT / "docs" / "one-verdict.md").read_text("utf-8"),
        )
    )
    # The other formulas run once, when units are checked.
    assert {file for file in ran if not file.startswith("analysis/formulas/")} == {
        file for file in named if not file.startswith("analysis/formulas/")
    }
    assert {file for file in named if file.startswith("analysis/formulas/")} <= ran
