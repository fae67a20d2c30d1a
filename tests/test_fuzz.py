"""Whatever is written in a file, an argument or a parameter is read, or refused in one sentence: never another error.

``pytest tests/test_fuzz.py --hypothesis-profile=long`` runs over a hundred thousand examples, and writes how many of
each to tests/long/fuzz.json.
"""

import ast
import contextlib
import copy
import json
import math
import shutil
import sys
import tempfile
import textwrap
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
import yaml
from hypothesis import strategies as st
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from analysis.audit import audit
from analysis.findings import unit_of, value
from analysis.model import Model
from analysis.notebooks import Notebook, read_parameters
from analysis.numerals import numbers, plain
from analysis.published import QUALIFIERS, Published, PublishedError
from analysis.register import InputError, Register, RegisterError, _Reader, read_text, read_yaml
from analysis.scenarios import read as read_scenario
from analysis.sensitivity import statement_of
from analysis.sweeps import read as read_sweep
from analysis.terminal import Given
from analysis.units import SCALES
from tests.fuzzing import RECORD, fuzz
from tests.made_up import made_up, rendered

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "tests" / "packages"
TINY = {path.name: path.read_bytes() for path in (PACKAGES / "tiny").iterdir()}
TABLES = ["claims.csv", "relations.csv", "readings.csv", "sections.csv", "sources.csv"]
_SCALES_OF = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}


def one_sentence(error: Exception, *words: str) -> None:
    """What a person is told: one line, not endless, with nothing that a terminal would follow."""
    message = str(error)
    assert message
    assert len(message) <= 402
    assert len(message.splitlines()) == 1
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in message)
    for word in words:
        assert word in message


@contextlib.contextmanager
def refused(*words: str, how: type[Exception] = InputError) -> Iterator[None]:
    """What is read here is read, or refused in one sentence."""
    try:
        yield
    except how as error:
        one_sentence(error, *words)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that is written to often: in memory where the system has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def formulas() -> Iterator[ModuleType]:
    """The formulas of the tiny package."""
    sys.path.insert(0, str(PACKAGES))
    try:
        import tiny_formulas

        yield tiny_formulas
    finally:
        sys.path.remove(str(PACKAGES))


@pytest.fixture(scope="module")
def tiny(formulas: ModuleType) -> Model:
    return Model(Register.read(PACKAGES / "tiny"), [formulas])


