"""Measures the package beside its peers, in turn in one run, and writes README.md.

Each peer does the same work: notebooks, arithmetic by hand, draws to the same error.
The inputs are those of tests/truth.py, which has the true percentiles of their sum.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import SALib.analyze.sobol
import SALib.sample.sobol
import squigglepy as sq

import analysis
from tests import truth
from tests.browser import CHROMIUM, opened

ROOT = Path(__file__).resolve().parents[1]
TOTAL = "at_risk_total"
ENTRIES, POINTS = 1_000_000, 4_096
PERCENTILES = [5, 50, 95]
SEEDS = range(6)
#: Two ends, or three corners of a triangle.
ENDS = truth.ENDS
#: A browser that shows sixty pictures a second has this long for each.
FRAME = 1 / 60
#: Moves a lever back and forth; milliseconds until the page is laid out anew.
MOVE = """() => {
  const lever = document.querySelector("input[type=range]");
  const [low, high] = [Number(lever.min), Number(lever.max)];
  const milliseconds = [];
  for (let i = 0; i < 51; i += 1) {
    const before = document.body.innerText;
    lever.value = low + ((high - low) * (1 + (i % 7))) / 8;
    const start = performance.now();
    lever.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.getBoundingClientRect();
    milliseconds.push(performance.now() - start);
    if (document.body.innerText === before) throw Error("the lever moved nothing");
  }
  return milliseconds.sort((one, other) => one - other)[25];
}"""


def seconds(*tasks, rounds=5):
    """The median seconds of each task, in turn."""
    spent = [[] for _ in tasks]
    for _ in range(rounds):
        for task, times in zip(tasks, spent, strict=True):
            start = time.perf_counter()
            task()
            times.append(time.perf_counter() - start)
    return [median(times) for times in spent]


def started(*words):
    """A task that starts Python with words."""
    return lambda: subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=True, capture_output=True
    )


def by_hand(lt, ls, ms, mo, t, g, p, s, d):
    """The total as truth.py defines it, for numbers and for arrays."""
    return ls * ms + (lt - ls) * mo + p * s * (t - t / (1 + g)) + d


def papermill(folder):
    """Run each notebook in turn with papermill's command line."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        target = str(Path(folder) / path.name)
        started("-m", "papermill", "--no-progress-bar", str(path), target)()


def of_run():
    """A run beside papermill, and the lever of its page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results"
        whole = started("-m", "analysis", "reproduce", "--out", str(out))
        times = seconds(whole, lambda: papermill(folder), rounds=1)
        yield "`reproduce`, with pages and figures", "papermill, in turn", *times, 1
        if not CHROMIUM.exists():
            return
        with opened((out / "index.html").as_uri()) as tab:
            times = tab.evaluate(MOVE) / 1000, FRAME
    yield "the page after a lever moves", "a picture of 60 a second", *times, 1


def of_verify():
    tasks = started("-m", "analysis", "verify"), started("-c", "import pandas")
    yield "`verify`", "`import pandas`", *seconds(*tasks, rounds=7), 2


def of_function(reference):
    """The total as a function, for many entries and for one."""
    function = reference.function(TOTAL)
    columns = [
        truth.shape(*ends).rvs(ENTRIES, random_state=1) for ends in ENDS.values()
    ]
    inputs = dict(zip(ENDS, columns, strict=True))
    assert np.allclose(function(**inputs), by_hand(*columns), rtol=1e-12)
    tasks = lambda: function(**inputs), lambda: by_hand(*columns)
    name = f"`function`, {ENTRIES:,} entries of nine inputs"
    yield name, "numpy by hand", *seconds(*tasks, rounds=9), 3
    row = [float(column[0]) for column in columns]
    inputs = dict(zip(ENDS, row, strict=True))
    numbers = [np.float64(number) for number in row]

    def calls(task):
        return lambda: [task() for _ in range(1000)]

    tasks = calls(lambda: function(**inputs)), calls(lambda: by_hand(*numbers))
    times = [spent / 1000 for spent in seconds(*tasks)]
    yield "`function`, one number each", "numpy by hand", *times, None


def ours(reference, n, seed=0):
    drawn = reference.draws(TOTAL, n=n, seed=seed)[TOTAL]
    return np.percentile(drawn, PERCENTILES)


def numpys(n):
    """Draw with numpy, through scipy's ppf, and compute the total by hand."""
    random = np.random.default_rng(0)
    columns = [truth.shape(*ends).ppf(random.random(n)) for ends in ENDS.values()]
    return np.percentile(by_hand(*columns), PERCENTILES)


