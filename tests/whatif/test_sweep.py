"""Sweeps: rows and values by a plain loop, one file in two forms, a run that goes on where it was stopped, refusals."""

import fcntl
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.core.model import Model, ModelError, OutOfBounds
from analysis.core.register import InputError, Register, RegisterError
from analysis.whatif import sweep as sweeps
from analysis.whatif.scenarios import find
from analysis.whatif.sweep import Span, Spec, compute, read, sweep
from tests.spoiling import cells

RATIOS, DRIFTS, FORMER = (0.7, 0.8, 0.9, 1.0), (0.95, 1.0, 1.05), (200_000.0, 400_000.0)
GRID = Spec(
    "three axes",
    ("net_new_persons", "at_risk_2021", "at_risk_total"),
    (
        Span("persons_per_transfer", RATIOS),
        Span("persons_per_transfer_drift", DRIFTS),
        Span("former_detainees", FORMER),
    ),
)
#: One axis of 31 values, in blocks of 4: seven whole ones and one of three.
LONG = Spec("one axis", ("net_new_persons",), (Span("persons_per_transfer", tuple(x / 100 for x in range(70, 101))),))
CUBE = Spec(
    "a cube",
    ("at_risk_total",),
    (Span("persons_per_transfer", low=0.7, high=1.0), Span("overlap", low=0.0, high=0.5)),
    method="latin_hypercube",
    samples=20,
    seed=1,
)


class Stopped(Exception):
    """A run that somebody stops."""


def stop_after(rows: int) -> Callable[[int], None]:
    """What hears of rows that are done, and stops the run at so many."""

    def done(so_far: int) -> None:
        if so_far >= rows:
            raise Stopped

    return done


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four rows."""
    monkeypatch.setattr(sweeps, "ROWS", 4)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The blocks that are computed, by their first row."""
    starts: list[int] = []
    block = sweeps._block

    def counted(work: tuple[sweeps._Job, int, int]) -> pd.DataFrame:
        starts.append(work[1])
        return block(work)

    monkeypatch.setattr(sweeps, "_block", counted)
    return starts


def same(one: pd.DataFrame, two: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, two, check_exact=True)


# Values ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5, 2**16])
def test_a_grid_has_the_rows_of_a_plain_loop(model: Model, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(sweeps, "ROWS", rows)
    expected = []
    for ratio in RATIOS:
        for drift in DRIFTS:
            for former in FORMER:
                given = {
                    "persons_per_transfer": ratio,
                    "persons_per_transfer_drift": drift,
                    "former_detainees": former,
                }
                setting = model.setting(values=given)
                numbers = {name: model.point(model.plan(name, setting)) for name in GRID.quantities}
                expected.append({"row": len(expected), **given, **numbers, "violates": ""})
    assert GRID.rows == len(expected) == 24
    frame = compute(model, GRID)
    assert list(frame.columns) == list(expected[0])
    assert frame.drop(columns=list(GRID.quantities)).to_dict("records") == [
        {name: value for name, value in row.items() if name not in GRID.quantities} for row in expected
    ]
    for name in GRID.quantities:
        np.testing.assert_allclose(frame[name], [row[name] for row in expected], rtol=1e-12)


def test_a_row_of_a_grid_by_hand(model: Model) -> None:
    # 0.9 persons a transfer, a drift of 1.05 and 400,000 former detainees: row 2 * 6 + 2 * 2 + 1 = 17.
    added = 0.9 * (1.05 * 3.17e6 - 3.17e6 / 1.105)
    row = compute(model, GRID).loc[17]
    assert (row.persons_per_transfer, row.persons_per_transfer_drift, row.former_detainees) == (0.9, 1.05, 400_000)
    assert row.net_new_persons == pytest.approx(added, rel=1e-12)
    assert row.at_risk_2021 == pytest.approx(1.6e6 + added, rel=1e-12)
    assert row.at_risk_total == pytest.approx(2e6 + added, rel=1e-12)


def test_readings_are_an_axis(model: Model) -> None:
    spec = Spec(
        "readings",
        ("net_new_persons", "at_risk_2019"),
        (Span("minority_share_south", (0.9, 1.0)),),
        {"transfers_2019": ("from_labourers", "from_difference"), "at_risk_2019": ("southern", "composition")},
    )
    frame = compute(model, spec)
    # The increase is 3.17 - 2.59 million, or the printed 300,000; at risk in 2019 are 0.9 or all of 1.65 million, and
    # half of the 0.94 million outside the south with them or not.
    expected = [
        (base, reading, share, added, 1.65e6 * share + outside)
        for base, added in (("from_labourers", 580_000.0), ("from_difference", 300_000.0))
        for reading, outside in (("southern", 0.0), ("composition", 470_000.0))
        for share in (0.9, 1.0)
    ]
    assert frame.row.tolist() == list(range(8))
    columns = ["transfers_2019__reading", "at_risk_2019__reading", "minority_share_south"]
    assert list(map(tuple, frame[columns].to_numpy().tolist())) == [row[:3] for row in expected]
    np.testing.assert_allclose(frame.net_new_persons, [row[3] for row in expected], rtol=1e-12)
    np.testing.assert_allclose(frame.at_risk_2019, [row[4] for row in expected], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "values", "reading"),
    [("persons_per_transfer", (0.8, 1.0), "implied"), ("former_detainees", (2e5, 4e5), "floor")],
)
def test_a_value_of_what_a_reading_supplies_is_refused(
    model: Model, name: str, values: tuple[float, ...], reading: str
) -> None:
    # A row labelled with a reading would else show a number that is not the reading's.
    spec = Spec("a value and readings", ("at_risk_total",), (Span(name, values),), {name: ("set", reading)})
    with pytest.raises(
        ModelError, match=rf"^{name} is unused: its reading {reading} supplies it; vary one of the two$"
    ):
        compute(model, spec)