#: What the inputs are put together from.
# fmt: off
NUMBERS_IN_TEXT = [
    "0", "-0", "1e400", "-1e400", "1e-400", "nan", "NaN", "sNaN", "nan123", "inf", "-Infinity", "1_000", "0x10",
    "1e5", "9" * 20, "9" * 5000, "0." + "0" * 50 + "1", "٣٤", "１２", "1,000", "1.", ".5", "--1", "1-", "2.5.", "½",
    "²", "1e", "-1", "1.5", "10", "100", "7", "007", "0.62", " 1 ", "1\n", "1 2",
]
CELLS = [
    "", "true", "false", "TRUE", "households", "helpers", "sessions_all", "attendance_range", "exact", "vague",
    "range", "person", "cadre", "percent", "million", "low", "high", "classes", "notes", "survey-2021",
    "helpers=from_sessions", "helpers_in_words", "mixed_share", "set", "floor", "person/transfer",
    "household*household", "1/household", "x" * 3000, "=1+1", "+x", "@x", "a;b", "a=b=c", ";;", "=",
    "villagers_per_household; sessions_per_helper",
]
YAML_TOKENS = [
    "a: ", "b:\n", "- ", "  ", "\n", "{", "}", "[", "]", ", ", ": ", "? ", "| ", ">\n", "&a ", "*a ", "!!int ",
    "!x ", "<<: ", "---\n", "...\n", "%YAML 1.1\n", "#", "'", '"', "\\x41", "1", "0o7", "1:30", "yes", "~",
    "2020-01-01", ".nan", "1e5", "=", "\t", "é", '"\\uD800"', '"\\e"', "x" * 200,
]
PARTS_OF_A_SCENARIO: list[Any] = [
    "overlap", "former_detainees", "0.35 million person", "5 percent", "1.2", "0.5 person/transfer", "pert",
    "uniform", "southern", "from_labourers", "lowest", "highest", "at_risk_2019", "transfers_2019", "mode", "low",
    "high", "%", "0.1 million", "1e9 person", "million person", "nan person", "-1 person", "inf", "1e400 person",
    "3 person person", 0, 1, -1, 0.5, 10**30, {"shape": "uniform", "low": 0.1, "high": 0.4},
    {"shape": "fixed", "value": "0.1"}, {"between": ["overlap", "former_detainees"], "rank": 0.5}, [], {}, None,
    True,
]
PARTS_OF_A_SWEEP: list[Any] = [
    "grid", "latin_hypercube", 10**6, 10**9, 10**18, [0.1, 0.1], ["x"], [1e400], {"low": 1, "high": 0, "steps": 2},
    {"low": "0.1", "high": "50 %", "steps": 10**6}, ["at_risk_2021", "overlap"], "../x.yaml", "/etc/passwd",
    "\x00.yaml",
]
PARTS_OF_AN_AMOUNT = [
    "1", "0.5", "-", "1e3", "1e400", "nan", " ", "million", "billion", "person", "transfer", "%", "percent", "/",
    "*", "**", "2", "²", "labourer", "USD", "(", ")", "dimensionless", "kilo", "°C", "_", "9" * 400, "\x1b",
    "\ud800",
]
PARTS_OF_AN_EXPRESSION = [
    "households_about", "sessions_all", "evening_half", "attendance_range_low", "helpers_in_words_floor", "helpers",
    " + ", " - ", " * ", " / ", "(", ")", "1", "0", "2.5", " ** ", "9" * 300, "1e308", "_", ".", "x",
    "persons_per_labourer",
]
PRINTED_WORDS = [
    "two", "two and a half", "million", "percent", "%", "several", "hundred", "1,200", "2.5", "½", "3rd", "2019",
    "-", " to ", " ", "the", "$", "once", "[1]", "half a", "dozen", "٣", "²", "１２", "1 000", "nineteen", "May",
    "\n", "no.",
]
PDF_TOKENS = [
    b"1 0 R", b"3 0 R", b"9 0 R", b"<<", b">>", b"[", b"]", b"(", b")", b"/", b"/Filter /FlateDecode",
    b"/Encrypt 1 0 R", b"-1", b"1e9", b"0", b"stream", b"endstream", b"endobj", b"Tf", b"Tj", b"cm", b"BT",
    b"/Rotate 45", b"/Count 99", b"/Prev 9", b"null", b"\x00", b"\xff", b"<41", b"%",
]
# fmt: on

#: Signs that mean something to one reader or another, and a few that mean nothing.
SIGNS = st.sampled_from([*"\"'\\,;:=.-+@#&*!|>%{}[]()<~`$ \t\r\n\x00\x1b\x85\xa0\u2028\u202e\ud800\ufeffé中٣²½e0915"])
NUMERIC = st.sampled_from(NUMBERS_IN_TEXT)
TEXT = st.text(max_size=12) | st.text(SIGNS, max_size=12) | NUMERIC
WORDS = st.sampled_from(CELLS)
CELL = TEXT | WORDS


# Printed numbers ------------------------------------------------------------------------------------------------------


