"""Measures the package beside its peers on this machine, and writes results.json,
growth.svg and README.md.

A result is a ratio of medians over five rounds in one process. Package and peers take
turns, so that a slow minute slows all of them. Memory is the peak of a process of its
own, above its memory when everything was imported and the model was built.

    make bench
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import peers  # noqa: E402
import truth  # noqa: E402

import runs  # noqa: E402

ROUNDS = 5
#: The most that are held in memory.
DRAWS = 10**6
PERSONS = 1000


def reference():
    """The model, and the reference scenario's setting and distributions."""
    from analysis.core.register import Register
    from analysis.model.model import Model
    from analysis.whatif.scenarios import find

    model = Model(Register.read(HERE.parent / "data"))
    scenario = find(str(HERE / "reference.yaml"), model)
    return model, scenario.setting(model), scenario.distributions(model)


def ours(given, n, seed=0, outputs=peers.OUTPUTS):
    from analysis.whatif.draws import Draws

    model, setting, distributions = given
    return Draws(model, outputs, setting, distributions, n=n, seed=seed).numbers


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def in_turns(tools, rounds=ROUNDS, *, warm=True):
    """The median seconds of each tool, by turns; a round before is not counted."""
    for function in tools.values() if warm else ():
        function()
    taken = {name: [] for name in tools}
    for _ in range(rounds):
        for name, function in tools.items():
            taken[name].append(seconds(function))
    return {name: statistics.median(times) for name, times in taken.items()}


def peak():
    """The most memory that this process has had since it started, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return (
        next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    )


def apart(what, n):
    """Seconds and MB above the start of one run in a process of its own."""
    command = [sys.executable, __file__, "--alone", what, "--n", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def alone(what, n):
    given = reference()
    if what.startswith("ours"):
        ours(given, 2**14)
        run = lambda: ours(given, n)  # noqa: E731
    elif what == "sweep":
        with tempfile.TemporaryDirectory() as folder:
            before = peak()
            taken = seconds(lambda: swept(given[0], n, Path(folder)))
            return {"seconds": taken, "mb": peak() - before}
    else:
        function = {
            "numpy": peers.numpy_by_hand,
            "squigglepy": peers.squigglepy_vectorised,
        }[what]
        function(2**10, 0)
        run = lambda: function(n, 0)  # noqa: E731
    before = peak()
    taken = seconds(run)
    return {"seconds": taken, "mb": peak() - before}


# What is measured ---------------------------------------------------------------------


def draws(given):
    """Draws of nine inputs, five outputs, with mean, sd and three percentiles each.

    squigglepy draws twice: each input at once, with the arithmetic on arrays by hand,
    and by its own ``sample`` of a function, a draw a call; of that a hundredth is made.
    """
    taken = in_turns(
        {
            "ours": lambda: ours(given, DRAWS),
            "numpy": lambda: peers.numpy_by_hand(DRAWS, 0),
            "squigglepy": lambda: peers.squigglepy_vectorised(DRAWS, 0),
        }
    )
    memory = {name: apart(name, DRAWS)["mb"] for name in taken}
    part = seconds(lambda: peers.squigglepy_by_function(DRAWS // 100, 0))
    taken["squigglepy, its sample of a function"] = 100 * part
    return {"seconds": taken, "mb": memory, "n": DRAWS}


def accuracy(given):
    """The time until the worst of p05, p50 and p95 of at_risk_total is within 1,000
    persons of the true ones. It is a root mean square over twenty seeds; the number of
    draws doubles until then.
    """
    right = np.array(truth.percentiles())

    def one(n, seed):
        found = ours(given, n, seed, ("at_risk_total",))
        return [found["at_risk_total"][name] for name in ("p05", "p50", "p95")]

    tools = {
        "ours": one,
        "numpy": lambda n, seed: peers.numpy_by_hand(n, seed)[-1][2:],
        "squigglepy": lambda n, seed: peers.squigglepy_vectorised(n, seed)[-1][2:],
    }
    found = {}
    for name, function in tools.items():
        n = 2**10
        while True:
            misses = [
                np.abs(np.array(function(n, seed)) - right).max() for seed in range(20)
            ]
            if np.sqrt(np.mean(np.square(misses))) <= PERSONS:
                break
            n *= 2
        found[name] = {"n": n, "persons": float(np.sqrt(np.mean(np.square(misses))))}
    taken = in_turns(
        {
            name: lambda f=function, n=found[name]["n"]: f(n, 0)
            for name, function in tools.items()
        }
    )
    return {name: {**row, "seconds": taken[name]} for name, row in found.items()}


def indices(given):
    """First-order and total indices with intervals at 2^14 base points, and the largest
    error over ten seeds.
    """
    from analysis.whatif.draws import Draws
    from analysis.whatif.indices import sobol_indices, values_of

    model, setting, distributions = given
    plan = model.plan("at_risk_total", setting)
    drawn = Draws(model, ("at_risk_total",), setting, distributions).inputs

    def function(values):
        return plan.evaluate(values)["at_risk_total"]

    def of_ours(seed=0):
        found = sobol_indices(plan.evaluate, ["at_risk_total"], drawn, seed=seed)
        found = found["at_risk_total"]
        return [
            {name: one[kind] for name, one in found.items()}
            for kind in ("first", "total")
        ]

    def of_salib(seed=0):
        return peers.salib_indices(
            drawn, lambda u: function(values_of(drawn, u)), 2**14, seed
        )

    right = truth.indices()

    def error(run):
        worst = [
            max(
                abs(found[kind][name] - right[kind][name])
                for kind in (0, 1)
                for name in right[kind]
            )
            for found in (run(seed) for seed in range(10))
        ]
        return float(np.sqrt(np.mean(np.square(worst))))

    taken = in_turns({"ours": of_ours, "SALib": of_salib})
    return {
        "seconds": taken,
        "error": {"ours": error(of_ours), "SALib": error(of_salib)},
    }


def swept(model, rows, folder):
    from analysis.whatif.sweep import read, write

    spec, steps = folder / "spec.yaml", rows // 250
    spec.write_text(
        f"""name: every headline estimate