def test_readings_that_need_each_other_are_rows_that_say_so(model: Model) -> None:
    spec = Spec(
        "a circle",
        ("net_new_persons", "at_risk_2019"),
        readings={
            "persons_per_transfer": ("set", "implied"),
            "at_risk_2019": ("southern",),
            "total_2019": ("persons", "transfers"),
        },
    )
    frame = compute(model, spec)
    circle = (frame.persons_per_transfer__reading == "implied") & (frame.total_2019__reading == "transfers")
    assert circle.sum() == 1
    assert frame.violates[circle].str.startswith("these readings make a circle: ").all()
    assert (frame.violates[~circle] == "").all()
    assert frame.net_new_persons[circle].isna().all()
    assert frame[["net_new_persons", "at_risk_2019"]][~circle].notna().all().all()


def test_what_a_scenario_sets_holds_in_every_row(model: Model) -> None:
    spec = Spec(
        "under a scenario",
        ("net_new_persons",),
        (Span("persons_per_transfer_2021", (0.8, 0.9)),),
        scenario=find("ratio_falls", model),
    )
    # The scenario's readings make the increase 3.17 million times the ratio of 2021 less 2.59 million; its own value
    # of that ratio, 0.85, gives way to what is varied.
    expected = [3.17e6 * 0.8 - 2.59e6, 3.17e6 * 0.9 - 2.59e6]
    kept = replace(spec, spans=(Span("transfers_2021", (3.17e6, 3.3e6)),))
    np.testing.assert_allclose(compute(model, kept).net_new_persons, [104_500, 3.3e6 * 0.85 - 2.59e6], rtol=1e-12)
    found = compute(model, spec)
    # 0.8 persons a transfer would be a drift of 0.886, and 2.536 million persons in 2021: fewer than in 2019.
    np.testing.assert_allclose(found.net_new_persons, expected, rtol=1e-12)


def test_rows_that_exceed_what_they_cannot_are_empty_and_say_what(model: Model, tmp_path: Path) -> None:
    spec = Spec(
        "capped",
        ("at_risk_2019", "at_risk_2021"),
        (
            Span("labourers_south_2019", tuple(np.linspace(1e6, 3e6, 9).tolist())),
            Span("persons_per_transfer", (0.4, 0.7, 1.0)),
        ),
        scenario=find("southern", model),
    )
    frame = compute(model, spec)
    counts: dict[str, int] = {}
    for index, (south, ratio) in enumerate(itertools.product(*(span.values for span in spec.spans))):
        # At risk in 2019 are 0.95 of the south; in 2021 those added besides; 2.59 million and all of 2021 are the most.
        at_risk = 0.95 * south
        added = ratio * (3.17e6 - 3.17e6 / 1.105)
        broken = [
            words
            for words, excess in (
                ("at_risk_2019 at most total_2019", at_risk - 2.59e6),
                ("at_risk_2021 at most persons_2021", at_risk + added - ratio * 3.17e6),
                ("south_2019 at most total_2019", south - 2.59e6),
            )
            if excess > 0
        ]
        row = frame.loc[index]
        if broken:
            assert row.violates in broken
            assert np.isnan(row.at_risk_2019)
            assert np.isnan(row.at_risk_2021)
            counts[row.violates] = counts.get(row.violates, 0) + 1
        else:
            assert row.violates == ""
            assert row.at_risk_2019 == pytest.approx(at_risk, rel=1e-12)
            assert row.at_risk_2021 == pytest.approx(at_risk + added, rel=1e-12)
        assert (row.labourers_south_2019, row.persons_per_transfer) == (south, ratio)
    assert 0 < sum(counts.values()) < spec.rows
    assert sweep(model, spec, tmp_path / "out.parquet").violations == counts
    assert sweep(model, spec, tmp_path / "out.csv").violations == counts