@st.composite
def printed_numbers(draw: Any) -> Published:
    """A number as an article may print it: digits with or without decimals, a scale, a percentage, words before it."""
    places = draw(st.integers(0, 4))
    count = draw(st.integers(1, 99_999_999))
    digits = f"{count}" if not places else f"{count // 10**places}.{count % 10**places:0{places}}"
    percent = draw(st.booleans())
    scale = "" if percent else draw(st.sampled_from(sorted(SCALES)))
    place = ""
    if not places and (scale or digits.endswith("0")):
        zeros = len(digits) - len(digits.rstrip("0"))
        place = str(10 ** draw(st.integers(0, zeros)))
    qualifier = draw(st.sampled_from([one for one in QUALIFIERS if one not in ("vague", "range")]))
    unit = "percent" if percent else "person"
    return Published(digits, scale=scale, unit=unit, qualifier=qualifier, rounding_unit=place)


@fuzz(printed_numbers(), short=150, long=20_000)
def test_a_printed_number_stands_for_itself_and_for_all_that_rounds_to_it(number: Published) -> None:
    """Beside it, the same in fractions: the digits, the scale, half a place to each side with the ties."""
    factor = Fraction(_SCALES_OF[number.scale], 100 if number.unit == "percent" else 1)
    exact = Fraction(number.printed) * factor
    decimals = len(number.printed.partition(".")[2])
    place = Fraction(number.rounding_unit or Fraction(1, 10**decimals)) * factor
    assert number.value() == float(exact)
    assert number.place() == float(place)
    stands = number.stands_for()
    assert (stands.low, stands.high) == (float(exact - place / 2), float(exact + place / 2))
    assert stands.holds([float(exact), float(exact - place / 2), float(exact + place / 2)]).all()
    # A tie is forgiven a thousand millionth of the number; what is not much larger than that can't be told from one.
    if place > exact / 10**5:
        beyond = place * Fraction(501, 1000)
        assert not stands.holds([float(exact - beyond), float(exact + beyond)]).any()
    words = number.asserts()
    if number.qualifier in ("exact", "about"):
        assert words == stands
    assert words.holds(float(exact)) == (number.qualifier not in ("over", "approaches"))


@fuzz(printed_numbers(), short=150, long=15_000)
def test_a_printed_number_is_read_again_from_the_words_that_show_it(number: Published) -> None:
    (found,) = [one for one in numbers(f"They counted {number} at noon.") if one.digits]
    assert Decimal(found.digits) == Decimal(number.printed)
    assert (found.scale, found.percent) == (number.scale, number.unit == "percent")
    again = Published(**{**number.__dict__, "printed": found.digits})
    assert again.stands_for() == number.stands_for()
    assert str(again) == str(number)


@fuzz(
    st.fixed_dictionaries(
        {"printed": CELL},
        optional={
            "printed_high": CELL,
            "scale": st.sampled_from([*SCALES, "dozen"]) | TEXT,
            "unit": WORDS | TEXT,
            "qualifier": st.sampled_from([*QUALIFIERS, "nearly"]) | TEXT,
            "target": st.booleans(),
            "rounding_unit": CELL,
            "rounding_unit_other": CELL,
        },
    ),
    short=150,
    long=15_000,
)
def test_whatever_is_printed_is_a_number_or_refused_with_its_field(given: dict[str, Any]) -> None:
    try:
        number = Published(**given)
    except PublishedError as error:
        field = error.field
    else:
        field = ""
    assert field in ("", "printed", "printed_high", "scale", "qualifier", "rounding_unit", "rounding_unit_other")
    if field:
        return
    if number.qualifier != "vague":
        ends = ("low", "high") if number.qualifier == "range" else ("",)
        for end in ends:
            low, high = number.stands_for(end).low, number.stands_for(end).high
            assert -math.inf < low <= number.value(end) <= high < math.inf
            assert number.asserts(end).low <= number.asserts(end).high
    assert str(number)


# Files ----------------------------------------------------------------------------------------------------------------

BYTES = st.binary(max_size=60) | st.text(SIGNS.filter(lambda sign: sign != "\ud800"), max_size=60).map(str.encode)


