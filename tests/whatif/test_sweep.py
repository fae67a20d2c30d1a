"""Sweeps: rows and values agree with a plain loop, a file in two forms gives the same
sweep, outputs are written whole or not at all, and faults are refused.
"""

import itertools
import math
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.core.errors import InputError, RegisterError
from analysis.model.model import Model
from analysis.whatif import sweep as sweeps
from analysis.whatif.scenarios import find
from analysis.whatif.sweep import Span, Spec, Sweep, read, write
from analysis.whatif.sweep import compute as compute_sweep
from tests.tables import refusals

#: Persons added since 2019 with one person a transfer: 3.17 million less
#: 3.17 million / 1.105.
ADDED = 3.17e6 - 3.17e6 / 1.105
RATIOS, DRIFTS, FORMER = (0.6, 0.7, 0.8, 0.9), (0.95, 1.0, 1.05), (3e5, 4e5)


def spec(**given: Any) -> Spec:
    values = {**given.pop("readings", {}), **given.pop("values", {})}
    return Spec.model_validate({"name": "of mine", "values": values, **given})


def compute(model: Model, given: Spec | Sweep) -> pd.DataFrame:
    grid = given.check(model) if isinstance(given, Spec) else given
    return compute_sweep(model, grid)


def sweep(model: Model, given: Spec, out: Path, **how: Any) -> Any:
    return write(model, given.check(model), out, **how)


def texts(numbers: Any, unit: str) -> list[str]:
    return [f"{number} {unit}" for number in numbers]