def test_a_row_is_empty_exactly_where_the_model_refuses_a_point(model: Model) -> None:
    spec = Spec(
        "points",
        ("at_risk_2021",),
        (Span("persons_per_transfer", (0.3, 0.6, 0.9)), Span("persons_per_transfer_drift", (0.6, 1.0, 1.9))),
    )
    for index, given in enumerate(itertools.product(*(span.values for span in spec.spans))):
        setting = model.setting(
            values=dict(zip(("persons_per_transfer", "persons_per_transfer_drift"), given, strict=True))
        )
        row = compute(model, spec).loc[index]
        try:
            expected = model.point(model.graph(("at_risk_2021",), setting, capped=True))
        except OutOfBounds:
            assert row.violates
            assert np.isnan(row.at_risk_2021)
        else:
            assert row.violates == ""
            assert row.at_risk_2021 == pytest.approx(expected, rel=1e-12)


# A Latin hypercube ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("samples", [1, 7, 64])
def test_a_latin_hypercube_has_one_sample_in_each_stratum(model: Model, samples: int) -> None:
    spec = replace(CUBE, samples=samples)
    frame = compute(model, spec)
    assert len(frame) == samples == spec.rows
    for span in spec.spans:
        strata = np.floor((frame[span.name] - span.low) / (span.high - span.low) * samples).astype(int)
        assert sorted(strata) == list(range(samples))
    ratio, overlap = frame.persons_per_transfer, frame.overlap
    added = ratio * (3.17e6 - 3.17e6 / 1.105)
    np.testing.assert_allclose(frame.at_risk_total, 1.6e6 + added + 350_000 * (1 - overlap), rtol=1e-12)


def test_a_latin_hypercube_takes_each_reading_as_often(model: Model) -> None:
    spec = replace(CUBE, samples=30, readings={"at_risk_2019": ("published", "southern", "composition")})
    frame = compute(model, spec)
    assert frame.at_risk_2019__reading.value_counts().to_dict() == dict.fromkeys(
        ("published", "southern", "composition"), 10
    )
    southern = frame[frame.at_risk_2019__reading == "southern"]
    added = southern.persons_per_transfer * (3.17e6 - 3.17e6 / 1.105)
    expected = 1_567_500 + added + 350_000 * (1 - southern.overlap)
    np.testing.assert_allclose(southern.at_risk_total, expected, rtol=1e-12)


def test_the_samples_do_not_depend_on_the_blocks(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compute(model, CUBE)
    monkeypatch.setattr(sweeps, "ROWS", 3)
    same(compute(model, CUBE), whole)


def test_the_seed_makes_the_samples(model: Model) -> None:
    first, again, other = (compute(model, replace(CUBE, seed=seed)) for seed in (0, 0, 1))
    same(first, again)
    assert not np.isclose(first.overlap, other.overlap).any()


def test_without_a_seed_the_seed_is_nought(model: Model, tmp_path: Path) -> None:
    text = "name: a\nmethod: latin_hypercube\nsamples: 8\nvalues: {overlap: {low: 0, high: 0.5}}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"{text}seed: 0\n", encoding="utf-8")
    one, two = read(tmp_path / "a.yaml", model), read(tmp_path / "b.yaml", model)
    assert one.seed == 0
    same(compute(model, one), compute(model, two))


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [GRID, CUBE], ids=["grid", "cube"])
def test_both_forms_of_a_file_hold_what_is_computed(
    model: Model, tmp_path: Path, small_blocks: None, spec: Spec
) -> None:
    frame = compute(model, spec)
    parquet, text = tmp_path / "out.parquet", tmp_path / "out.csv"
    for path in (parquet, text):
        swept = sweep(model, spec, path)
        assert (swept.path, swept.rows, swept.violations, swept.resumed) == (path, spec.rows, {}, 0)
    same(pd.read_parquet(parquet), frame)
    # A CSV file has ten digits.
    found = pd.read_csv(text, keep_default_na=False)
    assert list(found.columns) == list(frame.columns)
    pd.testing.assert_frame_equal(found, frame, rtol=1e-9, check_dtype=False)
    assert b"\r" not in text.read_bytes()


def test_the_folder_of_a_file_is_made(model: Model, tmp_path: Path) -> None:
    assert sweep(model, LONG, tmp_path / "a" / "b" / "out.csv").path.is_file()


