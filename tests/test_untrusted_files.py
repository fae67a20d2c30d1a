"""Files that nobody vouches for: refused in one sentence, at once, and nothing in them is run or fetched."""

import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import yaml

from analysis import register
from analysis.model import Model
from analysis.register import Register, RegisterError, read_yaml, schema_problem
from analysis.scenarios import read as read_scenario
from analysis.sweeps import read as read_sweep
from tests.spoiling import described, resource, settings

ROOT = Path(__file__).resolve().parent.parent


def refusal(folder: Path) -> str:
    with pytest.raises(RegisterError) as refused:
        Model(Register.read(folder))
    message = str(refused.value)
    assert len(message.splitlines()) == 1
    return message


# YAML -----------------------------------------------------------------------------------------------------------------

#: Nine levels of ten: read by a loader that follows aliases, a thousand million words.
LAUGHS = "a0: &a0 [lol]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(9))
HOSTILE_YAML = {
    "a billion laughs": (LAUGHS, "anchors and aliases (& and *) are not read", 1),
    "an alias of nothing": ("a: *b\n", "anchors and aliases", 1),
    "an anchor alone": ("- 1\n- &b 2\n", "anchors and aliases", 2),
    "a list that holds itself": ("&a [*a]\n", "anchors and aliases", 1),
    "a key merged in": ("a: {b: 1}\nc:\n  <<: {b: 1}\n  <<: {b: 2}\n", "the key '<<' is given twice", 3),
    "a key given twice deep down": ("a:\n  - b: 1\n    b: 2\n", "the key 'b' is given twice", 2),
    "lists in lists": ("[" * 30 + "]" * 30, "more than 20 levels lie in each other", 1),
    "lists in lists without end": ("[" * 100_000, "more than 20 levels", 1),
    "mappings in mappings": ("".join(f"{'  ' * n}a:\n" for n in range(400)), "more than 20 levels", 21),
    "code": ("!!python/object/apply:os.system ['true']\n", "tags (!) are not read", 1),
    "bytes": ("!!binary aGVsbG8=\n", "tags (!) are not read", 1),
    "a tag that does not fit": ("!!bool maybe\n", "tags (!) are not read", 1),
    "two documents": ("a: 1\n---\nb: 2\n", "found another document", 2),
    "a number of many digits": ("a: " + "9" * 5000 + "\n", "not YAML", None),
    "an escape for the terminal": ('a: "\\e[31mred"\n', "the control character U+001B", None),
    "a key with an escape": ('"\\x9b31m": 1\n', "the control character U+009B", None),
    "letters in another order": ("a: x\u202ey\n", "the control character U+202E", 1),
}


