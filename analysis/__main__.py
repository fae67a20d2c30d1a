"""This module runs the command ``analysis``, also as ``python -m analysis``."""

import sys


def main() -> None:
    """Run the command line; an interrupt ends it quietly, even while modules load."""
    try:
        from analysis import cli

        cli.main()
    except (KeyboardInterrupt, RuntimeError) as error:
        # Python 3.11 turns an interrupt that comes while a class is being made into a
        # RuntimeError.
        if KeyboardInterrupt not in (type(error), type(error.__cause__)):
            raise
        print("interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