@fuzz(BYTES | st.text(max_size=40).map(lambda text: text.encode("utf-16")), short=80, long=6_000)
def test_any_bytes_are_a_text_or_refused(folder: Path, data: bytes) -> None:
    path = folder / "any.txt"
    path.write_bytes(data)
    with refused("any.txt: "):
        text = read_text(path)
        assert text.encode("utf-8") == data
        assert not any(unicodedata.category(sign) in ("Cs", "Zl", "Zp") for sign in text)


YAML_PARTS = st.lists(
    st.sampled_from(YAML_TOKENS) | NUMERIC,
    max_size=25,
).map(lambda parts: "".join(parts).encode())


@fuzz(YAML_PARTS | BYTES, short=120, long=12_000)
def test_any_yaml_is_read_as_plain_values_or_refused(folder: Path, data: bytes) -> None:
    path = folder / "any.yaml"
    path.write_bytes(data)
    with refused("any.yaml: "):
        held = [read_yaml(path)]
        while held:
            one = held.pop()
            assert one is None or isinstance(one, str | bool | int | float | list | dict)
            assert not isinstance(one, dict) or all(isinstance(key, str) for key in one)
            held += [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else []


def split(data: bytes) -> list[list[str]]:
    return [line.split(",") for line in data.decode().splitlines()]


@st.composite
def spoiled_tables(draw: Any, name: str, most: int = 3) -> bytes:
    """A table of the tiny package after a few changes of cells, rows, columns and bytes."""
    rows = split(TINY[name])
    for _ in range(draw(st.integers(1, most))):
        how = draw(
            st.sampled_from(
                ["cell"] * 4
                + ["another row's"] * 4
                + ["drop row", "twice", "drop cell", "more", "rename", "drop column", "swap"]
            )
        )
        row = draw(st.integers(0, max(len(rows) - 1, 0)))
        if not rows or not rows[row]:
            continue
        column = draw(st.integers(0, len(rows[row]) - 1))
        match how:
            case "cell":
                rows[row][column] = draw(CELL)
            case "another row's":
                same = [other[column] for other in rows[1:] if column < len(other)]
                rows[row][column] = draw(st.sampled_from(same or [""]))
            case "rename":
                rows[0][min(column, len(rows[0]) - 1)] = draw(CELL)
            case "drop row":
                del rows[row]
            case "twice":
                rows.insert(row, list(rows[row]))
            case "drop cell":
                del rows[row][column]
            case "more":
                rows[row].insert(column, draw(CELL))
            case "drop column":
                rows = [line[:column] + line[column + 1 :] for line in rows]
            case _:
                rows[0][:] = rows[0][::-1]

    def quoted(cell: str) -> str:
        return (
            '"' + cell.replace('"', '""') + '"'
            if any(sign in cell for sign in ',"\r\n') and draw(st.booleans())
            else cell
        )

    text = "\n".join(",".join(map(quoted, row)) for row in rows) + "\n"
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(BYTES) + data[at + draw(st.integers(0, 3)) :]
    return data


@pytest.fixture(scope="module")
def reader(folder: Path) -> _Reader:
    """A reader of a copy of the tiny package, whose tables can be spoiled one at a time."""
    place = folder / "tables"
    shutil.copytree(PACKAGES / "tiny", place)
    made = _Reader(place)
    made._package()
    return made


@fuzz(
    st.sampled_from(TABLES).flatmap(lambda name: st.tuples(st.just(name), spoiled_tables(name) | BYTES)),
    short=80,
    long=10_000,
)
def test_any_table_is_read_as_rows_of_its_columns_or_refused(reader: _Reader, spoiled: tuple[str, bytes]) -> None:
    name, data = spoiled
    (reader.folder / name).write_bytes(data)
    try:
        with refused(f"{name}"):
            described = [field["name"] for field in reader.schemas[name.removesuffix(".csv")]["schema"]["fields"]]
            for number, row in reader._table(name.removesuffix(".csv")):
                assert number > 1
                assert list(row) == described[: len(row)]
    finally:
        (reader.folder / name).write_bytes(TINY[name])


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELL, inner, max_size=3),
    max_leaves=6,
)


