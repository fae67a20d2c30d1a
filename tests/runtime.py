"""The README's passage on time, memory and disk, written anew from what was measured in tests/long/runtime.json.

`python -m tests.runtime` does it.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "long" / "runtime.json"
#: The passage, between what stands before it and after it.
PASSAGE = re.compile(r"(?s)(?<=<!-- runtime: `make test-long` measures it -->\n).*?(?=\n<!-- end of runtime -->)")


def minutes(seconds: float) -> str:
    """A duration as a reader would say it: to ten seconds below a minute, else to the minute.

    >>> minutes(38), minutes(70), minutes(400)
    ('40 seconds', '1 minute', '7 minutes')
    """
    if seconds < 60:
        return f"{max(10, round(seconds, -1))} seconds"
    return f"{round(seconds / 60)} minute{'' if round(seconds / 60) == 1 else 's'}"


def words(found: Mapping[str, Any]) -> str:
    """What a record comes to, in lines of the README's width."""
    first, again, test = found["seconds"].values()
    return textwrap.fill(
        f"Measured on {found['cores']} cores: in a fresh clone `make reproduce` takes {minutes(first)}, which "
        f"includes making the environment; run again, {minutes(again)}; `make test` takes {minutes(test)}. No process "
        f"holds more than {found['megabytes of the largest process'] / 1000:.1f} GB of memory. The clone takes "
        f"{found['megabytes of disk'] / 1000:.1f} GB of disk then, nearly all of it the environment.",
        width=120,
        break_on_hyphens=False,
    )


def renewed(readme: str, found: Mapping[str, Any]) -> str:
    """A README with the passage of a record in the place of its own."""
    text, count = PASSAGE.subn(lambda _: words(found), readme)
    if count != 1:
        raise SystemExit("README.md has no passage on time, memory and disk")
    return text


if __name__ == "__main__":
    path = ROOT / "README.md"
    now = renewed(path.read_text(encoding="utf-8"), json.loads(RECORD.read_text(encoding="utf-8")))
    path.write_text(now, encoding="utf-8")
