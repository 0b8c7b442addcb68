"""`python -m lineage`, and what the installed command calls.

The command line is imported here, late: Ctrl-C while its modules load is an interruption like any
other.
"""

import sys

from lineage import interruption

INTERRUPTED = 130
"""`lineage.cli.status.INTERRUPTED`, which may not be loaded yet."""


def main() -> None:
    """Runs the command line and exits with its status."""
    try:
        interruption.listen()
        from lineage.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        print("lineage: interrupted", file=sys.stderr)  # noqa: T201 - rich may not be loaded
        sys.exit(INTERRUPTED)
    finally:
        interruption.ended()


if __name__ == "__main__":
    main()
