"""Measures the package beside its peers in one run, and writes README.md.

Each peer does the same work; the truth about draws and indices is in tests/truth.py.
"""

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import SALib.analyze.sobol
import SALib.sample.sobol
import squigglepy as sq

import analysis

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = str(ROOT / "tests" / "reference.yaml")
DRAWS, POINTS = 1_000_000, 4_096
#: The nine inputs of the reference: two ends, or three corners of a triangle.
INPUTS = {
    "labourers_2019": (2.585e6, 2.595e6),
    "labourers_south_2019": (1.645e6, 1.655e6),
    "minority_share_south": (0.85, 1),
    "minority_share_outside": (0, 0.12, 0.5),
    "transfers_2021": (3.165e6, 3.175e6),
    "growth_2019_2021": (0.1045, 0.1055),
    "persons_per_transfer": (0.75, 0.9, 1),
    "at_risk_share_of_new": (0.5, 1),
    "former_detainees": (1e5, 6e5),
}


def seconds(*tasks, rounds=5):
    """The median seconds of each task, in turn."""
    spent = [[] for _ in tasks]
    for _ in range(rounds):
        for task, found in zip(tasks, spent, strict=True):
            start = time.perf_counter()
            task()
            found.append(time.perf_counter() - start)
    return [median(found) for found in spent]


def started(*words):
    """A task that starts Python with words."""
    return lambda: subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=True, capture_output=True
    )


def squiggle():
    """Draw the reference with squigglepy, and compute the total by hand."""
    drawn = []
    for ends in INPUTS.values():
        shape = sq.uniform(*ends) if len(ends) == 2 else sq.triangular(*ends)
        drawn.append(sq.sample(shape, DRAWS))
    everyone, south, share_south, share_outside, now, growth, ratio, new, out = drawn
    composition = south * share_south + (everyone - south) * share_outside
    total = composition + ratio * (now - now / (1 + growth)) * new + out
    return np.percentile(total, [5, 50, 95])


def ours(reference):
    drawn = reference.draws("at_risk_total", n=DRAWS)["at_risk_total"]
    return np.percentile(drawn, [5, 50, 95])


def sobol(function):
    """Compute indices of the total with SALib."""
    ends = [sorted(ends) for ends in INPUTS.values()]
    problem = {
        "num_vars": len(INPUTS),
        "names": [*INPUTS],
        "bounds": [
            [low[0], low[2], (low[1] - low[0]) / (low[2] - low[0])]
            if len(low) == 3
            else low
            for low in ends
        ],
        "dists": ["triang" if len(low) == 3 else "unif" for low in ends],
    }
    sample = SALib.sample.sobol.sample(problem, POINTS, calc_second_order=False)
    values = function(**dict(zip(INPUTS, sample.T, strict=True)))
    return SALib.analyze.sobol.analyze(problem, values, calc_second_order=False)


def loop(article, grid):
    """Set each value of a grid in turn."""
    return [
        float(article.change(persons_per_transfer=one)["at_risk_2021"]) for one in grid
    ]


def papermill(folder):
    """Run each notebook in turn with papermill's command line."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        target = str(Path(folder) / path.name)
        started("-m", "papermill", "--no-progress-bar", str(path), target)()


def rows():
    """Yield what was done, its seconds, the peer, and the peer's seconds."""
    article = analysis.load()
    reference = article.scenario(REFERENCE)
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "results")
        whole = started("-m", "analysis", "reproduce", "--out", out)
        times = seconds(whole, lambda: papermill(folder), rounds=1)
    name = "`analysis reproduce`, with report, figures and page"
    yield name, times[0], "papermill, notebooks in turn", times[1]
    load = "import analysis; analysis.load().checks()"
    times = seconds(started("-c", load), started("-c", "import pandas"), rounds=9)
    yield "import, load and judge all checks", times[0], "`import pandas`", times[1]
    times = seconds(lambda: ours(reference), squiggle)
    name = f"{DRAWS:,} draws of nine inputs, three percentiles"
    yield name, times[0], "squigglepy, its arithmetic by hand", times[1]
    function = reference.function("at_risk_total")
    times = seconds(
        lambda: reference.indices("at_risk_total", n=POINTS), lambda: sobol(function)
    )
    name = f"Sobol indices with intervals, {POINTS:,} points"
    yield name, times[0], "SALib, on `function`", times[1]
    grid = np.linspace(0.4, 1, 1_000)
    times = seconds(
        lambda: article.sweep("at_risk_2021", persons_per_transfer=grid),
        lambda: loop(article, grid),
        rounds=3,
    )
    yield "`sweep` over 1,000 values", times[0], "a loop over `change`", times[1]


def main():
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`. Ratios travel, seconds do not: "
        f"{platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}.",
        "",
        "| what | seconds | peer | its seconds | peer ÷ ours |",
        "|---|---|---|---|---|",
    ]
    for what, spent, peer, by_peer in rows():
        cells = [what, f"{spent:.3g}", peer, f"{by_peer:.3g}", f"{by_peer / spent:.2g}"]
        lines.append(f"| {' | '.join(cells)} |")
    (ROOT / "benchmarks" / "README.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
