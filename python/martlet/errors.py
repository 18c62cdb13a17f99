"""Errors that a person reads.

Every failure martlet can foresee is a ``MartletError``: what happened and why in
``message``, the next command to type in ``hint``. Only ``martlet.cli`` catches them,
prints them to stderr and turns them into exit codes: 1 where a check of the data or of a
model failed, 2 where the call or the machine was at fault.
"""

from __future__ import annotations


class MartletError(Exception):
    """A foreseen failure.

    Parameters
    ----------
    message : str
        What happened and why, in one or two sentences.
    hint : str
        What to type or change next; empty where nothing helps.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MartletError):
    """The command was called with something it cannot take."""


class EnvironmentFault(MartletError):
    """The machine stood in the way: a lock, a full disk, a missing file or key."""


class CheckFailed(MartletError):
    """The data or a model did not pass a check."""

    exit_code = 1


class RawDataError(CheckFailed):
    """Raw files break the contract with a store."""


class BuildFailed(CheckFailed):
    """dbt reported failing models or tests."""


class ModelRefused(CheckFailed):
    """A Python model cannot be fitted or scored on what it was given."""


class CannotFollow(CheckFailed):
    """A query says what it selects in a way that only running it would tell."""