def places(content: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place within lists and mappings."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [found for key, part in inner for found in [(*where, key), *places(part, (*where, key))]]


@st.composite
def near_misses(draw: Any, contents: list[Any], parts: Any = ANY) -> Any:
    """One of these contents after a few changes at any place in it: another value, nothing, or one more."""
    content = copy.deepcopy(draw(st.sampled_from(contents)))
    for _ in range(draw(st.integers(1, 2))):
        found = places(content)
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        inner = content
        for key in way:
            inner = inner[key]
        match draw(st.sampled_from(["put", "put", "drop", "add"])):
            case "put":
                inner[last] = copy.deepcopy(draw(parts))
            case "drop":
                del inner[last]
            case _ if isinstance(inner, list):
                inner.append(copy.deepcopy(draw(parts)))
            case _:
                inner[draw(CELL)] = copy.deepcopy(draw(parts))
    return content


def as_yaml(content: Any) -> bytes:
    """As a file spells it; JSON is YAML, and spells what YAML has no plain form for."""
    return yaml.safe_dump(content, allow_unicode=True).encode("utf-8", "surrogatepass")


def as_json(content: Any) -> bytes:
    return json.dumps(content).encode("utf-8")


DESCRIPTION = json.loads(TINY["datapackage.json"])
ENTRIES = yaml.safe_load(TINY["assumptions.yaml"])
PACKAGE = st.one_of(
    *(st.tuples(st.just(name), spoiled_tables(name, most=2)) for name in TABLES),
    *(st.tuples(st.just(name), spoiled_tables(name, most=1)) for name in TABLES[:2] * 2),
    st.tuples(st.just("datapackage.json"), near_misses([DESCRIPTION]).map(as_json) | ANY.map(as_json) | BYTES),
    st.tuples(st.just("assumptions.yaml"), near_misses([ENTRIES]).map(as_yaml) | ANY.map(as_yaml) | YAML_PARTS),
)


@fuzz(PACKAGE.map(lambda one: [one]) | st.lists(PACKAGE, min_size=2, max_size=2), short=60, long=5_000)
def test_any_data_package_is_a_model_or_refused(
    folder: Path, formulas: ModuleType, spoiled: list[tuple[str, bytes]]
) -> None:
    place = folder / "package"
    place.mkdir(exist_ok=True)
    for name, data in {**TINY, **dict(spoiled)}.items():
        (place / name).write_bytes(data)
    with refused(".", how=RegisterError):
        register = Register.read(place)
        model = Model(register, [formulas])
        for number in (claim.published for claim in register.claims.values()):
            assert str(number)
        assert all(math.isfinite(one.used) for one in register.assumptions.values())
        assert model.quantities


# Relations, scenarios, sweeps, statements and expressions -------------------------------------------------------------

QUANTITIES = ["sessions", "helpers", "attendance", "mixed_share", "sessions_of_a_helper", "villagers_per_household"]
READINGS = (
    st.lists(
        st.sampled_from(["helpers=from_sessions", "helpers=floor", ";", "=", " ", "helpers", "sessions=formula"])
    ).map("".join)
    | CELL
)


@fuzz(
    st.fixed_dictionaries(
        {
            "id": WORDS | TEXT,
            "statement": TEXT,
            "quantity": st.sampled_from(QUANTITIES) | CELL,
            "readings": READINGS,
            "claim": st.sampled_from(["", "sessions_all", "attendance_range", "helpers_in_words", "mixed_pairs"])
            | CELL,
            "end": st.sampled_from(["", "low", "high"]),
            "solve": st.sampled_from(["", "helpers", "sessions_per_helper; helpers", "helpers; helpers"]) | CELL,
            "goal": st.just("") | NUMERIC | st.decimals().map(str) | TEXT,
            "note": TEXT,
        }
    ),
    short=150,
    long=8_000,
)
def test_any_relation_is_one_or_refused_with_its_row(reader: _Reader, tiny: Model, row: dict[str, str]) -> None:
    register = tiny.register
    with refused("relations.csv, row 7"):
        relation = reader._relation(7, row, register.claims, register.assumptions)
        assert len(relation.solve) <= 2
        assert relation.goal is None or math.isfinite(relation.goal)
        for name in relation.readings:
            with refused():
                tiny.plan(tiny.known(relation.quantity), tiny.setting({name: relation.readings[name]}))


SCENARIOS = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "data" / "scenarios").glob("*.yaml"))]
SCENARIOS += [{"name": "a", "description": "b", "reason": "c", "values": {"overlap": 0.5}, "only_sourced": True}]
OF_A_SCENARIO = st.sampled_from(PARTS_OF_A_SCENARIO)