def test_a_file_stands_beside_the_settings_that_made_it(model: Model, tmp_path: Path) -> None:
    sweep(model, CUBE, tmp_path / "out.csv")
    settings = json.loads((tmp_path / "out.csv.settings.json").read_text(encoding="utf-8"))
    assert settings["method"] == "latin_hypercube"
    assert settings["values"] == {"persons_per_transfer": [0.7, 1.0], "overlap": [0.0, 0.5]}
    assert (settings["seed"], settings["samples"], settings["rows"]) == (1, 20, 20)
    assert not list(tmp_path.glob(".*.parts"))


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
@pytest.mark.parametrize("spec", [LONG, replace(CUBE, samples=31)], ids=["grid", "cube"])
@pytest.mark.parametrize("blocks", [0, 1, 3, 8])
def test_a_run_that_was_stopped_goes_on_where_it_was(
    model: Model,
    tmp_path: Path,
    small_blocks: None,
    computed: list[int],
    spec: Spec,
    name: str,
    blocks: int,
) -> None:
    whole = tmp_path / "whole" / name
    sweep(model, spec, whole)
    assert sorted(computed) == list(range(0, 31, 4))
    out = tmp_path / name
    rows = min(31, blocks * 4)
    with pytest.raises(Stopped):
        sweep(model, spec, out, done=stop_after(rows))
    assert not out.exists()
    computed.clear()
    heard: list[int] = []
    swept = sweep(model, spec, out, done=heard.append)
    assert (swept.rows, swept.resumed) == (31, rows)
    assert sorted(computed) == list(range(rows, 31, 4)) if rows < 31 else computed == []
    assert heard == [*range(rows, 31, 4), 31]
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"junk", b"PAR1 and no more"])
def test_a_block_that_was_damaged_is_computed_again(
    model: Model, tmp_path: Path, small_blocks: None, computed: list[int], damage: bytes
) -> None:
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    sweep(model, LONG, whole)
    with pytest.raises(Stopped):
        sweep(model, LONG, out, done=stop_after(12))
    first, second, third = sorted((tmp_path / ".out.csv.parts").glob("*.parquet"))
    # Nothing can be read of the first block, and of the third, not all.
    first.write_bytes(damage)
    third.write_bytes(second.read_bytes()[:-20])
    computed.clear()
    assert sweep(model, LONG, out).resumed == 4
    assert sorted(computed) == [0, *range(8, 31, 4)]
    assert out.read_bytes() == whole.read_bytes()


def test_what_a_run_that_was_killed_at_its_end_left_is_cleared_by_the_next(
    model: Model, tmp_path: Path, small_blocks: None
) -> None:
    with pytest.raises(Stopped):
        sweep(model, LONG, tmp_path / "out.csv", done=stop_after(12))
    parts = tmp_path / ".out.csv.parts"
    (tmp_path / "kept").mkdir()
    parts.rename(tmp_path / "kept" / parts.name)
    sweep(model, LONG, tmp_path / "out.csv")
    (tmp_path / "kept" / parts.name).rename(parts)
    sweep(model, LONG, tmp_path / "out.csv")
    assert not parts.exists()


