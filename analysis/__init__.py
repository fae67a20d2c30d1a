"""Reproducible arithmetic of the numbers printed in one article.

What belongs here: the version. ``docs/architecture.md`` shows the rooms of the package, and which of them uses which.
"""

import sys

# A dependency of the libraries that check files against a schema builds a grammar at import, which takes a second.
# Without it only the format of internationalised addresses goes unchecked, and there are none here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__version__ = "0.1.0"
