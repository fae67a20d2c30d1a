"""The committed notebooks as a reader finds them, and how they are run: strict
parameters, whole outputs or none.
"""

import ast
import hashlib
import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient

from analysis.core.errors import InputError
from analysis.model.model import Model
from analysis.publish import notebooks
from analysis.publish.kernels import prepared
from analysis.publish.notebooks import (
    TIMEOUT,
    Notebook,
    RunError,
    all_notebooks,
    find,
    job,
    shown_in,
)
from analysis.render.figures import FIGURES
from tests.conftest import ROOT
from tests.small import notebook
from tests.tables import cases

BOOKS = {notebook.name: notebook for notebook in all_notebooks(ROOT / "notebooks")}
committed = pytest.mark.parametrize("name", BOOKS)
#: The other one is about what moves the estimates, and takes no quantities.
studied = pytest.mark.parametrize(
    "name", [name for name in BOOKS if name != "08_sensitivity"]
)


def run(book: Notebook, target: Path, **how: Any) -> None:
    for error in notebooks.run({target: (book, {})}, **how).values():
        raise error


def code(name: str) -> list[Any]:
    return [cell for cell in BOOKS[name].content.cells if cell.cell_type == "code"]


@committed
def test_it_was_run_once_from_top_to_bottom_and_defines_nothing(name: str) -> None:
    cells = code(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.output_type for output in cell.outputs}
        assert "error" not in kinds
        assert not any(output.get("name") == "stderr" for output in cell.outputs)
        assert kinds or "parameters" in cell.metadata.get("tags", []), cell.source
        defined = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not defined & {
            ast.FunctionDef,
            ast.AsyncFunctionDef,
            ast.ClassDef,
            ast.Lambda,
        }
    metadata = BOOKS[name].content.metadata
    assert set(metadata) == {"analysis", "kernelspec", "language_info"}
    assert dict(metadata["language_info"]) == {"name": "python"}


@committed
def test_it_is_short_and_draws_the_figures_that_it_declares(name: str) -> None:
    assert len(code(name)) <= 12
    calls = [
        node
        for cell in code(name)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
    ]
    assert max(len(call.args) for call in calls) <= 5
    drawn = [
        call.args[0].value
        for call in calls
        if getattr(call.func, "attr", "") in ("figure", "render_figure")
    ]
    assert tuple(drawn) == BOOKS[name].figures


@studied
def test_its_parameters_are_those_of_the_article_with_their_choices(
    name: str, model: Model
) -> None:
    cell = next(
        cell for cell in code(name) if "parameters" in cell.metadata.get("tags", [])
    )
    assert BOOKS[name].parameters
    for parameter, default in BOOKS[name].parameters.items():
        (rest,) = re.findall(
            rf"^{parameter}: (?:float|str) = [^#]*#([^\n]*)", cell.source, re.M
        )
        assumption = model.register.assumptions.get(parameter)
        if isinstance(default, str):
            assert default == model.default(parameter)
            named = set(re.findall(r"\w+", rest)) & set(model.readings(parameter))
            assert default in named
            assert len(named) > 1 or "or a share" in rest
        elif assumption:
            assert default == assumption.value
            assert f"{assumption.minimum:,.10g} to {assumption.maximum:,.10g}" in rest
        else:
            assert default == model.estimate(parameter).value
            assert "printed" in rest


def test_each_check_belongs_to_one_notebook_and_each_figure_is_drawn(
    model: Model,
) -> None:
    assert sorted(check for book in BOOKS.values() for check in book.checks) == sorted(
        model.register.checks
    )
    found = shown_in(BOOKS.values())
    assert set(found) == set(model.register.checks)
    assert all(check in BOOKS[name].checks for check, name in found.items())
    assert {figure for book in BOOKS.values() for figure in book.figures} == set(
        FIGURES
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Notebook]:
    """Writes a notebook into a folder of its own, and reads it."""
    path = tmp_path / "books" / "made.ipynb"
    return lambda *sources, tagged=1: Notebook.read(
        notebook(path, *sources, tagged=tagged)
    )


