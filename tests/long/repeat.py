"""Repetitions of `make test` on an unchanged tree: a test that fails in one of them and not in another is a flake.

    python tests/long/repeat.py [TIMES]

Clones what is committed, makes the environment as a newcomer does, and runs `make test` there TIMES times, else twenty.
Adds each run to repetitions.json, which names the commit; runs of another tree are dropped from it. A run passes where
all its tests do and nothing is left in the tree. What fails is printed; exit status 1 if anything does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
RECORD = Path(__file__).with_name("repetitions.json")


def of(*command: str, cwd: Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def digest() -> str:
    """The sha256 of the names and contents of all that is committed, but for the record itself."""
    files = of("git", "ls-tree", "-r", "HEAD").splitlines()
    own = f"\t{RECORD.relative_to(ROOT).as_posix()}"
    return hashlib.sha256("\n".join(line for line in files if not line.endswith(own)).encode()).hexdigest()


def run_once(clone: Path) -> dict[str, Any]:
    """One run of `make test`: how long it took, what was counted, and what failed or was left in the tree.

    Of a run that failed also the end of what it said.
    """
    start = time.monotonic()
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "test"], cwd=clone, env=kept, capture_output=True, text=True)
    seconds = round(time.monotonic() - start)
    counted = re.findall(r"^=* ?(\d+ [a-z]+.*?) in [\d.]+s", done.stdout, re.MULTILINE)
    failed = re.findall(r"^(?:FAILED|ERROR) (.*)", done.stdout, re.MULTILINE)
    if done.returncode and not failed:
        failed = [f"make test ended with status {done.returncode}"]
    left = of("git", "status", "--porcelain", cwd=clone).splitlines()
    run = {"seconds": seconds, "counted": counted, "failed": failed, "left": left}
    return run | ({"said": (done.stdout + done.stderr)[-8000:]} if failed else {})


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("times", nargs="?", type=int, default=20, help="how many runs")
    times = asked.parse_args().times
    found = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    if found.get("sha256") != digest():
        found = {"sha256": digest(), "commit": of("git", "rev-parse", "HEAD").strip(), "runs": []}
    with tempfile.TemporaryDirectory() as made:
        clone = Path(made) / "clone"
        of("git", "clone", "--quiet", str(ROOT), str(clone))
        of("make", "env", cwd=clone)
        for _ in range(times):
            run = run_once(clone)
            found["runs"].append(run)
            RECORD.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"{len(found['runs'])}: {run['seconds']} s, {'; '.join(run['counted'])}", flush=True)
            for line in [*run["failed"], *run["left"]]:
                print(f"   {line}", flush=True)
    if any(run["failed"] or run["left"] for run in found["runs"]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
