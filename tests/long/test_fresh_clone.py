"""The README's two commands, run in a fresh clone by somebody who has nothing set up;
prints how long each took.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: The first block of commands: each with a remark that says what it does.
COMMANDS = re.findall(
    r"^(make \S+)\s+# ", README[: README.index("## Overview")], re.MULTILINE
)


@pytest.mark.long
@pytest.mark.skipif(
    not shutil.which("git") or not (ROOT / ".git").exists(),
    reason="no repository to clone",
)
def test_they_run_in_a_fresh_clone(tmp_path: Path) -> None:
    assert COMMANDS == ["make reproduce", "make test"]
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    kept = (
        "PATH",
        "LANG",
        "CHROMIUM",
        "PIP_CONFIG_FILE",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
    )
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(tmp_path)
    }
    seconds = []
    # The first makes the environment too; what it takes without is seen when it is
    # run again.
    for command in (COMMANDS[0], *COMMANDS):
        begun = time.perf_counter()
        done = subprocess.run(
            command.split(),
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (
            f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
        seconds.append(round(time.perf_counter() - begun))
    assert (clone / "results" / "report" / "index.html").is_file()
    changed = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=True,
    )
    assert changed.stdout == ""
    print(
        dict(
            zip(
                ("reproduce in a clone", "reproduce again", "test"),
                seconds,
                strict=True,
            )
        )
    )