@pytest.fixture(params=["libyaml", "without"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The register as it is where PyYAML was built with libyaml, and where it was not."""
    if request.param == "libyaml":
        return register
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    spec = spec_from_file_location("register_without_libyaml", register.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("content", "words", "line"), HOSTILE_YAML.values(), ids=HOSTILE_YAML.keys())
def test_yaml_that_grows_runs_or_hides_is_refused(
    reader: ModuleType, tmp_path: Path, content: str, words: str, line: int | None
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(reader.RegisterError) as refused:
        reader.read_yaml(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    assert words in message
    assert len(message) < 1000
    assert line is None or f"(line {line})" in message


@pytest.mark.parametrize("name", ["findings", "refusals", "assumptions"])
def test_yaml_is_read_as_pyyaml_reads_it(reader: ModuleType, name: str) -> None:
    path = ROOT / "data" / f"{name}.yaml"
    expected = yaml.load(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    assert reader.read_yaml(path) == expected


@pytest.mark.parametrize("read", [read_scenario, read_sweep])
def test_whatever_reads_yaml_refuses_aliases(model: Model, tmp_path: Path, read) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(LAUGHS, encoding="utf-8")
    with pytest.raises(RegisterError, match="anchors and aliases"):
        read(path, model)


@pytest.mark.parametrize("file", ["assumptions.yaml", "findings.yaml", "refusals.yaml"])
def test_yaml_of_a_data_package_refuses_aliases(package: Path, file: str) -> None:
    (package / file).write_text(LAUGHS, encoding="utf-8")
    assert f"{file}: not YAML: anchors and aliases" in refusal(package)


def test_yaml_says_the_same_as_another_reader_where_it_is_plain() -> None:
    for path in [*(ROOT / "data").glob("*.yaml"), *(ROOT / "data" / "scenarios").glob("*.yaml")]:
        assert read_yaml(path) == yaml.safe_load(path.read_text(encoding="utf-8"))


def test_what_looks_like_a_date_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 2021-02-30\nb: [2021-02-03, 7, yes, 0.5, ~]\n", encoding="utf-8")
    assert read_yaml(path) == {"a": "2021-02-30", "b": ["2021-02-03", 7, True, 0.5, None]}


# Sizes ----------------------------------------------------------------------------------------------------------------


def test_a_large_yaml_file_is_refused_before_it_is_parsed(package: Path) -> None:
    with (package / "assumptions.yaml").open("ab") as file:
        file.write(b"# a remark\n" * 100_000)
    assert "assumptions.yaml: the file has more than the 1 megabytes that are read" in refusal(package)


@pytest.mark.parametrize("file", ["claims.csv", "datapackage.json", "external.csv"])
def test_a_large_table_or_description_is_refused(package: Path, file: str) -> None:
    with (package / file).open("ab") as opened:
        opened.truncate(2**40)  # a terabyte with nothing in it, which no machine could read
    assert f"{file}: the file has more than the 10 megabytes that are read" in refusal(package)


@pytest.mark.parametrize("file", ["claims.csv", "assumptions.yaml", "datapackage.json"])
def test_what_is_no_ordinary_file_is_not_waited_for(package: Path, file: str) -> None:
    (package / file).unlink()
    os.mkfifo(package / file)
    assert f"{file}: the file can't be read (it is no ordinary file)" in refusal(package)


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\ufffe"])
@pytest.mark.parametrize("file", ["claims.csv", "relations.csv", "findings.yaml"])
def test_a_control_character_is_named_with_its_line(package: Path, file: str, sign: str) -> None:
    lines = (package / file).read_text(encoding="utf-8").split("\n")
    lines[4] += sign
    (package / file).write_text("\n".join(lines), encoding="utf-8")
    message = refusal(package)
    assert message.partition(": ")[0].endswith(file)
    assert f"U+{ord(sign):04X}" in message
    assert "(line 5)" in message
    assert message.isprintable()


@pytest.mark.parametrize("sign", ["\x1b", "\ud800", "\u202e"])
def test_a_control_character_spelled_as_an_escape_is_refused(package: Path, sign: str) -> None:
    described(lambda p: p.update(title=f"a{sign}b"))(package)
    assert f"datapackage.json: it holds the control character U+{ord(sign):04X}" in refusal(package)


def test_a_description_that_lies_too_deep_is_refused(package: Path) -> None:
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    described(lambda p: p.update(notes=deep))(package)
    assert "datapackage.json: more than 20 levels lie in each other" in refusal(package)


# Paths ----------------------------------------------------------------------------------------------------------------

OUTSIDE = {
    "above": ("../claims.csv", "leaves the data package"),
    "above from within": ("scenarios/../../other.csv", "leaves the data package"),
    "absolute": ("/etc/passwd", "leaves the data package"),
    "an address": ("https:" + "//example.org/claims.csv", "leaves the data package"),
    "another scheme": ("file:///etc/passwd", "leaves the data package"),
    "of another system": ("..\\claims.csv", "leaves the data package"),
    "several": (["claims.csv", "../more.csv"], "not the name of one file"),
    "a number": (3, "not the name of one file"),
}


@pytest.mark.parametrize(("path", "words"), OUTSIDE.values(), ids=OUTSIDE.keys())
@pytest.mark.parametrize("name", ["claims", "assumptions", "scenario-article", "expected"])
def test_a_resource_stays_in_the_data_package(package: Path, name: str, path: object, words: str) -> None:
    described(lambda p: resource(p, name).update(path=path))(package)
    message = refusal(package)
    assert f"datapackage.json, field resources: resource '{name}': " in message
    assert words in message


@pytest.mark.parametrize(
    ("file", "name"),
    [("claims.csv", "claims"), ("assumptions.yaml", "assumptions"), ("scenarios/article.yaml", "scenario-article")],
)
def test_a_link_out_of_the_data_package_is_refused(package: Path, tmp_path: Path, file: str, name: str) -> None:
    outside = tmp_path / "elsewhere"
    outside.write_bytes((package / file).read_bytes())
    (package / file).unlink()
    (package / file).symlink_to(outside)
    message = refusal(package)
    assert f"resource '{name}'" in message
    assert "is a link out of the data package" in message


def test_a_folder_that_is_a_link_out_of_the_data_package_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "scenarios").rename(tmp_path / "scenarios")
    (package / "scenarios").symlink_to(tmp_path / "scenarios")
    assert "is a link out of the data package" in refusal(package)


def test_a_description_that_is_a_link_out_of_the_data_package_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "datapackage.json").rename(tmp_path / "other.json")
    (package / "datapackage.json").symlink_to(tmp_path / "other.json")
    said = "the path 'datapackage.json' is a link out of the data package"
    assert refusal(package) == f"{register.shown(package)}/datapackage.json: {said}"


def test_a_link_to_itself_is_refused(package: Path) -> None:
    (package / "claims.csv").unlink()
    (package / "claims.csv").symlink_to("claims.csv")
    refusal(package)


def test_a_link_within_the_data_package_and_to_the_whole_of_it_is_followed(package: Path, tmp_path: Path) -> None:
    (package / "claims.csv").rename(package / "scenarios" / "the_claims.csv")
    (package / "claims.csv").symlink_to("scenarios/the_claims.csv")
    (tmp_path / "linked").symlink_to(package, target_is_directory=True)
    assert list(Register.read(tmp_path / "linked").claims) == list(Register.read(ROOT / "data").claims)


@pytest.mark.parametrize("key", ["data", "dialect", "scheme", "compression", "innerpath", "extrapaths", "control"])
def test_a_resource_is_read_as_the_plain_file_it_names(package: Path, key: str) -> None:
    described(lambda p: resource(p, "claims").update({key: "https:" + "//example.org/x.json"}))(package)
    assert f"resource 'claims': its {key} is not followed here" in refusal(package)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for an address fails the test."""

    def asked(*args: object, **kwargs: object) -> None:
        pytest.fail(f"something was fetched: {args}")

    monkeypatch.setattr("socket.socket.connect", asked)
    monkeypatch.setattr("socket.getaddrinfo", asked)
    monkeypatch.setattr("urllib.request.urlopen", asked)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("key", ["profile", "$schema"])
def test_no_profile_is_fetched(package: Path, key: str) -> None:
    address = "https:" + "//example.org/profile.json"
    described(lambda p: (p.update({key: address}), [entry.update({key: address}) for entry in p["resources"]]))(package)
    assert Register.read(package).claims


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("address", ["https:" + "//example.org/schema.json", "file:///etc/passwd"])
def test_no_schema_is_fetched(package: Path, address: str) -> None:
    described(lambda p: resource(p, "assumptions").update(jsonSchema={"$ref": address}))(package)
    message = refusal(package)
    assert "datapackage.json, field jsonSchema" in message
    assert address in message


def test_a_schema_may_refer_to_a_part_of_itself() -> None:
    schema = {"$defs": {"short": {"maxLength": 2}}, "items": {"$ref": "#/$defs/short"}}
    assert schema_problem(schema, ["ab"]) is None
    assert schema_problem(schema, ["ab", "abc"]) == ([1], "'abc' has more than 2 characters")


# Code -----------------------------------------------------------------------------------------------------------------

LEAVES_A_TRACE = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n"


def traces(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.ran"))


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("formulas_of_mine.py", "formulas_of_mine"),
        ("formulas_of_mine/__init__.py", "formulas_of_mine"),
        ("formulas_of_mine/__init__.py", "formulas_of_mine.inner"),
        ("without_init/formulas_of_mine.py", "without_init.formulas_of_mine"),
        ("without_init/formulas_of_mine.py", "without_init"),
    ],
)
def test_no_code_in_a_data_package_is_run_before_it_is_refused(
    package: Path, monkeypatch: pytest.MonkeyPatch, file: str, module: str
) -> None:
    (package / file).parent.mkdir(exist_ok=True)
    (package / file).write_text(LEAVES_A_TRACE, encoding="utf-8")
    settings(formulas=module)(package)
    monkeypatch.syspath_prepend(str(package))
    assert f"the module '{module}' lies in the data package" in refusal(package)
    assert traces(package) == []


@pytest.mark.parametrize(
    "name",
    ["./formulas", "../formulas", ".formulas", "..formulas", "/tmp/formulas", "formulas.py/", "a..b", "", "a b", "a-b"],
)
def test_what_is_no_name_of_a_module_is_refused(package: Path, name: str) -> None:
    settings(formulas=name)(package)
    assert f"field analysis.formulas: '{name}' is not the name of a module" in refusal(package)


def test_a_module_that_ends_the_program_is_refused(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "formulas_that_end.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    settings(formulas="formulas_that_end")(package)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "formulas_that_end" in refusal(package)


NAMES = ("yaml", "pathlib", "typer", "numpy", "json", "bottleneck", "analysis_formulas", "formulas")


def analysis(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("ANALYSIS_DATA", "PYTHONSAFEPATH")}
    return subprocess.run(
        [sys.executable, "-m", "analysis", *arguments],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("below", ["", "scenarios"])
def test_a_command_in_a_data_package_runs_none_of_its_code(package: Path, below: str) -> None:
    for name in NAMES:
        for folder in (package, package / "scenarios"):
            (folder / f"{name}.py").write_text(LEAVES_A_TRACE, encoding="utf-8")
    done = analysis("list", "statements", "--data", str(package), cwd=package / below)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("statement  ")
    settings(formulas="formulas")(package)
    done = analysis("list", "statements", "--data", str(package), cwd=package / below)
    assert done.returncode == 2
    assert "can't be imported" in done.stderr
    assert traces(package) == []


def test_a_notebook_run_in_a_data_package_runs_none_of_its_code(package: Path, tmp_path: Path) -> None:
    for name in ("analysis", "pandas", "matplotlib_inline"):
        (package / f"{name}.py").write_text(LEAVES_A_TRACE, encoding="utf-8")
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            nbformat.v4.new_code_cell("overlap = 0.0", metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("import analysis.register"),
        ],
    )
    notebook.metadata["analysis"] = {"relations": ["added_whole"]}
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / "one.ipynb")
    # The console script, whose path does not begin with the working directory.
    program = "import sys; sys.path.remove(''); from analysis.cli import main; main()"
    places = ["--data", str(package), "--notebooks", str(tmp_path / "notebooks"), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", program, "run", "one", *places],
        cwd=package,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert traces(package) == []
    assert (done.returncode, done.stderr) == (0, "")


def test_a_module_beside_a_data_package_is_found_from_the_working_directory(package: Path) -> None:
    (package.parent / "my_formulas.py").write_text("from analysis.formulas import *\n", encoding="utf-8")
    settings(formulas="my_formulas")(package)
    done = analysis("list", "statements", "--data", "data", cwd=package.parent)
    assert "can't be imported" not in done.stderr
