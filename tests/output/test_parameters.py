"""Parameters reach a notebook as values, whatever is written in them, and never as code."""

import ast
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator

from analysis.core.model import Model
from analysis.core.register import InputError
from analysis.output.notebooks import Notebook, read_parameters
from analysis.whatif.scenarios import find

ROOT = Path(__file__).resolve().parents[2]

HOSTILE = {
    "both quotes": 'it\'s "quoted"',
    "three quotes": '"""; raise SystemExit(3); """',
    "a quote that ends the text": '"; import os; os._exit(3)  #',
    "an apostrophe that ends the text": "'; import os; os._exit(3)  #",
    "a backslash at the end": "ends with \\",
    "a backslash before a quote": '\\"; raise SystemExit(3)  # \\\\"',
    "lines": "one\nimport os\nos._exit(3)",
    "a carriage return": "one\rimport os",
    "braces": "{__import__('os')._exit(3)} {{x}} %s ${HOME} `id`",
    "escapes": "\\n \\x41 \\u0041 \\N{BULLET} \\101",
    "magics": "%%bash\nexit 3",
    "a shell": "!exit 3",
    "an equals sign": "a = b == c",
    "other letters": "é 中文 Ω 🜨 \u00a0\u3000x",
    "nothing": "",
    "code for a comment": "# parameters\nx = 1",
}
#: What no text may hold, at its start, within it and at its end.
FORBIDDEN = ["\u2028", "\u2029", "\x00", "\x1b[31m", "\x85", "\x0b", "\udcff", "\u202e"]


def book(folder: Path, *sources: str) -> Notebook:
    """A notebook whose first cell has a text and a quantity as parameters."""
    made = nbformat.v4.new_notebook()
    made.metadata["analysis"] = {"checks": ["total_at_values"]}
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made.cells = [nbformat.v4.new_code_cell(source) for source in ("note = 'so'\noverlap = 0.0", *sources)]
    made.cells[0].metadata["tags"] = ["parameters"]
    path = folder / "made.ipynb"
    nbformat.write(made, path)
    return Notebook.read(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    return book(tmp_path_factory.mktemp("books"))


def injected(notebook: Notebook, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the cell that papermill writes for these parameters sets: names and plain values, and nothing else."""
    cells = parameterize_notebook(load_notebook_node(str(notebook.path)), parameters).cells
    (cell,) = [cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
    found = {}
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        found[target.id] = ast.literal_eval(statement.value)
    return found


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_text_comes_through_unchanged(made: Notebook, model: Model, value: str) -> None:
    read = read_parameters(made, [f"note={value}", "overlap=0.25"], model)
    assert injected(made, read) == {"note": value.strip(), "overlap": 0.25}


@pytest.mark.parametrize("sign", FORBIDDEN)
@pytest.mark.parametrize("around", [("", "x"), ("x", "y"), ("x", "")], ids=["at the start", "within", "at the end"])
def test_a_text_with_a_control_character_is_refused(
    made: Notebook, model: Model, sign: str, around: tuple[str, str]
) -> None:
    with pytest.raises(InputError, match="holds a control character") as refused:
        read_parameters(made, [f"note={sign.join(around)}"], model)
    assert str(refused.value).isprintable()


@given(st.text(), st.floats(0, 1))
def test_whatever_is_written_comes_through_or_is_refused(
    made: Notebook, model: Model, text: str, number: float
) -> None:
    try:
        read = read_parameters(made, [f"note={text}", f"overlap={number!r}"], model)
    except InputError:
        assert any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp", "Cf", "Cn") for sign in text)
        return
    assert injected(made, read) == {"note": text.strip(), "overlap": number}


@given(st.text(), st.one_of(st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)))
def test_papermill_writes_every_plain_value_as_itself(text: str, number: Any) -> None:
    """What this package relies on papermill for: a text, a number, in lists and mappings, is written as a literal."""
    for value in (text, number, [text, number], {text: number}):
        (statement,) = ast.parse(PythonTranslator.codify({"name": value})).body
        assert isinstance(statement, ast.Assign)
        assert ast.literal_eval(statement.value) == value


@pytest.mark.parametrize(
    "name",
    [
        "note; import os",
        "note\nimport os",
        "__import__('os')",
        "1note",
        "note note",
        "",
        "notes",
        "print",
        "note#",
        "ｎote",
    ],
)
def test_a_name_that_is_not_declared_is_refused(made: Notebook, model: Model, name: str) -> None:
    with pytest.raises(InputError, match="no parameter of made"):
        read_parameters(made, [f"{name}=x"], model)


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_name_of_a_reading_or_a_scenario_is_known_or_refused(model: Model, value: str) -> None:
    """Neither is ever handed on as it is written: it is one of the data package's, or the path of a file."""
    from analysis.output.notebooks import find as notebook

    for name, given_ in (("04", "at_risk_2019__reading"), ("08", "scenario"), ("08", "quantity")):
        with pytest.raises(InputError) as refused:
            read_parameters(notebook(name), [f"{given_}={value}"], model)
        assert len(str(refused.value).splitlines()) == 1


def test_the_path_of_a_scenario_comes_through_whatever_it_is_called(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.output.notebooks import find as notebook

    name = "a \"b\" 'c' \\ {d} $e é.yaml"
    (tmp_path / name).write_text("name: mine\ndescription: d\nreason: r\nvalues: {overlap: 0.5}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    sensitivity = notebook("08")
    read = read_parameters(sensitivity, [f"scenario={name}"], model)
    (path,) = injected(sensitivity, read).values()
    assert path == str(tmp_path / name)
    assert find(path, model).values == {"overlap": 0.5}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("flag = True", "'flag' is no quantity"),
        ("flag = None", "'flag' is no quantity"),
        ("flag = [1]", "'flag' is no quantity"),
        ("flag = {[]: 1}", "the parameter flag is not a plain value"),
        ("flag = " + "(" * 5000 + ")" * 5000, "its parameters cell is not Python"),
        ("flag = " + "9" * 5000, "its parameters cell is not Python"),
        ("flag = '\x00'", "its parameters cell is not Python"),
    ],
    ids=["truth", "none", "list", "a key that can't be one", "brackets", "digits", "null"],
)
def test_a_declared_value_that_is_no_text_and_no_number_is_refused(
    model: Model, tmp_path: Path, source: str, words: str
) -> None:
    notebook = book(tmp_path)
    notebook.content.cells[0].source = source
    with pytest.raises(InputError, match=words):
        read_parameters(notebook, ["flag=1"], model)


def test_a_run_shows_a_hostile_text_as_it_was_written(tmp_path: Path) -> None:
    """One real run, from the command line to the kernel: the notebook prints what it was given as JSON."""
    (tmp_path / "books").mkdir()
    book(tmp_path / "books", "import json", "print(json.dumps(note))")
    value = "\n".join(HOSTILE.values()).strip()
    places = ["--notebooks", str(tmp_path / "books"), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "run", "made", "-p", f"note={value}", *places],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    cells = nbformat.read(tmp_path / "out" / "made.ipynb", as_version=4).cells
    (text,) = [output.text for cell in cells for output in cell.get("outputs", [])]
    assert json.loads(text) == value
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("run with")]
    assert line == f"run with note = {' '.join(value.split())}"