@fuzz(ANY.map(as_yaml) | ANY.map(as_json) | YAML_PARTS, short=60, long=5_000)
def test_any_document_is_a_scenario_or_refused(folder: Path, model: Model, data: bytes) -> None:
    (folder / "scenario.yaml").write_bytes(data)
    with refused("scenario.yaml"):
        read_scenario(folder / "scenario.yaml", model)


@fuzz(near_misses(SCENARIOS, OF_A_SCENARIO | ANY).map(as_yaml), short=40, long=4_000)
def test_a_near_miss_of_a_scenario_is_one_or_refused(folder: Path, model: Model, data: bytes) -> None:
    (folder / "scenario.yaml").write_bytes(data)
    with refused("scenario.yaml"):
        found = read_scenario(folder / "scenario.yaml", model)
        assert all(map(math.isfinite, found.values.values()))


SWEEPS: list[Any] = [
    {
        "name": "grid",
        "method": "grid",
        "quantities": ["at_risk_2021"],
        "values": {"persons_per_transfer": {"low": 0.7, "high": 1, "steps": 3, "unit": "person/transfer"}},
        "readings": {"at_risk_2019": ["published", "southern"]},
    },
    {
        "name": "cube",
        "method": "latin_hypercube",
        "samples": 4,
        "seed": 1,
        "scenario": "southern",
        "quantities": ["at_risk_total"],
        "values": {"overlap": {"low": 0, "high": 0.5}},
    },
    {"name": "list", "method": "grid", "values": {"overlap": [0, 0.1, "5 percent"]}},
]
OF_A_SWEEP = OF_A_SCENARIO | st.sampled_from(PARTS_OF_A_SWEEP)


@fuzz(near_misses(SWEEPS, OF_A_SWEEP | ANY).map(as_yaml) | ANY.map(as_yaml), short=50, long=5_000)
def test_a_near_miss_of_a_sweep_is_one_or_refused(folder: Path, model: Model, data: bytes) -> None:
    (folder / "sweep.yaml").write_bytes(data)
    with refused("sweep.yaml"):
        spec = read_sweep(folder / "sweep.yaml", model)
        assert 0 < spec.rows <= 10**9


AMOUNTS = st.lists(
    st.sampled_from(PARTS_OF_AN_AMOUNT),
    max_size=6,
).map("".join)


#: Settings as they should be, some of which go together, and what may be written in their place.
VALUES = ["overlap=0.5", "former_detainees=0.3 million person", "transfers_2021=3 million transfer", "overlap = 25 %"]
CHOICES = ["at_risk_2019=southern", "transfers_2019=from_difference", "persons_per_transfer=implied"]
NAMED = (
    st.sampled_from(["overlap=", "former_detainees=", "transfers_2021 = ", "overlp=", "overlap", "at_risk_2019="])
    | TEXT
)