def test_a_run_whose_block_fails_goes_on_where_it_was(
    model: Model, tmp_path: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = tmp_path / "out.csv", tmp_path / "whole.csv"
    sweep(model, LONG, whole)
    with monkeypatch.context() as patch:
        block = sweeps._block

        def fails_late(work: tuple[sweeps._Job, int, int]) -> pd.DataFrame:
            if work[1] >= 16:
                raise Stopped
            return block(work)

        patch.setattr(sweeps, "_block", fails_late)
        with pytest.raises(Stopped):
            sweep(model, LONG, out)
    # How many blocks were kept depends on the threads; none of those that failed was.
    swept = sweep(model, LONG, out)
    assert swept.resumed in range(0, 17, 4)
    assert out.read_bytes() == whole.read_bytes()


def test_a_finished_file_is_left_as_it_is(
    model: Model, tmp_path: Path, small_blocks: None, computed: list[int]
) -> None:
    out = tmp_path / "out.csv"
    sweep(model, LONG, out)
    before = {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.glob("o*")
    }
    computed.clear()
    heard: list[int] = []
    swept = sweep(model, LONG, out, done=heard.append)
    assert (swept.rows, swept.resumed, heard, computed) == (31, 31, [31], [])
    after = {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.glob("o*")
    }
    assert after == before


#: Other settings than those of ``CUBE``, by what differs.
OTHER: dict[str, Spec] = {
    "name": replace(CUBE, name="another"),
    "method": replace(
        CUBE,
        spans=(Span("persons_per_transfer", (0.7, 1.0)), Span("overlap", (0.0, 0.5))),
        method="grid",
        samples=0,
        seed=0,
    ),
    "quantities": replace(CUBE, quantities=("at_risk_total", "at_risk_2021")),
    "values": replace(CUBE, spans=(CUBE.spans[0], Span("overlap", low=0.1, high=0.5))),
    "readings": replace(CUBE, readings={"at_risk_2019": ("published", "southern")}),
    "samples": replace(CUBE, samples=21),
    "seed": replace(CUBE, seed=2),
}


@pytest.mark.parametrize("what", OTHER)
@pytest.mark.parametrize("finished", [True, False], ids=["finished", "begun"])
def test_the_output_of_other_settings_is_kept(
    model: Model, tmp_path: Path, small_blocks: None, what: str, finished: bool
) -> None:
    out = tmp_path / "out.csv"
    if finished:
        sweep(model, CUBE, out)
    else:
        with pytest.raises(Stopped):
            sweep(model, CUBE, out, done=stop_after(8))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as caught:
        sweep(model, OTHER[what], out)
    sentence = str(caught.value)
    assert sentence.startswith(f"{out} holds, or has begun to hold, the output of other settings (")
    assert f"({what} differs)" in sentence
    assert len(sentence.splitlines()) == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_output_under_another_scenario_is_kept(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    sweep(model, LONG, out)
    with pytest.raises(InputError, match=r"\(scenario differs\)"):
        sweep(model, replace(LONG, scenario=find("unit_2019_transfers", model)), out)


@pytest.mark.parametrize(
    "change",
    [
        cells("claims.csv", "growth_rate_2019_2021", printed="10.6"),
        cells("claims.csv", "total_2021_tianshan", printed="3.18"),
    ],
    ids=["growth", "total"],
)
@pytest.mark.parametrize("finished", [True, False], ids=["finished", "begun"])
def test_the_output_of_other_data_is_kept(
    model: Model, package: Path, tmp_path: Path, small_blocks: None, change: Callable[[Path], None], finished: bool
) -> None:
    out = tmp_path / "out.csv"
    if finished:
        sweep(model, LONG, out)
    else:
        with pytest.raises(Stopped):
            sweep(model, LONG, out, done=stop_after(8))
    change(package)
    with pytest.raises(InputError, match=r"\(data and formulas differs\)"):
        sweep(Model(Register.read(package)), LONG, out)


def test_data_that_nothing_here_starts_from_may_change(model: Model, package: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    sweep(model, LONG, out)
    cells("claims.csv", "figure_2019_south", note="Another note.")(package)
    assert sweep(Model(Register.read(package)), LONG, out).resumed == LONG.rows


def test_a_file_of_another_kind_is_kept(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("of mine\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        sweep(model, LONG, out)
    assert str(caught.value) == f"{out} is there and is no sweep; name another file"
    assert out.read_text(encoding="utf-8") == "of mine\n"


def test_settings_that_cannot_be_read_are_kept(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    beside = tmp_path / "out.csv.settings.json"
    for text in ("of mine\n", "[]\n"):
        beside.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="what is written there differs"):
            sweep(model, LONG, out)
        assert beside.read_text(encoding="utf-8") == text
        assert not out.exists()


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_a_finished_file_that_was_spoiled_is_refused(model: Model, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    sweep(model, LONG, out)
    out.write_text("of mine\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        sweep(model, LONG, out)
    assert str(out) in str(caught.value)
    assert out.read_text(encoding="utf-8") == "of mine\n"


def test_another_run_that_writes_is_not_disturbed(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with (tmp_path / ".out.csv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError) as caught:
            sweep(model, LONG, out)
        assert str(caught.value) == f"another run is writing to {out}; wait for it to end"
        assert not out.exists()
    assert sweep(model, LONG, out).rows == 31


def test_a_second_run_finds_the_first_one_at_work(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    sentences: list[str] = []

    def meanwhile(rows: int) -> None:
        if not sentences:
            with pytest.raises(InputError) as caught:
                sweep(model, LONG, out)
            sentences.append(str(caught.value))

    assert sweep(model, LONG, out, done=meanwhile).rows == 31
    assert sentences == [f"another run is writing to {out}; wait for it to end"]


def test_a_folder_that_cannot_be_made_is_refused(model: Model, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("of mine\n", encoding="utf-8")
    out = tmp_path / "taken" / "out.csv"
    with pytest.raises(InputError) as caught:
        sweep(model, LONG, out)
    assert str(caught.value) == f"{tmp_path / 'taken'} is a file; name a folder"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_file_that_cannot_be_written_is_refused(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A full disk, whoever runs the tests.
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sweeps, "_write", full)
    with pytest.raises(InputError) as caught:
        sweep(model, LONG, tmp_path / "out.csv")
    assert str(caught.value) == f"{tmp_path / 'out.csv'} can't be written (No space left on device)"


@pytest.mark.parametrize("name", ["out.txt", "out", "out.CSV", "out.parquet.gz"])
def test_a_file_of_another_ending_is_refused(model: Model, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        sweep(model, LONG, tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name} ends in none of .parquet, .csv"
    assert not list(tmp_path.iterdir())


# Reading --------------------------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "swept.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_is_swept(model: Model, tmp_path: Path) -> None:
    text = """
name: of mine
method: grid
scenario: unit_2019_transfers
quantities: [at_risk_total]
values:
  former_detainees: {low: 0.2, high: 0.6, steps: 3, unit: million person}
  overlap: [0, 25%, 0.5]
readings:
  at_risk_2019: [published, southern]
"""
    spec = read(written(tmp_path, text), model)
    assert (spec.name, spec.quantities, spec.method) == ("of mine", ("at_risk_total",), "grid")
    assert spec.spans[0].values == pytest.approx((200_000, 400_000, 600_000))
    assert spec.spans[1].values == (0.0, 0.25, 0.5)
    assert spec.readings == {"at_risk_2019": ("published", "southern")}
    assert spec.scenario.name == "unit_2019_transfers"
    assert spec.rows == 2 * 3 * 3
    # Printed and 200,000: 1.6 million, 580,000 and 200,000. South, 600,000, half of them counted twice: 1,567,500,
    # 580,000 and 300,000.
    found = compute(model, spec)
    assert found.at_risk_total[0] == pytest.approx(2_380_000, rel=1e-12)
    assert found.at_risk_total[17] == pytest.approx(2_447_500, rel=1e-12)


def test_without_quantities_the_estimates_are_swept(model: Model, tmp_path: Path) -> None:
    spec = read(written(tmp_path, "name: a\nmethod: grid\nvalues: {overlap: [0, 0.5]}\n"), model)
    assert spec.quantities == model.register.estimates
    assert spec.scenario.name == "article"


def test_a_scenario_beside_the_file_is_found_from_anywhere(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text(
        "name: mine\ndescription: a\nreason: b\nvalues: {former_detainees: 0 person}\n", encoding="utf-8"
    )
    monkeypatch.chdir("/")
    text = "name: a\nmethod: grid\nscenario: mine.yaml\nvalues: {persons_per_transfer: [1 person/transfer]}\n"
    (found,) = compute(model, read(written(tmp_path, text), model)).at_risk_total
    assert found == pytest.approx(1.6e6 + 3.17e6 - 3.17e6 / 1.105, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("method: grid\nvalues: {overlap: {low: 0, high: 0.5, steps: 3.0}}", (3, 0)),
        ("method: latin_hypercube\nsamples: 8.0\nvalues: {overlap: {low: 0, high: 0.5}}", (8, 0)),
        ("method: latin_hypercube\nsamples: 8\nseed: 2.0\nvalues: {overlap: {low: 0, high: 0.5}}", (8, 2)),
    ],
)
def test_a_whole_number_may_have_a_point(model: Model, tmp_path: Path, text: str, numbers: tuple[int, int]) -> None:
    # JSON Schema takes 3.0 for a whole number, so the file is read; what follows must hold.
    spec = read(written(tmp_path, f"name: a\n{text}\n"), model)
    assert (spec.rows, spec.seed) == numbers
    assert len(compute(model, spec)) == numbers[0]


S, C = "name: a\nmethod: grid\n", "name: a\nmethod: latin_hypercube\nsamples: 8\n"
#: By what is wrong: the file, and what the sentence says after the file's name.
REFUSED: dict[str, tuple[str, list[str]]] = {
    "comments alone": ("# nothing\n", ["the file is not a mapping of name, method and what is varied"]),
    "a list": ("- name: a\n", ["the file is not a mapping of name, method and what is varied"]),
    "an empty file": ("", ["the file is empty"]),
    "a key given twice": (f"{S}name: b\n", ["the key 'name' is given twice (line 1)"]),
    "code": (f"{S}values: !!python/object/apply:os.getcwd []", ["not YAML: tags (!) are not read"]),
    "an unknown key": (
        f"{S}vlaues: {{overlap: [0]}}",
        ["field vlaues: 'vlaues' is nothing that a sweep has; did you mean 'values'?"],
    ),
    "no method": ("name: a\nvalues: {overlap: [0]}", ["'method' is a required property"]),
    "no name": ("method: grid\nvalues: {overlap: [0]}", ["'name' is a required property"]),
    "an unknown method": ("name: a\nmethod: cube\n", ["field method: 'cube' is not one of ", "grid"]),
    "a grid with samples": (f"{S}samples: 8\nvalues: {{overlap: [0]}}", ["field samples: a grid has no samples"]),
    "a grid with a seed": (f"{S}seed: 8\nvalues: {{overlap: [0]}}", ["field seed: a grid has no seed"]),
    "a cube without samples": (
        "name: a\nmethod: latin_hypercube\nvalues: {overlap: {low: 0, high: 1}}",
        ["field samples: a Latin hypercube needs samples"],
    ),
    "no samples at all": (
        f"{C.replace('8', '0')}values: {{overlap: {{low: 0, high: 1}}}}",
        ["field samples: 0 is less than the minimum of 1"],
    ),
    "a seed below nought": (
        f"{C}seed: -1\nvalues: {{overlap: {{low: 0, high: 1}}}}",
        ["field seed: -1 is less than the minimum of 0"],
    ),
    "a seed that is none": (
        f"{C}seed: 0.5\nvalues: {{overlap: {{low: 0, high: 1}}}}",
        ["field seed: 0.5 is not of type 'integer'"],
    ),
    "nothing varied": (S, ["nothing is varied; give values or readings"]),
    "an unknown scenario": (
        f"{S}scenario: southren\nvalues: {{overlap: [0]}}",
        ["field scenario: 'southren' is no scenario and no file; did you mean 'southern'?"],
    ),
    "a scenario with distributions": (
        f"{S}scenario: illustrative\nvalues: {{overlap: [0]}}",
        ["field scenario: illustrative moves more than readings and values"],
    ),
    "a scenario that moves every assumption": (
        f"{S}scenario: all_low\nvalues: {{overlap: [0]}}",
        ["field scenario: all_low moves more than readings and values"],
    ),
    "a scenario of sources": (
        f"{S}scenario: sourced_only\nvalues: {{overlap: [0]}}",
        ["field scenario: sourced_only moves more than readings and values"],
    ),
    "an unknown estimate": (
        f"{S}quantities: [at_risk_totl]\nvalues: {{overlap: [0]}}",
        ["field quantities: 'at_risk_totl' is no quantity; did you mean 'at_risk_total'?"],
    ),
    "no estimate": (f"{S}quantities: []\nvalues: {{overlap: [0]}}", ["field quantities: [] "]),
    "an estimate given twice": (
        f"{S}quantities: [at_risk_total, at_risk_total]\nvalues: {{overlap: [0]}}",
        ["field quantities: ", "non-unique"],
    ),
    "an unknown quantity in values": (
        f"{S}values: {{overlapp: [0]}}",
        ["field values.overlapp: 'overlapp' is no quantity; did you mean 'overlap'?"],
    ),
    "an unknown quantity in readings": (
        f"{S}readings: {{at_rsk_2019: [southern]}}",
        ["field readings.at_rsk_2019: 'at_rsk_2019' is no quantity; did you mean 'at_risk_2019'?"],
    ),
    "an unknown reading": (
        f"{S}readings: {{at_risk_2019: [published, southren]}}",
        ["field readings.at_risk_2019: 'southren' is no reading of at_risk_2019; did you mean 'southern'?"],
    ),
    "a reading given twice": (
        f"{S}readings: {{at_risk_2019: [southern, southern]}}",
        ["field readings.at_risk_2019: ", "non-unique"],
    ),
    "one reading not in a list": (
        f"{S}readings: {{at_risk_2019: southern}}",
        ["field readings.at_risk_2019: 'southern' is not of type 'array'"],
    ),
    "a key that is a number": (f"{S}values: {{1: [0]}}", ["the key '1' is no name"]),
    "a reading of a number": (f"{S}readings: {{1: [southern]}}", ["the key '1' is no name"]),
    "a value without a unit": (
        f"{S}values: {{former_detainees: [200000]}}",
        ["field values.former_detainees: 200000 has no unit; it is held in person"],
    ),
    "a scale in the place of a unit": (
        f"{S}values: {{former_detainees: {{low: 0.2, high: 0.6, steps: 3, unit: million}}}}",
        ["field values.former_detainees: 0.2 million has no unit; it is held in person"],
    ),
    "a value in another unit": (
        f"{S}values: {{former_detainees: [0.2 million transfer]}}",
        ["field values.former_detainees: '0.2 million transfer' is in transfer, not in person"],
    ),
    "a number that is none": (
        f"{S}values: {{overlap: [much]}}",
        ["field values.overlap: 'much' is not a number"],
    ),
    "no number": (f"{S}values: {{overlap: [.nan]}}", ["field values.overlap: ", "not a finite number"]),
    "a value outside its bounds": (
        f"{S}values: {{overlap: [0, 1.5]}}",
        ["field values.overlap: overlap = 1.5 lies outside 0 to 1, which is what has a meaning"],
    ),
    "a range outside its bounds": (
        f"{C}values: {{overlap: {{low: -0.5, high: 1}}}}",
        ["field values.overlap: overlap = -0.5 lies outside 0 to 1"],
    ),
    "an input below nought": (
        f"{S}values: {{transfers_2021: [-1 transfer]}}",
        ["field values.transfers_2021: transfers_2021 = -1 lies below 0"],
    ),
    "one value not in a list": (
        f"{S}values: {{overlap: 0.1}}",
        ["field values.overlap: neither a list of numbers nor low and high"],
    ),
    "an empty list": (
        f"{S}values: {{overlap: []}}",
        ["field values.overlap: [] should be non-empty"],
    ),
    "ends the wrong way round": (
        f"{C}values: {{overlap: {{low: 0.5, high: 0.1}}}}",
        ["field values.overlap.low: the low end 0.5 does not lie below the high end 0.1"],
    ),
    "ends that are one": (
        f"{S}values: {{overlap: {{low: 0.5, high: 0.5, steps: 2}}}}",
        ["field values.overlap.low: the low end 0.5 does not lie below the high end 0.5"],
    ),
    "a range without an end": (f"{S}values: {{overlap: {{low: 0.5, steps: 3}}}}", ["field values.overlap: "]),
    "a grid without steps": (
        f"{S}values: {{overlap: {{low: 0, high: 0.5}}}}",
        ["field values.overlap: a grid needs steps"],
    ),
    "a single step": (f"{S}values: {{overlap: {{low: 0, high: 0.5, steps: 1}}}}", ["field values.overlap"]),
    "a cube of steps": (
        f"{C}values: {{overlap: {{low: 0, high: 0.5, steps: 3}}}}",
        ["field values.overlap: a Latin hypercube has no steps; samples says"],
    ),
    "a cube of a list": (
        f"{C}values: {{overlap: [0, 0.5]}}",
        ["field values.overlap: a Latin hypercube needs low and high, not a list"],
    ),
    "a value that nothing starts from": (
        f"{S}values: {{persons_per_household: [3 person/household]}}",
        ["persons_per_household is unused: nothing computed here depends on it"],
    ),
    "a reading that nothing uses": (
        f"{S}readings: {{cross_provincial_volume: [from_quota]}}",
        ["cross_provincial_volume is unused: nothing computed here depends on it"],
    ),
    "a value that the scenario supplies": (
        f"{S}scenario: ratio_2019_implied\nvalues: {{persons_per_transfer: [0.9 person/transfer]}}",
        ["persons_per_transfer is unused: its reading implied supplies it; vary one of the two"],
    ),
    "readings that only make a circle": (
        f"{S}readings: {{persons_per_transfer: [implied], total_2019: [transfers]}}",
        ["no combination of the readings can be computed"],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_is_refused_in_one_sentence(model: Model, tmp_path: Path, what: str) -> None:
    text, words = REFUSED[what]
    path = written(tmp_path, text)
    with pytest.raises(RegisterError) as caught:
        read(path, model)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert len(sentence.splitlines()) == 1
    for word in words:
        assert word in sentence


def test_a_file_that_is_not_there_or_not_utf_8_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"none\.yaml: the file is missing$"):
        read(tmp_path / "none.yaml", model)
    path = tmp_path / "swept.yaml"
    path.write_bytes(b"name: a\nmethod: \xe9\n")
    with pytest.raises(RegisterError, match=r"swept\.yaml: the file is not UTF-8 \(line 2\)$"):
        read(path, model)


def test_what_is_wrong_in_the_scenario_of_a_sweep_is_told(model: Model, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\ndescription: a\n", encoding="utf-8")
    path = written(tmp_path, f"{S}scenario: mine.yaml\nvalues: {{overlap: [0]}}")
    with pytest.raises(RegisterError) as caught:
        read(path, model)
    assert str(caught.value).startswith(f"{path}, field scenario: ")
    assert "mine.yaml: 'reason' is a required property" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # A thousand steps on each of four axes.
        (
            S
            + "values:\n"
            + "".join(
                f"  {name}: {{low: 0.6, high: 0.9, steps: 1000, unit: {unit}}}\n"
                for name, unit in (
                    ("persons_per_transfer", "person/transfer"),
                    ("persons_per_transfer_drift", "''"),
                    ("overlap", "''"),
                    ("at_risk_share_of_new", "''"),
                )
            ),
            "field values: 1,000,000,000,000 rows are more than the 1,000,000,000 that a sweep may have",
        ),
        (
            # 5 times 5 times 4 times 3 times 3 times 2 times 2 are 3,600, and times 3 are 10,800.
            f"{S}readings:\n"
            "  at_risk_2019: [published, at_risk_2019_up_to, southern, composition, constant_share]\n"
            "  former_detainees: [set, floor, floor_loosest, from_low_end, from_high_end]\n"
            "  growth_2019_2021: [published, growth_rate_2019_2021, from_difference, from_labourers]\n"
            "  net_new_transfers: [published, increase_2019_2021, from_base]\n"
            "  transfers_2019: [from_rate, from_difference, from_labourers]\n"
            "  transfers_2021: [total_2021_february, published, total_2021_tianshan]\n"
            "  persons_per_transfer: [set, implied]\n"
            "  at_risk_share_of_new: [set, as_in_2019]\n",
            "field readings: 10,800 combinations are more than the 10,000 that a sweep may have",
        ),
        (
            f"{S}values: {{overlap: {{low: 0, high: 1, steps: 1000000000000}}}}",
            "field values.overlap",
        ),
        (f"{C.replace('8', '1000000000000')}values: {{overlap: {{low: 0, high: 1}}}}", "field samples: 1000000000000"),
    ],
    ids=["axes", "readings", "steps", "samples"],
)
def test_too_many_rows_are_refused_before_anything_is_computed(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("rows are being made")

    for name in ("_settings", "_job", "_check"):
        monkeypatch.setattr(sweeps, name, never)
    with pytest.raises(RegisterError) as caught:
        read(written(tmp_path, text), model)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_finished_file_that_lost_rows_is_refused(model: Model, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    sweep(model, LONG, out)
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(InputError, match="is not the sweep that was written"):
        sweep(model, LONG, out)
