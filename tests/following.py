"""Follows a document to the letter: writes the files that it shows into a folder, and
runs its commands there.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

_BLOCK = re.compile(
    r"<!-- (append to|write to|run as|run)(?: (\S+))? -->\n```[a-z]*\n(.*?)```",
    re.DOTALL,
)


def follow(document: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Do what each marked block of a document says, in their order; returns the
    commands that were run.

    A block that is run holds commands after a ``$``, and beneath each the lines that
    its output must hold. A command must end with 0, and leave its error stream empty.
    """
    ran = []
    for what, name, text in _BLOCK.findall(document):
        if what == "run":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, *wanted = part.rstrip("\n").split("\n")
                ran.append(command)
                shown = _run(command, folder, environment)
                for line in wanted:
                    assert line in shown, (
                        f"{command} does not print {line!r}, but:\n{shown}"
                    )
            continue
        if what == "run as":
            done = _process(["-c", text], folder, environment)
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            continue
        path = folder / name
        assert (what == "append to") == path.exists(), f"{name}: to {what}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if what == "append to" else "w", encoding="utf-8") as file:
            file.write(text)
    return ran


def _run(command: str, folder: Path, environment: dict[str, str]) -> str:
    words = shlex.split(command)
    if words[0] == "cp":
        subprocess.run(words, cwd=folder, check=True)
        return ""
    assert words[0] == "analysis", f"not a command of the package: {command}"
    done = _process(["-m", *words], folder, environment)
    assert (done.returncode, done.stderr) == (0, ""), (
        f"{command}: {done.stdout}{done.stderr}"
    )
    return done.stdout


def _process(
    arguments: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