values:
  persons_per_transfer: {{low: 0.7, high: 1, steps: {steps}, unit: person/transfer}}
  persons_per_transfer_drift: [0.95, 0.975, 1, 1.025, 1.05]
  at_risk_share_of_new: [0.62, 1]
  former_detainees: {{low: 0.2, high: 0.6, steps: 5, unit: million person}}
  overlap: [0, 0.1, 0.2, 0.3, 0.4]
""",
        encoding="utf-8",
    )
    out = folder / "swept.csv"
    out.unlink(missing_ok=True)
    return write(model, read(spec, model), out)


def scenarios(given):
    """1,000 scenarios of all headline estimates, against as many runs of one notebook
    through papermill's API.
    """
    import papermill

    with tempfile.TemporaryDirectory() as folder:
        taken = [
            seconds(lambda: swept(given[0], 1000, Path(folder)))
            for _ in range(ROUNDS + 1)
        ][1:]
        notebook = HERE.parent / "notebooks" / "04_at_risk_2021.ipynb"
        twenty = seconds(
            lambda: [
                papermill.execute_notebook(
                    str(notebook),
                    f"{folder}/{i}.ipynb",
                    parameters={"persons_per_transfer": 0.7 + 0.01 * i},
                    progress_bar=False,
                    extra_arguments=["--IPKernelApp.log_level=50"],
                )
                for i in range(20)
            ]
        )
    return {"sweep": statistics.median(taken), "papermill": twenty * 50}


def growth():
    """Time and memory by number of draws and of scenarios, each in its own process."""
    return {
        "draws": {str(n): apart("ours", n) for n in (2**13, 2**16, DRAWS)},
        "scenarios": {str(n): apart("sweep", n) for n in (10**3, 10**4, 10**5, 10**6)},
    }


def startup():
    """Processes from start to end, commands beside the bare import of pandas."""
    started = {
        "import pandas": ("-c", "import pandas"),
        "analysis --help": ("-m", "analysis", "--help"),
        "analysis verify": ("-m", "analysis", "verify"),
        "analysis explain at_risk_2021": ("-m", "analysis", "explain", "at_risk_2021"),
    }

    def run(arguments):
        subprocess.run(
            [sys.executable, *arguments],
            cwd=HERE.parent,
            capture_output=True,
            check=True,
        )

    return in_turns(
        {name: lambda a=arguments: run(a) for name, arguments in started.items()}
    )


def whole_runs():
    """Every notebook, medians of three rounds in turns; and a hundred scenarios through
    one notebook, once.
    """
    with tempfile.TemporaryDirectory() as folder:
        every = in_turns(runs.whole(Path(folder)), 3, warm=False)
        hundred = in_turns(runs.hundred(Path(folder)), 1, warm=False)
    hundred["papermill, in turn"] *= runs.SCENARIOS / runs.RUN
    return {"every notebook": every, "a hundred scenarios": hundred}


OPENED = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  const [shown] = performance.getEntriesByName("first-contentful-paint");
  const [loaded] = performance.getEntriesByType("navigation");
  done(Math.max(loaded.domContentLoadedEventEnd, shown?.startTime ?? 0));
})))"""


