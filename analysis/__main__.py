"""``python -m analysis``."""

import sys

# Python looks in the working directory first. Where that is a data package, no module is taken from it.
_first = [] if sys.flags.safe_path else [sys.path.pop(0)]

from pathlib import Path  # noqa: E402

for _folder in _first:
    _here = Path(_folder).absolute()
    if not any((folder / "datapackage.json").exists() for folder in (_here, *_here.parents)):
        sys.path.insert(0, _folder)

from analysis.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