@fuzz(
    st.lists(st.sampled_from(VALUES) | st.tuples(NAMED, AMOUNTS | TEXT).map("".join), max_size=2),
    st.lists(st.sampled_from(CHOICES) | st.tuples(NAMED, TEXT).map("".join), max_size=1),
    short=150,
    long=8_000,
)
def test_any_setting_is_one_or_refused(model: Model, values: list[str], readings: list[str]) -> None:
    with refused():
        given = Given.read(model, values, readings)
        assert all(map(math.isfinite, given.values.values()))
        plan = model.plan("at_risk_total", given.setting)
        given.check_used(model, [plan])
        assert math.isfinite(model.point(plan))


@fuzz(
    st.tuples(
        st.sampled_from(["at_risk_2021", "overlap", "at_risk_2019.southern", "x"]) | TEXT,
        st.sampled_from([" >= ", "<", "==", "=>", "", " = "]),
        AMOUNTS | st.sampled_from(["at_risk_total", "figure_2019_all", "1.9 million person"]) | TEXT,
    ).map("".join),
    short=100,
    long=4_000,
)
def test_any_statement_is_one_or_refused(model: Model, text: str) -> None:
    with refused():
        assert statement_of(model, text).comparison


EXPRESSION = st.lists(
    st.sampled_from(PARTS_OF_AN_EXPRESSION),
    max_size=9,
).map("".join)


@fuzz(EXPRESSION | TEXT, short=150, long=6_000)
def test_any_expression_over_rows_has_a_value_and_a_unit_or_is_refused(tiny: Model, expression: str) -> None:
    try:
        number = value(tiny.register, expression)
    except ValueError:
        return
    assert math.isfinite(number)
    with contextlib.suppress(ValueError):
        assert unit_of(tiny.register, expression)


# Parameters -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    made = nbformat.v4.new_notebook()
    made.metadata["analysis"] = {"relations": ["total_at_values"]}
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    source = "note = 'so'\ntimes = 2\noverlap = 0.0\nat_risk_2019__reading = 'published'\nscenario = 'article'"
    made.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})]
    path = tmp_path_factory.mktemp("books") / "made.ipynb"
    nbformat.write(made, path)
    return Notebook.read(path)


@fuzz(
    st.lists(
        st.tuples(
            st.sampled_from(["note", "times", "overlap", "at_risk_2019__reading", "scenario", "overlap; x"]) | TEXT,
            st.sampled_from(["=", "=", " = ", "", ":"]),
            AMOUNTS | TEXT | st.sampled_from(["southern", "half_overlap", "/etc/passwd", ".", '"; x', "3", "0.25"]),
        ).map("".join),
        max_size=3,
    ),
    short=80,
    long=5_000,
)
def test_any_parameter_is_a_value_or_refused(book: Notebook, model: Model, given: list[str]) -> None:
    with refused():
        read = read_parameters(book, given, model)
        cells = parameterize_notebook(load_notebook_node(str(book.path)), read).cells
        source = next(cell.source for cell in cells if "injected-parameters" in cell.metadata.get("tags", []))
        body = ast.parse(source).body
        assert {statement.targets[0].id: ast.literal_eval(statement.value) for statement in body} == read  # type: ignore


# A reader's copy ------------------------------------------------------------------------------------------------------


@fuzz(
    st.lists(
        st.sampled_from(PRINTED_WORDS) | TEXT,
        max_size=12,
    ).map(" ".join),
    short=150,
    long=12_000,
)
def test_numbers_are_found_where_they_stand_in_any_text(text: str) -> None:
    seen = 0
    for found in numbers(text):
        assert seen <= found.start < found.end <= len(plain(text))
        assert (
            found.text == plain(text)[found.start - found.text.startswith("$") * 0 : found.end] or found.text[0] == "$"
        )
        assert found.value is None or found.value.is_finite()
        seen = found.end


COPY = rendered(made_up(Register.read(PACKAGES / "tiny")))
BLOCKS = COPY.split("\n\n")
PIECES = st.sampled_from(
    [*BLOCKS, "Evening classes", "[1] A note.", "1. one\n2. two", "- a\n- b", "x" * 500, "\x1b[31m 12", "10:30"]
)


