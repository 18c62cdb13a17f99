"""Turn what libraries and the machine raise into one clear error.

DuckDB quotes the offending row or value in its messages. Those may be contact data, so
only parts that cannot hold any are passed on.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from martlet.errors import EnvironmentFault, MartletError

# Raised while a statement is understood, before any row is looked at.
STATEMENT_ERRORS = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
)

# DuckDB tells of these two by their words alone.
_INTERRUPTED = re.compile("Query interrupted|KeyboardInterrupt")
_NO_SPACE = re.compile(
    "No space left on device|Disk quota exceeded|Could not write all bytes"
)

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def csv_fault(error: duckdb.Error) -> str:
    """Say why DuckDB could not read a CSV file, without showing its lines."""
    line, width = _LINE.search(str(error)), _WIDTH.search(str(error))
    if line and width:
        return f"line {line[1]} has {width[2]} fields where {width[1]} are expected"
    if line:
        return f"line {line[1]} cannot be read"
    return "its lines do not form one table"


def sql_fault(error: duckdb.Error) -> str:
    """Say why a connector's statement failed, without showing any value."""
    if isinstance(error, STATEMENT_ERRORS):
        return str(error).strip()
    return (
        f"{type(error).__name__} while reading the rows "
        "(DuckDB's own words are held back: they may quote contact data)"
    )


def is_disk_full(error: BaseException) -> bool:
    """Say whether a write failed for want of space."""
    return getattr(error, "errno", None) in _DISK_FULL or _says(error, _NO_SPACE)


def is_machine_fault(error: BaseException) -> bool:
    """Say whether the machine or its user stopped the work, not the data."""
    return _machine_fault(error) is not None


@contextmanager
def machine_faults(doing: str, aftermath: str = "") -> Iterator[None]:
    """Raise interruptions, full disks and full memory as one ``EnvironmentFault``.

    The message is made of ``doing`` ("Loading a.csv"), what went wrong, and
    ``aftermath``, a sentence on what is left of it.
    """
    try:
        yield
    except MartletError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        fault = _machine_fault(error)
        if fault is None:
            raise
        what, hint = fault
        raise EnvironmentFault(f"{doing} {what}. {aftermath}".rstrip(), hint) from None


def _machine_fault(error: BaseException) -> tuple[str, str] | None:
    """Give what went wrong and what to do, or nothing for other errors."""
    again = "Run the same command again."
    if isinstance(error, KeyboardInterrupt) or _says(error, _INTERRUPTED):
        return "was interrupted", again
    if is_disk_full(error):
        free = "Free some space (df -h shows where)."
        return "failed because the disk is full", f"{free} {again}"
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        smaller = "Close other programs, or split the file."
        return "needs more memory than there is", f"{smaller} {again}"
    if isinstance(error, OSError):
        check = "Check that the path exists and may be read and written."
        return f"failed: {error.strerror} ({error.filename})", f"{check} {again}"
    return None


def _says(error: BaseException, words: re.Pattern[str]) -> bool:
    if isinstance(error, STATEMENT_ERRORS):
        return False  # these quote SQL, in which anything may stand
    return words.search(str(error)) is not None
