"""Each command loads only the modules that it uses, as a process of its own shows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import analysis.__main__

ROOT = Path(__file__).resolve().parent.parent

FIGURES_AND_NOTEBOOKS = {
    "matplotlib",
    "papermill",
    "nbformat",
    "nbclient",
    "rocrate",
    "sphinx",
}
LARGE_RUNS = {"distributed", "joblib"}
NUMBERS = {"numpy", "pandas", "scipy", "pint", "frictionless", "jsonschema", "yaml"}

RUN = """
import contextlib, io, json, sys
from analysis.cli import app
with contextlib.redirect_stdout(io.StringIO()) as out:
    try:
        app(sys.argv[1:], prog_name="analysis")
    except SystemExit as end:
        status = end.code
# A name that is set to None is one that is kept from being loaded.
names = [name for name, module in sys.modules.items() if module is not None]
print(json.dumps([status, out.getvalue(), names]))
"""


def loaded(*arguments: str) -> tuple[str, set[str]]:
    """What a command prints, and the modules that it has loaded at its end; those of
    other packages by the package's name.
    """
    environment = {
        name: value for name, value in os.environ.items() if name != "ANALYSIS_DATA"
    }
    command = [sys.executable, "-c", RUN, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    status, out, modules = json.loads(done.stdout)
    assert (status, done.stderr) == (0, "")
    ours = {name for name in modules if name.startswith("analysis.")}
    return out, ours | {name.split(".")[0] for name in modules}


@pytest.mark.parametrize("command", [(), ("reproduce",)])
def test_help_loads_none_of_the_libraries(command: tuple[str, ...]) -> None:
    out, modules = loaded(*command, "--help")
    assert "Usage" in out
    assert modules & (FIGURES_AND_NOTEBOOKS | LARGE_RUNS | NUMBERS) == set()
    assert {name for name in modules if name.startswith("analysis.")} == {
        "analysis.cli",
        "analysis.whatif",  # holds the number of draws alone
    }


@pytest.mark.parametrize(
    ("command", "prints"),
    [
        ("verify", "Of the six headlines"),
        ("verify --json", '"notebook": "04_at_risk_2021"'),
        ("explain at_risk_2021_sum", "verdict: matches"),
    ],
)
def test_a_verdict_loads_neither_frames_figures_nor_notebooks(
    command: str, prints: str
) -> None:
    out, modules = loaded(*command.split())
    assert prints in out
    assert modules & (FIGURES_AND_NOTEBOOKS | LARGE_RUNS | {"pandas"}) == set()
    assert "analysis.render.figures" not in modules


def test_what_a_command_has_loaded_is_seen() -> None:
    # So that the tests above can't pass for want of looking.
    out, modules = loaded("scenarios", "article")
    assert "article" in out
    assert {"numpy", "rich", "analysis.render.whatif_tables"} <= modules
    assert modules & {"papermill", "rocrate", "matplotlib", "distributed"} == set()


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_an_interrupt_while_modules_load_ends_quietly(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_wrapped: bool,
) -> None:
    def interrupted() -> None:
        if not is_wrapped:
            raise KeyboardInterrupt
        # As Python 3.11 does while a class is made.
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr("analysis.cli.main", interrupted)
    with pytest.raises(SystemExit) as ended:
        analysis.__main__.main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "interrupted\n")
