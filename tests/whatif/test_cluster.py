"""Dask: workers in other processes give the same numbers to the last bit, also when one of them is killed."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import pandas as pd
import pytest
from distributed import LocalCluster
from distributed.diagnostics.plugin import SchedulerPlugin

from analysis.core.model import Model
from analysis.whatif import sweep as sweeps
from analysis.whatif.draws import Draws, draw
from analysis.whatif.scenarios import find
from analysis.whatif.sweep import Span, Spec, compute, sweep

N = 200_000
SPEC = Spec(
    "two axes",
    ("net_new_persons", "at_risk_2021", "at_risk_total"),
    (
        Span("persons_per_transfer", tuple((700 + i) / 1000 for i in range(301))),
        Span("persons_per_transfer_drift", tuple((950 + i) / 1000 for i in range(101))),
    ),
)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Two worker processes on this machine alone, which import this copy of the package."""
    root = str(Path(sweeps.__file__).resolve().parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])))
    with (
        dask.config.set({"temporary-directory": str(tmp_path)}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as made,
    ):
        yield made


def drawn(model: Model, scheduler: str = "", **how: Any) -> Draws:
    """Random draws of two estimates under the illustrative scenario."""
    scenario = find("illustrative", model)
    setting = scenario.setting(model, "at_risk_total")
    quantities = ["at_risk_2021", "at_risk_total"]
    given = {"n": N, "seed": 5, "method": "random", **how}
    return draw(model, quantities, setting, scenario.distributions, scenario.correlations, scheduler=scheduler, **given)


class Killed(SchedulerPlugin):  # type: ignore[misc]
    """Kills the worker process that finishes the first task, so that its result is lost and the rest is still to do."""

    def __init__(self, cluster: Any) -> None:
        self.cluster, self.victim, self.left = cluster, "", 0
        self.gone = threading.Event()

    def transition(self, key: Any, start: str, finish: str, *args: Any, worker: str = "", **kwargs: Any) -> None:
        """Hears of each task; ``memory`` is where a result lies that a worker has."""
        if finish == "memory" and not self.victim:
            self.victim = worker
            self.left = sum(task.state != "memory" for task in self.cluster.scheduler.tasks.values())
            (nanny,) = (one for one in self.cluster.workers.values() if one.worker_address == worker)
            os.kill(nanny.pid, signal.SIGKILL)

    def remove_worker(self, scheduler: Any, worker: str, **kwargs: Any) -> None:
        """Hears of each worker that is gone."""
        if worker == self.victim:
            self.gone.set()


@pytest.fixture
def killed(cluster: Any) -> Killed:
    """What kills one of the cluster's workers in the middle of whatever is computed first."""
    plugin = Killed(cluster)
    cluster.scheduler.add_plugin(plugin)
    return plugin


def test_draws_on_a_cluster_are_those_of_one_process(model: Model, cluster: Any) -> None:
    alone = drawn(model)
    assert (alone.n, alone.method) == (N, "random")
    assert drawn(model, cluster.scheduler_address) == alone
    assert drawn(model, cluster.scheduler_address, compiled=True) == drawn(model, compiled=True)


def test_a_sweep_on_a_cluster_is_that_of_one_process(
    model: Model, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "ROWS", 2000)
    address = cluster.scheduler_address
    assert SPEC.rows == 301 * 101
    pd.testing.assert_frame_equal(compute(model, SPEC, address), compute(model, SPEC), check_exact=True)
    sweep(model, SPEC, tmp_path / "alone.parquet")
    sweep(model, SPEC, tmp_path / "together.parquet", scheduler=address)
    assert (tmp_path / "alone.parquet").read_bytes() == (tmp_path / "together.parquet").read_bytes()


def test_draws_are_the_same_when_a_worker_is_killed_in_the_middle(model: Model, cluster: Any, killed: Killed) -> None:
    found = drawn(model, cluster.scheduler_address)
    assert killed.gone.wait(30)
    assert killed.left > 0
    assert found == drawn(model)


def test_a_sweep_is_the_same_when_a_worker_is_killed_in_the_middle(
    model: Model, cluster: Any, killed: Killed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "ROWS", 2000)
    found = sweep(model, SPEC, tmp_path / "together.parquet", scheduler=cluster.scheduler_address)
    assert killed.gone.wait(30)
    assert killed.left > 0
    sweep(model, SPEC, tmp_path / "alone.parquet")
    assert (found.rows, found.resumed) == (301 * 101, 0)
    assert (tmp_path / "alone.parquet").read_bytes() == (tmp_path / "together.parquet").read_bytes()
