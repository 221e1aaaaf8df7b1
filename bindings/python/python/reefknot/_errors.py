"""What can go wrong, as exceptions that all are a :class:`Error`."""

__all__ = ["ConflictError", "Error", "HostError", "InvalidError", "LimitError", "ParseError"]


class Error(Exception):
    """Anything that this package raises; its text says what was wrong, where, and what to do."""


class ParseError(Error, ValueError):
    """A text is not what its type requires, such as a date that is none."""


class InvalidError(Error, ValueError):
    """Something was asked for that has no meaning, such as an answer to an invitation that is not there."""


class LimitError(Error):
    """An input costs more than its :class:`~reefknot.Limits` allow."""


class ConflictError(Error):
    """Somebody else was faster: what was to be changed is no longer what the decision was made on.

    Load it again and decide anew. A store raises it for a :class:`~reefknot.Commit` on an outdated version.
    """


class HostError(Error):
    """A store, a directory or a transport failed; ``__cause__`` is what it raised."""


for _class in (Error, ParseError, InvalidError, LimitError, ConflictError, HostError):
    _class.__module__ = "reefknot"