def explorer():
    """Milliseconds of 500 moves of a slider in a headless Chromium, with layout, and
    until the page is usable.
    """
    from analysis.publish.explorer import write
    from tests.browsing import chromium
    from tests.exploring import MOVES

    opened = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = write(Path(folder), reference()[0])
        for _ in range(ROUNDS):
            page = browser.new_page()
            page.goto(path.as_uri())
            opened.append(page.evaluate(OPENED))
        moves = sorted(page.evaluate(MOVES))
        size = path.stat().st_size
    on = {"processor": machine()["processor"], "bytes": size}
    return {
        "median": moves[250],
        "p95": moves[475],
        "opened": statistics.median(opened),
        **on,
    }


# What is written ----------------------------------------------------------------------


def machine():
    """What the numbers were measured on."""
    import scipy

    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }


def figure(found):
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "growth"
    fig, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained", sharey=True)
    for ax, (what, rows) in zip(axes, found["growth"].items(), strict=True):
        sizes = [int(n) for n in rows]
        times = [row["seconds"] for row in rows.values()]
        ax.loglog(sizes, times, "o-", color="#0072B2")
        for n, row in zip(sizes, rows.values(), strict=True):
            ax.annotate(
                f"{row['mb']:.0f} MB",
                (n, row["seconds"]),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        ax.margins(0.15, 0.3)
        ax.set_xlabel(what)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("seconds")
    fig.suptitle("Time and memory by number of draws and of scenarios", fontsize=10)
    fig.savefig(HERE / "growth.svg", metadata={"Date": None})


def page(found):
    """The text of README.md."""
    d, a, i, s = (found[name] for name in ("draws", "accuracy", "indices", "scenarios"))
    here, started, e = found["machine"], found["startup"], found["explorer"]

    def ratio(peer, mine):
        return f"{peer / mine:.1f}"

    def measured(number):
        return "" if number is None else f"{number:,.0f}"

    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`, never edited. Ratios travel, seconds do not: "
        f"{here['processor']}, {here['cores']} cores, {here['system']}, "
        f"Python {here['python']}, numpy {here['numpy']}, scipy {here['scipy']}.",
        "",
        "`reference.yaml` is a numerical benchmark and no estimate. Its true values "
        "come from `truth.py`, by formulas",
        "and quadrature that share nothing with the package.",
        "",
        "## Draws",
        "",
        f"{d['n']:,} draws of nine inputs, five outputs with mean, sd and three "
        f"percentiles each; medians of {ROUNDS}",
        "rounds, in turns. Memory is the peak above what the process had before. "
        "squigglepy draws twice: with",
        "its distributions sampled at once and the arithmetic on arrays by hand, and "
        "by its own `sample` of a function,",
        "a draw a call (a hundredth of them, times 100).",
        "",
        "| tool | seconds | times ours | MB |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {taken:.2f} | {ratio(taken, d['seconds']['ours'])} "
            f"| {measured(d['mb'].get(name))} |"
            for name, taken in d["seconds"].items()
        ),
        "",
        "Seconds until p05, p50 and p95 of `at_risk_total` are all within "
        f"{PERSONS:,} persons of the true ones, by the root mean",
        "square of the worst over twenty seeds. Draws are doubled until then.",
        "",
        "| tool | draws | persons | seconds | times ours |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {name} | {row['n']:,} | {row['persons']:,.0f} | {row['seconds']:.3f} "
            f"| {ratio(row['seconds'], a['ours']['seconds'])} |"
            for name, row in a.items()
        ),
        "",
        "## Sobol indices",
        "",
        "First-order and total, with 95 percent intervals (100 resamples), 2^14 base "
        "points. The error is the root mean",
        "square over ten seeds of the worst index's distance from the true one.",
        "",
        "| tool | seconds | times ours | error |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {taken:.3f} | {ratio(taken, i['seconds']['ours'])} "
            f"| {i['error'][name]:.1e} |"
            for name, taken in i["seconds"].items()
        ),
        "",
        "## Scenarios",
        "",
        f"1,000 scenarios of all headline estimates take {s['sweep']:.3f} s by `sweep` "
        "into a file, in a process that has begun already.",
        "As runs of one notebook through papermill's API they take "
        f"{s['papermill']:,.0f} s (20 runs, each with its kernel, times 50): "
        f"{s['papermill'] / s['sweep']:,.0f} times as long.",
        "",
        "## Start-up",
        "",
        f"Processes from start to end, medians of {ROUNDS} rounds, in turns.",
        "",
        "| process | seconds | times `import pandas` |",
        "| --- | --- | --- |",
        *(
            f"| `{name}` | {taken:.2f} | {ratio(taken, started['import pandas'])} |"
            for name, taken in started.items()
        ),
        "",
        "## Whole runs",
        "",
        "Processes from start to end. Every notebook: medians of three rounds, in "
        "turns. A hundred scenarios of one notebook:",
        f"once; papermill ran {runs.RUN} of them, times {runs.SCENARIOS // runs.RUN}.",
        "",
        "| what | process | seconds | papermill's time over it |",
        "| --- | --- | --- | --- |",
        *(
            f"| {what} | {name} | {taken:.1f} "
            f"| {ratio(times['papermill, in turn'], taken)} |"
            for what, times in found["runs"].items()
            for name, taken in times.items()
        ),
        "",
        "## The explorer's page",
        "",
        f"A headless Chromium on two cores ({e['processor']}) takes "
        f"{e['median']:.1f} ms at the median of 500 moves of a slider, "
        f"{e['p95']:.1f} ms at the 95th",
        "percentile. That is from the move to new numbers and pictures, with handler "
        f"and layout. The page can be used {e['opened'] / 1000:.2f} s after it is "
        f"opened from a file of {e['bytes'] / 1000:.0f} kB.",
        "",
        "## Growth",
        "",
        "Each row a process of its own.",
        "",
        "| draws | seconds | MB |",
        "| --- | --- | --- |",
        *(
            f"| {int(n):,} | {row['seconds']:.2f} | {row['mb']:,.0f} |"
            for n, row in found["growth"]["draws"].items()
        ),
        "",
        "| scenarios | seconds | MB |",
        "| --- | --- | --- |",
        *(
            f"| {int(n):,} | {row['seconds']:.2f} | {row['mb']:,.0f} |"
            for n, row in found["growth"]["scenarios"].items()
        ),
        "",
        "![Time and memory by number of draws and of scenarios](growth.svg)",
        "",
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", help="measure one thing, and print it as JSON")
    parser.add_argument("--n", type=int, default=DRAWS)
    parser.add_argument(
        "--only", nargs="*", help="measure these again and keep the rest"
    )
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(alone(options.alone, options.n)))
        return
    given = reference()
    measures = {
        "draws": lambda: draws(given),
        "accuracy": lambda: accuracy(given),
        "indices": lambda: indices(given),
        "scenarios": lambda: scenarios(given),
        "startup": startup,
        "runs": whole_runs,
        "explorer": explorer,
        "growth": growth,
    }
    kept = HERE / "results.json"
    found = json.loads(kept.read_text()) if options.only and kept.exists() else {}
    found["machine"] = machine()
    for name, measure in measures.items():
        if not options.only or name in options.only:
            print(f"{name} ...", file=sys.stderr, flush=True)
            found[name] = measure()
            kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE / "README.md").write_text(page(found), encoding="utf-8")
    figure(found)


if __name__ == "__main__":
    main()
