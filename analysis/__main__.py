"""The command ``analysis``, or ``python -m analysis``."""

import sys


def main() -> None:
    """Run the command line; an interrupt ends it quietly, also while it is loaded."""
    try:
        from analysis import cli

        cli.main()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
