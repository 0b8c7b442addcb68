"""The errors that reach a user, each as one line: where, what is wrong, what to do.

::

    LineageError
    ├── UsageError        the command line or an option's value is wrong
    ├── InputError        a path that can't be read at all, or no readable input
    ├── RuleError         a rule file that can't be used where it must be
    ├── EngineError       a process or cluster that shared the work failed, or the disk is full
    └── DatabaseError     Neo4j refused or can't be reached

Errors know nothing of the command line; `lineage.cli` turns them into a line and an exit status.
"""


class LineageError(Exception):
    """Base of every error that is the user's to read. `str()` is the one line shown."""


class UsageError(LineageError):
    """An option or argument is wrong."""


class InputError(LineageError):
    """An input can't be read at all."""


class RuleError(LineageError):
    """A rule that must be usable isn't."""


class EngineError(LineageError):
    """Work that others were to do can't be done."""


class DatabaseError(LineageError):
    """The graph database refused a request or can't be reached."""
