"""Dask: workers in other processes give the same numbers to the last bit, even if one
of the workers is killed.
"""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.model.model import Model
from analysis.whatif import sweep as sweeps
from analysis.whatif.sweep import Span, Spec, compute, write

pytestmark = pytest.mark.long

SPEC = Spec(
    name="two axes",
    quantities=("net_new_persons", "at_risk_2021", "at_risk_total"),
    values={
        "persons_per_transfer": Span(
            low=0.7, high=1, steps=301, unit="person/transfer"
        ),
        "persons_per_transfer_drift": Span(low=0.95, high=1.05, steps=101),
    },
)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Two worker processes on this machine, which import this copy of the package."""
    dask = pytest.importorskip("dask")
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(sweeps, "ROWS", 2000)
    root = str(Path(sweeps.__file__).resolve().parents[2])
    monkeypatch.setenv(
        "PYTHONPATH",
        os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
    )
    local = {"host": "127.0.0.1", "dashboard_address": None, "silence_logs": 50}
    with (
        dask.config.set({"temporary-directory": str(tmp_path)}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, **local
        ) as made,
    ):
        yield made


@pytest.fixture
def killed(cluster: Any) -> Any:
    """Kills the worker that finishes the first task, so that its result is lost and the
    rest is still to do.
    """
    from distributed.diagnostics.plugin import SchedulerPlugin

    class Killed(SchedulerPlugin):  # type: ignore[misc]
        victim, left, gone = "", 0, threading.Event()

        def transition(
            self,
            key: Any,
            start: str,
            finish: str,
            *args: Any,
            worker: str = "",
            **kwargs: Any,
        ) -> None:
            if finish == "memory" and not self.victim:
                self.victim = worker
                self.left = sum(
                    task.state != "memory" for task in cluster.scheduler.tasks.values()
                )
                (nanny,) = (
                    one
                    for one in cluster.workers.values()
                    if one.worker_address == worker
                )
                os.kill(nanny.pid, signal.SIGKILL)

        def remove_worker(self, scheduler: Any, worker: str, **kwargs: Any) -> None:
            if worker == self.victim:
                self.gone.set()

    plugin = Killed()
    cluster.scheduler.add_plugin(plugin)
    return plugin


def test_a_cluster_gives_the_bits_of_one_process(
    model: Model, cluster: Any, tmp_path: Path
) -> None:
    grid, address = SPEC.check(model), cluster.scheduler_address
    pd.testing.assert_frame_equal(
        compute(model, grid, address), compute(model, grid), check_exact=True
    )
    for name, scheduler in (("alone", ""), ("together", address)):
        write(model, grid, tmp_path / f"{name}.csv", scheduler=scheduler)
    assert (tmp_path / "alone.csv").read_bytes() == (
        tmp_path / "together.csv"
    ).read_bytes()


def test_a_sweep_is_the_same_when_a_worker_is_killed_in_the_middle(
    model: Model, cluster: Any, killed: Any
) -> None:
    grid = SPEC.check(model)
    found = compute(model, grid, cluster.scheduler_address)
    assert killed.gone.wait(30)
    assert killed.left > 0
    pd.testing.assert_frame_equal(found, compute(model, grid), check_exact=True)