def squiggle(n, seed=0):
    """Draw with squigglepy, and compute the total by hand."""
    sq.set_seed(seed)
    columns = []
    for ends in ENDS.values():
        draw = sq.uniform(*ends) if len(ends) == 2 else sq.triangular(*ends)
        columns.append(sq.sample(draw, n))
    return np.percentile(by_hand(*columns), PERCENTILES)


def error(task, n, true):
    """The root of the mean squared error of the percentiles, in persons."""
    errors = [task(n, seed) - true for seed in SEEDS]
    return float(np.sqrt(np.mean(np.square(errors))))


def of_draws(reference):
    """Draws beside as many of numpy's, and beside squigglepy's to the same error."""
    tasks = lambda: ours(reference, ENTRIES), lambda: numpys(ENTRIES)
    name = f"`draws`, {ENTRIES:,} of nine inputs"
    yield name, "numpy, scipy's `ppf`", *seconds(*tasks), 3
    true = truth.percentiles()
    most = error(squiggle, ENTRIES, true)
    n = POINTS
    while error(lambda n, seed: ours(reference, n, seed), n, true) > most:
        n *= 2
    tasks = lambda: ours(reference, n), lambda: squiggle(ENTRIES)
    name = f"`draws`, {n:,}: percentiles within {most:,.0f} persons"
    yield name, f"squigglepy, {ENTRIES:,} draws", *seconds(*tasks), 1


def sobol(function):
    """Compute indices of a function of rows with SALib."""
    bounds, kinds = [], []
    for low, *mode, high in ENDS.values():
        peak = [(mode[0] - low) / (high - low)] if mode else []
        bounds.append([low, high, *peak])
        kinds.append("triang" if mode else "unif")
    problem = {"num_vars": 9, "names": [*ENDS], "bounds": bounds, "dists": kinds}
    sample = SALib.sample.sobol.sample(problem, POINTS, calc_second_order=False)
    values = function(sample.T)
    return SALib.analyze.sobol.analyze(problem, values, calc_second_order=False)


def of_sobol(reference):
    function = reference.function(TOTAL)

    def on_ours(rows):
        return function(**dict(zip(ENDS, rows, strict=True)))

    tasks = lambda: sobol(on_ours), lambda: sobol(lambda rows: by_hand(*rows))
    name = f"Sobol indices of `function`, {POINTS:,} points"
    yield name, "SALib, numpy by hand", *seconds(*tasks), 2


def rows():
    """Yield what was done, the peer, the seconds of both, the ratio that is allowed."""
    reference = analysis.load().change(**truth.READINGS, **truth.shapes())
    yield from of_verify()
    yield from of_function(reference)
    yield from of_draws(reference)
    yield from of_sobol(reference)
    yield from of_run()


def main():
    peers = ["numpy", "scipy", "pandas", "papermill", "SALib", "squigglepy"]
    versions = ", ".join(f"{peer} {version(peer)}" for peer in peers)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    lines = [
        "# Benchmarks",
        "",
        "`make bench` measures each beside a peer that does the same work, in turn in "
        f"one run; times are medians. {machine}, Python {platform.python_version()}, "
        f"{versions}.",
        "",
        "| what | seconds | peer | its seconds | ours ÷ peer | at most |",
        "|---|---|---|---|---|---|",
    ]
    for what, peer, spent, by_peer, most in rows():
        cells = [what, f"{spent:.2g}", peer, f"{by_peer:.2g}", f"{spent / by_peer:.2g}"]
        lines.append(f"| {' | '.join([*cells, str(most or '')])} |")
        print(lines[-1], flush=True)
    (ROOT / "benchmarks" / "README.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