@pytest.mark.parametrize(
    ("sources", "tagged"),
    [
        (["a = 1", "print(a)"], 0),
        (["a = 1", "b = 2"], 2),
        (["a = 1\nb = open('x')"], 1),
        (["a: float"], 1),
        (["import os\na = 1"], 1),
        (["a, b = 1, 2"], 1),
        (["a = "], 1),
    ],
)
def test_parameters_are_names_with_plain_values(
    write: Callable[..., Notebook], sources: list[str], tagged: int
) -> None:
    assert write("a: float = 1.0\nb = 'c'  # words\n").parameters == {
        "a": 1.0,
        "b": "c",
    }
    said = r"made\.ipynb must have one cell tagged parameters, with lines such as"
    with pytest.raises(InputError, match=said):
        _ = write(*sources, tagged=tagged).parameters


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_text("not JSON", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.ipynb can't be read as a notebook"):
        Notebook.read(path)


def test_a_notebook_is_found_by_its_name_its_start_or_its_path() -> None:
    book = BOOKS["04_at_risk_2021"]
    assert find("04") == find("04_at_risk_2021.ipynb") == find(str(book.path)) == book


def test_parameters_are_read_in_base_units_or_with_a_unit(model: Model) -> None:
    given = [
        "former_detainees=0.4 million person",
        "overlap = 25 percent",
        "at_risk_2019=southern",
    ]
    made = job(BOOKS["04_at_risk_2021"], given, model)
    assert made.parameters == {
        "former_detainees": 400_000.0,
        "overlap": 0.25,
        "at_risk_2019": "southern",
    }
    assert made.words.startswith("differs from the article in: at_risk_2019")
    made = job(BOOKS["04_at_risk_2021"], [], model)
    assert (made.parameters, made.words) == ({}, "as in the article")


def test_a_scenario_is_what_its_values_and_readings_are(model: Model) -> None:
    made = job(BOOKS["04_at_risk_2021"], ["overlap=0.25"], model, "several_is_three")
    assert made.parameters == {"former_detainees": "floor", "overlap": 0.25}
    # The notebook that has a parameter for it takes it whole.
    assert job(BOOKS["08_sensitivity"], [], model, "southern").parameters == {
        "scenario": "southern"
    }
    # What is drawn is at its median.
    drawn = job(BOOKS["04_at_risk_2021"], [], model, "illustrative")
    assert drawn.parameters["former_detainees"] == 600_000


#: A notebook with a parameter, and a part of the sentence. Only the southern and
#: composition readings use the share, and the estimate is read as printed; the others
#: are texts and whole numbers that are no settings.
REFUSED = """
04 minority_share_south=0.9
    minority_share_south is unused
08 sceanrio=southern
    'sceanrio' is no parameter of 08_sensitivity; did you mean 'scenario'
08 quantity=at_risk_2012
    'at_risk_2012' is not a quantity; did you mean 'at_risk_2021'
08 scenario=southen
    'southen' names no scenario or file; did you mean 'southern'
08 draws_scenario=ilustrative
    'ilustrative' names no scenario or file; did you mean 'illustrative'
08 draws=1000
    1,000 draws are no power of two, as Sobol points need; take 512 or 1,024
08 draws=4e3
    draws: '4e3' is not a whole number
"""


@pytest.mark.parametrize(("asked", "words"), cases(REFUSED))
def test_parameters_are_refused_in_one_sentence(
    model: Model, asked: str, words: str
) -> None:
    name, given = asked.split()
    with pytest.raises(InputError) as refused:
        job(find(name), [given], model)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        "overlap=__import__('pathlib').Path('hit').touch()",
        "overlap; __import__('os').mkdir('hit')=1",
        "at_risk_2019='; __import__('os').mkdir('hit') #",
    ],
)
def test_code_in_a_name_or_a_value_is_never_run(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        job(BOOKS["04_at_risk_2021"], [given], model)
    assert list(tmp_path.iterdir()) == []


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def kernels() -> list[psutil.Process]:
    """The kernels of this process that are still there; on Linux a process between
    has forked them.
    """
    found = psutil.Process().children(recursive=True)
    return [
        one
        for one in found
        if one.ppid() != os.getpid() or "ipykernel_launcher" in " ".join(one.cmdline())
    ]


def outputs(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(
        output.get("text", "") for cell in cells for output in cell.get("outputs", [])
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (
            "raise ValueError('so\\n\\nand so')",
            r"^made, cell 1: ValueError: so and so$",
        ),
        (
            "import os; os.kill(os.getpid(), 9)",
            r"^made, cell 1: the kernel died, as when .* is killed$",
        ),
        (
            "while True: pass",
            r"^made, cell 1: it took more than the 3 seconds that a cell may take$",
        ),
    ],
)
def test_a_notebook_that_does_not_end_leaves_the_former_one_and_is_kept_beside_it(
    write: Callable[..., Notebook],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    cell: str,
    words: str,
) -> None:
    target = tmp_path / "out" / "made.ipynb"
    run(write("a = 1", "print('good')"), target)
    before = target.read_bytes()
    with pytest.raises(RunError, match=words) as failed:
        run(
            write("a = 1", cell, "print('after')"),
            target,
            timeout=3 if "while" in cell else TIMEOUT,
        )
    assert "\n" not in str(failed.value)
    assert target.read_bytes() == before
    assert names(target.parent) == {"made.ipynb", "made.failed.ipynb"}
    kept = target.with_name("made.failed.ipynb")
    assert cell in [
        kept_cell.source for kept_cell in nbformat.read(kept, as_version=4).cells
    ]
    assert "after" not in outputs(kept)
    assert kernels() == []
    assert capfd.readouterr().err == ""
    run(write("a = 1", "print('good again')"), target)
    assert names(target.parent) == {"made.ipynb"}


def test_what_a_user_has_set_up_for_other_work_does_not_reach_a_notebook(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for name, text in (
        (".ipython/profile_default/startup/mine.py", "changed = 1"),
        (".config/matplotlib/matplotlibrc", "lines.linewidth: 77"),
    ):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text, encoding="utf-8")
    theirs = ("IPYTHONDIR", "MATPLOTLIBRC", "MPLCONFIGDIR", "XDG_CONFIG_HOME")
    there = {name: one for name, one in os.environ.items() if name not in theirs} | {
        "HOME": str(home)
    }
    shows = (
        "import matplotlib as mpl\n"
        "print('changed' in globals(), mpl.rcParams['lines.linewidth'])"
    )
    book = write("a = 1", shows)
    command = [
        sys.executable,
        "-m",
        "analysis",
        "run",
        str(book.path),
        "--out",
        str(tmp_path / "out"),
    ]
    subprocess.run(command, env=there, check=True, capture_output=True)
    assert outputs(tmp_path / "out" / "made.ipynb") == "False 1.5\n"


def test_a_kernel_is_as_fresh_as_an_ordinary_one(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows = (
        "import os, random, numpy\nfrom pathlib import Path\n"
        "print(os.environ.get('MINE'), Path.cwd())\n"
        "print(random.random(), numpy.random.random())"
    )
    book, found = write("a = 1", shows), list[str]()
    for number in range(2):
        (there := tmp_path / f"from{number}").mkdir()
        monkeypatch.chdir(there)
        monkeypatch.setenv("MINE", f"set{number}")
        run(book, tmp_path / f"out{number}" / "made.ipynb")
        mine, folder, *drawn = outputs(tmp_path / f"out{number}" / "made.ipynb").split()
        assert (mine, folder) == (f"set{number}", str(there))
        found += drawn
    assert len({*found}) == 4


def test_one_that_fails_does_not_stop_the_others(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    bad = write("a = 1", "1 / 0")
    other = bad.path.with_name("other.ipynb")
    other.write_bytes(bad.path.read_bytes().replace(b"1 / 0", b"print(1)"))
    folder = tmp_path / "out"
    folder.mkdir()
    failed = notebooks.run(
        {folder / book.path.name: (book, {}) for book in (bad, Notebook.read(other))}
    )
    assert {target.name: str(error) for target, error in failed.items()} == {
        "made.ipynb": "made, cell 1: ZeroDivisionError: division by zero"
    }
    assert names(folder) == {"other.ipynb", "made.failed.ipynb"}


@pytest.mark.parametrize("times", [1, 3])
def test_a_kernel_that_ends_before_it_answers_is_started_anew(
    write: Callable[..., Notebook],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
) -> None:
    left, ready = [*range(times)], AsyncKernelClient.wait_for_ready

    async def as_when_its_port_is_taken(
        client: AsyncKernelClient, timeout: float | None = None
    ) -> None:
        if left:
            left.pop()
            raise RuntimeError("Kernel died before replying to kernel_info")
        await ready(client, timeout)

    monkeypatch.setattr(AsyncKernelClient, "wait_for_ready", as_when_its_port_is_taken)
    target = tmp_path / "out" / "made.ipynb"
    failed = notebooks.run({target: (write("a = 1", "print('good')"), {})})
    assert [str(error) for error in failed.values()] == [
        "made did not start: RuntimeError: Kernel died before replying to kernel_info"
    ] * (times == 3)
    assert kernels() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_kernel_outlives_a_run_that_is_killed(
    write: Callable[..., Notebook], tmp_path: Path, number: int
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    tell = (
        "import os, pathlib, signal\n"
        f"pathlib.Path({str(pipe)!r}).write_text(str(os.getpid()))\n"
        "while True: pass"
    )
    books = str(write("a = 1", tell).path.parent)
    command = [
        sys.executable,
        "-m",
        "analysis",
        "reproduce",
        "--no-report",
        "--notebooks",
        books,
    ]
    (tmp_path / "tmp").mkdir()
    there = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    heard: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        "text": True,
    }
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out")], cwd=ROOT, env=there, **heard
    )
    try:
        assert select.select([told], [], [], 60)[0]
        kernel = psutil.Process(int(os.read(told, 20)))
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
        kernel.wait(60)
    finally:
        process.kill()
        process.wait()
    assert not (tmp_path / "out").exists()
    if number != signal.SIGKILL:
        assert list((tmp_path / "tmp").iterdir()) == []
        assert said == "interrupted\n"
        # Python ends itself by the signal where it interrupts a text that is
        # executed; a shell reads 130 in both.
        assert process.returncode in (130, -number)


def test_a_notebook_finds_its_neighbours_closes_its_files_and_shows_tables_as_jupyter(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neighbour.py").write_text("x = 1", encoding="utf-8")
    shows = (
        "import atexit, pathlib, pandas, neighbour\n"
        "file = open('left.txt', 'w'); file.write('whole')\n"
        "atexit.register(pathlib.Path('ended.txt').touch)\n"
        "print(pandas.get_option('display.max_columns'))"
    )
    run(write("a = 1", shows), tmp_path / "out" / "made.ipynb")
    assert outputs(tmp_path / "out" / "made.ipynb") == "20\n"
    assert (tmp_path / "left.txt").read_text(encoding="utf-8") == "whole"
    assert (tmp_path / "ended.txt").exists()


def test_a_parameter_is_of_the_kind_of_its_default(
    write: Callable[..., Notebook], model: Model
) -> None:
    book = write(
        "alpha: float = 0.5\nflag: bool = False\nnames = ['a']",
        "print(alpha, flag, names)",
    )
    found = job(book, ["alpha=1", "flag=True", "names=['b', 'c']"], model).parameters
    assert found == {"alpha": 1, "flag": True, "names": ["b", "c"]}
    for given, words in (
        ("alpha=so", "alpha: 'so' is no value such as 0.5"),
        ("names=5", "'5' is no value such as"),
    ):
        with pytest.raises(InputError, match=re.escape(words)):
            job(book, [given], model)


@pytest.mark.skipif(sys.platform != "linux", reason="forks kernels on Linux alone")
def test_a_kernel_that_nobody_waits_for_is_ended(tmp_path: Path) -> None:
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": tmp_path}
    server = subprocess.Popen(
        [sys.executable, "-c", "from analysis.publish.kernels import serve; serve()"],
        **pipes,
    )
    server.stdout.close()
    arguments = ["-f", str(tmp_path / "connection.json"), "--IPKernelApp.log_level=50"]
    server.communicate(
        json.dumps([arguments, dict(os.environ)]).encode() + b"\n", timeout=60
    )
    assert server.returncode == 0
    left = [one for one in psutil.process_iter() if there(one) == str(tmp_path)]
    assert psutil.wait_procs(left, timeout=5)[1] == []


def there(process: psutil.Process) -> str:
    try:
        return process.cwd()
    except psutil.Error:
        return ""


@pytest.mark.parametrize("by", ["edit beside a crate", "JupyterLab", "somebody"])
def test_a_notebook_that_no_run_has_left_so_is_refused_and_survives(
    write: Callable[..., Notebook], tmp_path: Path, by: str
) -> None:
    book, target = write("a = 1", "print(a)"), tmp_path / "out" / "made.ipynb"
    run(book, target)
    known = {
        "@id": target.name,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }
    crate = target.with_name("made-ro-crate-metadata.json")
    crate.write_text(json.dumps({"@graph": [known]}), encoding="utf-8")
    run(book, target)
    assert not crate.exists()
    run(book, target)
    text = (
        target.read_text(encoding="utf-8").replace("print(a)", "print(a)  # why?")
        if by != "somebody"
        else "mine"
    )
    if by == "JupyterLab":
        text = text.replace(
            '"name": "python"', '"name": "python",\n   "version": "3.11.7"'
        )
    elif by != "somebody":
        crate.write_text(json.dumps({"@graph": [known]}), encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    said = r"made\.ipynb is not as a run leaves it and would be lost; move it"
    with pytest.raises(InputError, match=said):
        run(book, target)
    assert target.read_text(encoding="utf-8") == text


def test_too_few_open_files_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda kind: (30, 100))
    monkeypatch.setattr("resource.setrlimit", lambda kind, limits: None)
    said = (
        r"^a run needs 256 open files, and here a process may have 100; `ulimit -n 25"
    )
    with pytest.raises(InputError, match=said), prepared():
        pass