GRID = spec(
    quantities=["net_new_persons", "at_risk_2021", "at_risk_total"],
    values={
        "persons_per_transfer": Span(
            low=0.6, high=0.9, steps=4, unit="person/transfer"
        ),
        "persons_per_transfer_drift": DRIFTS,
        "former_detainees": texts(FORMER, "person"),
    },
)
# Values -------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5, 2**16])
def test_a_grid_has_the_rows_of_a_plain_loop(
    model: Model, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(sweeps, "ROWS", rows)
    expected = []
    for ratio, drift, former in itertools.product(RATIOS, DRIFTS, FORMER):
        given = {
            "persons_per_transfer": ratio,
            "persons_per_transfer_drift": drift,
            "former_detainees": former,
        }
        added = ratio * (drift * 3.17e6 - 3.17e6 / 1.105)
        numbers = {
            "net_new_persons": added,
            "at_risk_2021": 1.6e6 + added,
            "at_risk_total": 1.6e6 + added + former,
        }
        expected.append(
            {"row": len(expected), **given, **numbers, "violates": "", "remarks": ""}
        )
    assert len(expected) == 24
    pd.testing.assert_frame_equal(
        compute(model, GRID), pd.DataFrame(expected), rtol=1e-12, check_dtype=False
    )


def test_readings_are_an_axis(model: Model) -> None:
    quantities = ["net_new_persons", "at_risk_2019"]
    values = {"minority_share_south": [0.9, 1]}
    readings = {
        "transfers_2019": ["from_labourers", "from_difference"],
        "at_risk_2019": ["southern", "composition"],
    }
    found = compute(
        model, spec(quantities=quantities, values=values, readings=readings)
    )
    # The increase is 3.17 - 2.59 million, or the printed 300,000; at risk in 2019 are
    # 0.9 or all of 1.65 million, and half of the 0.94 million outside the south with
    # them or not.
    expected = [
        (base, reading, share, added, 1.65e6 * share + outside)
        for base, added in (
            ("from_labourers", 580_000.0),
            ("from_difference", 300_000.0),
        )
        for reading, outside in (("southern", 0.0), ("composition", 470_000.0))
        for share in (0.9, 1.0)
    ]
    columns = [
        "transfers_2019__reading",
        "at_risk_2019__reading",
        "minority_share_south",
    ]
    assert list(map(tuple, found[columns].to_numpy().tolist())) == [
        row[:3] for row in expected
    ]
    np.testing.assert_allclose(
        found[quantities], [row[3:] for row in expected], rtol=1e-12
    )


def test_readings_that_need_each_other_are_rows_that_say_so(model: Model) -> None:
    readings = {
        "persons_per_transfer": ["set", "implied"],
        "total_2019": ["persons", "transfers"],
    }
    readings |= {"at_risk_2019": ["southern"]}
    found = compute(
        model, spec(quantities=["net_new_persons", "at_risk_2019"], readings=readings)
    )
    circle = (found.persons_per_transfer__reading == "implied") & (
        found.total_2019__reading == "transfers"
    )
    assert circle.sum() == 1
    assert (
        found.violates[circle].str.startswith("These readings need each other: ").all()
    )
    assert (
        (found.violates == "").tolist()
        == (~circle).tolist()
        == found.net_new_persons.notna().tolist()
    )


def test_a_scenario_holds_in_every_row(model: Model) -> None:
    def ratios(*numbers: float) -> list[str]:
        return texts(numbers, "person/transfer")

    for scenario, values, expected in (
        # The scenario makes the increase 3.17 million times a ratio of 2021, 0.85, less
        # 2.59 million.
        (
            "ratio_falls",
            {"transfers_2021": texts((3.17e6, 3.3e6), "transfer")},
            [104_500, 3.3e6 * 0.85 - 2.59e6],
        ),
        # Its own value of that ratio gives way to the varied one; so does a reading.
        (
            "ratio_falls",
            {"persons_per_transfer_2021": ratios(0.8, 0.9)},
            [3.17e6 * 0.8 - 2.59e6, 3.17e6 * 0.9 - 2.59e6],
        ),
        ("ratio_2019_implied", {"persons_per_transfer": ratios(0.9)}, [0.9 * ADDED]),
    ):
        found = compute(
            model,
            spec(scenario=scenario, quantities=["net_new_persons"], values=values),
        )
        np.testing.assert_allclose(found.net_new_persons, expected, rtol=1e-12)


def test_refused_cells_alone_are_empty_and_say_why(
    model: Model, tmp_path: Path
) -> None:
    souths, ratios, changes = (1e6, 2.59e6, 2.6e6), (0.4, 0.9, 1.0), (1, 1.05)
    one = spec(
        scenario="southern",
        quantities=["transfers_2019", "at_risk_2019", "net_new_persons"],
        values={
            "labourers_south_2019": texts(souths, "labourer"),
            "persons_per_transfer": texts(ratios, "person/transfer"),
            "persons_per_transfer_drift": changes,
        },
    )
    found = compute(model, one)
    south_past = (
        "labourers_south_2019 would be 2.6 million, but cannot be more than "
        "labourers_2019, which is 2.59 million."
    )
    ratio_past = (
        "persons_per_transfer_2021 would be 1.05, but must be between 0.025 and 1."
    )
    for index, (south, ratio, change) in enumerate(
        itertools.product(souths, ratios, changes)
    ):
        row = found.loc[index]
        added = ratio * (change * 3.17e6 - 3.17e6 / 1.105)
        wanted = [
            3.17e6 / 1.105,
            0.95 * south if south <= 2.59e6 else math.nan,
            added if ratio * change <= 1 else math.nan,
        ]
        assert row[list(one.quantities)].tolist() == pytest.approx(
            wanted, rel=1e-12, nan_ok=True
        )
        said = [south_past] * (south > 2.59e6) + [ratio_past] * (ratio * change > 1)
        assert row.violates == " | ".join(said)
    # The south is past its limit in 6 of 18 rows, and the ratio of 2021 in 3.
    # The screen says each once.
    assert sweep(model, one, tmp_path / "out.csv") == {
        "labourers_south_2019 above labourers_2019": 6,
        "persons_per_transfer_2021 outside 0.025 to 1": 3,
    }


def test_remarks_stand_in_the_row_of_their_number(model: Model) -> None:
    ratios = {"persons_per_transfer": texts((0.3, 0.55, 1), "person/transfer")}
    found = compute(
        model, spec(quantities=["at_risk_2021", "net_new_persons"], values=ratios)
    )
    # What a number is compared with moves in each row, also where the number does
    # not: 1.6 million in all three.
    still = compute(
        model, spec(quantities=["at_risk_2019", "at_risk_2021"], values=ratios)
    )
    starts = [said.partition(" more")[0] for said in still.remarks]
    assert starts == ["at_risk_2019: 739,000", "at_risk_2019: 22,200", ""]
    # 1.6 million + 0.3 x 301,222 less 0.3 x 3.17 million = 739,367 more;
    # at 0.55 22,172 more.
    outside = (
        "persons_per_transfer is set to 0.3, outside the range from 0.36 to 1 that we "
        "try"
    )
    first, second, third = found.remarks
    more, *others = first.split(" | ")
    assert more.startswith(
        "at_risk_2021: 739,000 more persons than were transferred in 2021"
    )
    assert others == [f"at_risk_2021: {outside}", f"net_new_persons: {outside}"]
    assert second == more.replace("739,000", "22,200")
    assert third == ""


# Files that are written ---------------------------------------------------------------


def test_a_file_holds_the_frame(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "ROWS", 5)
    frame = compute(model, GRID)
    heard: list[tuple[int, int]] = []
    path = tmp_path / "folder" / "out.csv"
    assert sweep(model, GRID, path, done=lambda *rows: heard.append(rows)) == {}
    assert heard == [(rows, 24) for rows in (5, 10, 15, 20, 24)]
    # A CSV file has ten digits.
    found = pd.read_csv(path, keep_default_na=False)
    pd.testing.assert_frame_equal(found, frame, rtol=1e-9, check_dtype=False)


def test_a_run_that_stops_leaves_no_file(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "ROWS", 4)

    def stop(rows: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(
        InputError, match=r"out\.csv can't be written \(No space left on device\)\.$"
    ):
        sweep(model, GRID, tmp_path / "out.csv", done=stop)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_sweep_left_is_cleared_by_the_next(
    model: Model, tmp_path: Path
) -> None:
    out = tmp_path / "a.csv"
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = tmp_path / f".a.csv.{ended.pid}-x1"
    running = tmp_path / f".a.csv.{os.getpid()}-x2"
    for folder in (left, running):
        folder.mkdir()
        (folder / "a.csv").write_text("row\n", encoding="utf-8")
    grid = Sweep.over(model, ["net_new_persons"], {"persons_per_transfer": [0.5]})
    write(model, grid, out)
    assert {*tmp_path.iterdir()} == {out, running}


def test_a_pipe_and_a_folder_are_refused_as_a_file(
    model: Model, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match=r"pipe\.yaml: this is not a file with a text"):
        read(pipe, model)
    with pytest.raises(InputError, match=r"this is a folder, and not a file"):
        read(tmp_path, model)
    with pytest.raises(InputError, match=r"pipe\.yaml: this is not a file with a text"):
        find(str(pipe), model)


def test_a_file_that_exists_is_kept(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("of mine\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"out\.csv exists; remove it or name another file\.$"
    ):
        sweep(model, GRID, out)
    assert out.read_text(encoding="utf-8") == "of mine\n"


def test_a_file_that_appears_during_a_sweep_is_kept(
    model: Model, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"

    def appear(*_: int) -> None:
        out.write_text("of mine\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"out\.csv exists now; remove it or name"):
        sweep(model, GRID, out, done=appear)
    assert out.read_text(encoding="utf-8") == "of mine\n"
    assert [*tmp_path.iterdir()] == [out]


def test_a_path_through_a_file_is_refused(model: Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("of mine\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"file is not a folder; name a file in another"
    ):
        sweep(model, GRID, tmp_path / "file" / "out.csv")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "of mine\n"


def test_a_link_in_the_way_is_named_as_it_is_written(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("of mine\n", encoding="utf-8")
    Path("link.csv").symlink_to("file")
    with pytest.raises(InputError, match=r"^link\.csv exists; remove it"):
        sweep(model, GRID, Path("link.csv"))


@pytest.mark.parametrize("name", ["out.txt", "out", "out.CSV", ".csv"])
def test_a_file_of_another_ending_is_refused(
    model: Model, tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError, match=r"write a name such as grid\.csv\.$"):
        sweep(model, GRID, tmp_path / name)


# Files that are read ------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "swept.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_the_sweep(model: Model, tmp_path: Path) -> None:
    text = """
name: of mine
scenario: unit_2019_transfers
quantities: [at_risk_total]
values:
  former_detainees: {low: 0.2, high: 0.6, steps: 3, unit: million person}
  overlap: [0, 25%, 0.5]
  at_risk_2019: [published, southern]
"""
    one = read(written(tmp_path, text), model)
    found = compute(model, one)
    assert len(found) == 2 * 3 * 3
    # Printed and 200,000: 1.6 million, 580,000 and 200,000.
    # South, 600,000, half of them counted twice: 1,567,500, 580,000 and 300,000.
    assert found.at_risk_total[0] == pytest.approx(2_380_000, rel=1e-12)
    assert found.at_risk_total[17] == pytest.approx(2_447_500, rel=1e-12)
    # A single value, without a list around it: 10 percent, or 0.1.
    for values in ("10, unit: percent", "0.1"):
        text = f"name: a\nvalues: {{overlap: {{values: {values}}}}}"
        found = compute(model, read(written(tmp_path, text), model))
        assert found.overlap.tolist() == pytest.approx([0.1])
    # Without quantities, the data package's estimates.
    frame = compute(
        model, read(written(tmp_path, "name: a\nvalues: {overlap: [0, 0.5]}"), model)
    )
    assert set(model.register.estimates) <= set(frame)


def test_a_scenario_beside_the_file_is_found_from_anywhere(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text(
        "name: mine\ndescription: a\nreason: b\nvalues: {former_detainees: 0 person}\n"
    )
    path = written(
        tmp_path,
        "name: a\nscenario: mine.yaml\n"
        "values: {persons_per_transfer: [1 person/transfer]}\n",
    )
    monkeypatch.chdir("/")
    found = compute(model, read(path, model))
    assert found.at_risk_total[0] == pytest.approx(1.6e6 + ADDED, rel=1e-12)


#: A sweep but for its name; and the field at fault, with a part of the sentence.
REFUSED = """
values: {overlapp: [0]}
    values.overlapp: 'overlapp' is not a quantity. Did you mean 'overlap'?
values: {at_rsk_2019: [southern]}
    values.at_rsk_2019: Did you mean 'at_risk_2019'?
values: {at_risk_2019: [southren]}
    values.at_risk_2019: Did you mean 'southern'?
values: {at_risk_2019: [southern, 1.5 million person]}
    values.at_risk_2019: at_risk_2019 takes readings or numbers, but not both
quantities: [at_risk_totl]
values: {overlap: [0]}
    : Did you mean 'at_risk_total'?
values: {persons_per_transfer: [1.7]}
    values.persons_per_transfer: '1.7' has no unit
values: {persons_per_transfer: [1.7 person/transfer]}
    values.persons_per_transfer: cannot be 1.7. It must be
values: {overlap: {low: 0.5, high: 0.1, steps: 3}}
    values.overlap: from a low end to a higher one
values: {overlap: {low: 0, high: 0.1}}
    values.overlap: it takes a list, or two steps or more
values: {overlap: {values: [0.1], low: 0, high: 0.5, steps: 3}}
    values.overlap: it takes either values or low, high and steps
values: {}
    : nothing is varied; give values or readings
scenario: southren
values: {overlap: [0]}
    : names no scenario or file. Did you mean 'southern'?
values: {minority_share_south: [0.9]}
    values.minority_share_south: does not affect anything here
values: {months_2022: [four_months_again]}
    values.months_2022: does not affect anything here
"""
CIRCLE = (
    "values: {persons_per_transfer: [implied], total_2019: [transfers], "
    "at_risk_2019: [southern]}"
)
#: A hundred thousand values, a hundred and one times.
STEPS = "low: 0 person, high: 1 person, steps: 101"
EVEN = "overlap: {low: 0, high: 0.5, steps: 100_000}"
MANY = f"values: {{{EVEN}, former_detainees: {{{STEPS}}}}}"


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        *refusals(REFUSED),
        (CIRCLE, "values", "no combination of the readings can be computed"),
        (MANY, "", "has 10,100,000 rows, and 10,000,000"),
    ],
)
def test_a_sweep_is_refused_with_one_sentence_from_python_and_from_a_file(
    model: Model, tmp_path: Path, text: str, field: str, words: str
) -> None:
    given = yaml.safe_load(text)
    with pytest.raises(InputError) as from_python:
        compute(model, spec(**given))
    path = written(
        tmp_path, yaml.safe_dump({"name": "of mine", **given}, sort_keys=False)
    )
    with pytest.raises(RegisterError) as from_file:
        read(path, model)
    sentence = str(from_python.value)
    assert words in sentence
    assert str(from_file.value).startswith(
        f"{path}, field {field}" if field else str(path)
    )
    # A field that names the quantity is not followed by the name once more.
    _, _, quantity = field.partition(".")
    told = sentence.removeprefix(f"{quantity}: ")
    assert str(from_file.value).endswith(f": {told}")
    assert f"{quantity}: {quantity}: " not in str(from_file.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "name: a\nvlaues: {overlap: [0]}",
            ", field vlaues: 'vlaues' is not known here. Did you mean 'values'?",
        ),
        (
            "name: a\nvalues: {overlap: 0.1}",
            ", field values.overlap: '0.1' is neither a list, such as [0, 0.5], nor a "
            "mapping of low, high and steps",
        ),
        (
            "name: a\nvalues: {overlap: []}",
            ", field values.overlap: overlap has no value and no reading here; give",
        ),
        (
            "name: a\nvalues: {overlap: [true]}",
            ", field values.overlap: 'True' is not a number",
        ),
        (
            "name: a\nvalues: {overlap: {step: 3}}",
            ", field values.overlap.step: 'step' is not known here. Did you mean 'st",
        ),
        ("name: a\nvalues: {overlap: {steps: 0.5}}", ", field values.overlap.steps: "),
        # YAML ends the number at its comma.
        (
            "name: a\nvalues: {overlap: {low: 0,36, high: 1, steps: 2}}",
            ", field values.overlap: '36' stands where a name should. Write a decimal",
        ),
        (
            "name: a\nvalues: {at_risk_2019: southern}",
            ", field values.at_risk_2019: ",
        ),
        # The sentence suggests at_risk_2019, but the fault lies elsewhere.
        (
            "name: a\nquantities: [at_risk_2012]\nvalues: {at_risk_2019: [southern]}",
            ", field quantities: 'at_risk_2012' is not a quantity. Did you mean 'at_ri",
        ),
    ],
)
def test_a_file_of_another_structure_is_refused(
    model: Model, tmp_path: Path, text: str, words: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RegisterError) as caught:
        read(path, model)
    assert str(caught.value).startswith(f"{path}{words}")
    assert len(str(caught.value).splitlines()) == 1
