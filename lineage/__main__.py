"""`python -m lineage`, and what the installed command calls.

The command line is imported here, late: Ctrl-C while its modules load is an interruption like any
other.
"""

import sys

from lineage import interruption


def main() -> None:
    """Runs the command line and exits with its status."""
    try:
        interruption.listen()
        from lineage.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        interruption.tell()
        sys.exit(interruption.INTERRUPTED)
    finally:
        interruption.ended()


if __name__ == "__main__":
    main()