@st.composite
def copies(draw: Any) -> str:
    """The made-up article with blocks taken out, put in and changed."""
    blocks = list(BLOCKS)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(blocks)))
        blocks[at : at + draw(st.integers(0, 2))] = draw(st.lists(PIECES | TEXT, max_size=2))
    text = draw(st.sampled_from(["\n\n", "\n", "\r\n\r\n", "\n \n"])).join(blocks)
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(TEXT) + text[at + draw(st.integers(0, 5)) :]


def audited(tiny: Model, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with refused(path.name):
        report = audit(tiny.register, path)
        assert report.status in (0, 1)
        assert 0 <= report.found <= report.rows
        assert report.lines()


@fuzz(copies().map(lambda text: text.encode("utf-8", "surrogatepass")) | BYTES, short=40, long=3_000)
def test_any_text_is_a_copy_or_refused(folder: Path, tiny: Model, data: bytes) -> None:
    audited(tiny, folder / "copy.txt", data)


TAGS = [
    "p",
    "div",
    "h2",
    "ul",
    "ol",
    "li",
    "sup",
    "br",
    "table",
    "td",
    "pre",
    "article",
    "script",
    "span",
    "aside",
    "!--",
    "x",
]


@st.composite
def pages(draw: Any) -> bytes:
    """The made-up article as a page, with elements opened and closed anywhere."""
    parts = ["<html><body>", *(f"<p>{block}</p>" for block in BLOCKS)]
    for _ in range(draw(st.integers(0, 6))):
        tag = draw(st.sampled_from(TAGS))
        form = draw(
            st.sampled_from(["<{}>", "</{}>", "<{} hidden>", "<{}", "<{} a='", "&#27;&{};", "<![CDATA[{}", "<?{}"])
        )
        parts.insert(draw(st.integers(0, len(parts))), form.format(tag) * draw(st.sampled_from([1, 1, 1, 300])))
    parts.insert(draw(st.integers(0, len(parts))), draw(TEXT))
    return "\n".join(parts).encode("utf-8", "surrogatepass")


@fuzz(pages(), short=25, long=2_000)
def test_any_page_is_a_copy_or_refused(folder: Path, tiny: Model, data: bytes) -> None:
    audited(tiny, folder / "copy.html", data)


def small_pdf() -> bytes:
    """A PDF of one page, written out by hand: its objects, the table of where they stand, and the trailer."""
    lines = [line for block in BLOCKS for line in (*textwrap.wrap(block, 80), "")]
    shown = "\n".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 10 Tf 12 TL 40 780 Td\n{shown}\nET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


PDF = small_pdf()
PDF_PARTS = st.sampled_from(PDF_TOKENS)


@st.composite
def broken_pdfs(draw: Any) -> bytes:
    data = PDF
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(PDF_PARTS | st.binary(max_size=6)) + data[at + draw(st.integers(0, 40)) :]
    return data if draw(st.booleans()) else data[: draw(st.integers(9, len(data)))]


@fuzz(broken_pdfs(), short=20, long=2_000)
def test_any_pdf_is_a_copy_or_refused(folder: Path, tiny: Model, data: bytes) -> None:
    audited(tiny, folder / "copy.pdf", data)


def test_the_small_pdf_is_read(folder: Path, tiny: Model) -> None:
    (folder / "whole.pdf").write_bytes(PDF)
    assert audit(tiny.register, folder / "whole.pdf").found > 0


# The long run ---------------------------------------------------------------------------------------------------------


def test_the_long_run_was_of_a_hundred_thousand_examples_and_of_every_test() -> None:
    ran = json.loads(RECORD.read_text(encoding="utf-8"))
    here = {name for name, found in globals().items() if name.startswith("test_") and hasattr(found, "hypothesis")}
    assert set(ran) == here
    assert sum(ran.values()) >= 100_000
