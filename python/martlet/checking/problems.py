"""What may be wrong with raw files: the rules, by name, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from martlet.loading import rules

_LOAD = "Load the shop's files: martlet load <table or connector> <file>"
_WRITE = "Write the file again, or take it out of the raw directory."
_SEAL = (
    "Take the file out of the raw directory and load it, which seals contact data: "
    "martlet load <table> <file>"
)


@dataclass(frozen=True)
class Rule:
    """One thing that raw files are held to, what breaks it, and what to do then.

    A build refuses what breaks a rule, except where it ``is_warning``: that is told
    only to those who ask.
    """

    name: str
    broken_by: str
    hint: str
    is_warning: bool = False


NO_RAW_TABLE = Rule("no_raw_table", "A directory without a file of any table.", _LOAD)
UNREADABLE_FILE = Rule(
    "unreadable_file",
    "A damaged or truncated file, a CSV whose lines differ in their number of fields or "
    "are not separated by commas, a file of another format.",
    _WRITE,
)
MISSING_COLUMN = Rule("missing_column", "A file that lacks a required column.", _WRITE)
REPEATED_COLUMN = Rule(
    "repeated_column",
    "A CSV whose header has a name twice: only the first would be read.",
    _WRITE,
)
MISSING_VALUE = Rule(rules.MISSING, "A null in a required column.", _WRITE)
UNREADABLE_VALUE = Rule(
    rules.UNREADABLE, "A value that does not read as the column's type.", _WRITE
)
UNKNOWN_VALUE = Rule(
    rules.UNKNOWN,
    "A value that is none of the allowed ones; in `store`, what is no currency, "
    "timezone or country.",
    _WRITE,
)
OUT_OF_RANGE = Rule(
    rules.OUT_OF_RANGE, "A number below the least or above the greatest.", _WRITE
)
FLOAT_ID = Rule(
    "float_id",
    "An id that a program turned into a number, and back into text such as `17850.0`: "
    "it joins with nothing.",
    "Write the file again with ids as text: in pandas, read it with dtype=str.",
)
CLEAR_CONTACT_DATA = Rule(
    "clear_contact_data",
    "A sealed or pseudonym column in clear; in files put there by hand, also an e-mail "
    "address in any text and a phone number in free text or a URL.",
    _SEAL,
)
SEVERAL_STORES = Rule(
    "several_stores",
    "More than one store_id: a warehouse is built from one store.",
    "Give each store a raw directory and a home of its own: see MARTLET_HOME.",
)
NO_LOAD = Rule(
    "no_load",
    "A `load_id=` directory that no load made: it has no `loads` file.",
    "Put files of your own into <raw directory>/<table>, or load them: "
    "martlet load <table> <file>",
)
UNKNOWN_TABLE = Rule(
    "unknown_table",
    "A file or folder that belongs to no raw table: nothing reads it.",
    "Name the folder after a raw table: martlet contract",
    is_warning=True,
)
UNKNOWN_COLUMN = Rule(
    "unknown_column",
    "A column that the table does not have: nothing reads it.",
    "See the table's columns: martlet contract <table>",
    is_warning=True,
)
DANGLING_REFERENCE = Rule(
    "dangling_reference",
    "A value that points at no row of the table it refers to, where that table has "
    "files.",
    "Load the missing rows, or live with it: such rows are kept and join with nothing.",
    is_warning=True,
)
REPEATED_KEY = Rule(
    "repeated_key",
    "Rows of one file with the same key: one of them is kept. Across files that is a "
    "later version and no fault.",
    "Look for rows that were exported twice.",
    is_warning=True,
)

RULES = (
    *(NO_RAW_TABLE, UNREADABLE_FILE, MISSING_COLUMN, REPEATED_COLUMN, MISSING_VALUE),
    *(UNREADABLE_VALUE, UNKNOWN_VALUE, OUT_OF_RANGE, FLOAT_ID, CLEAR_CONTACT_DATA),
    *(SEVERAL_STORES, NO_LOAD, UNKNOWN_TABLE, UNKNOWN_COLUMN, DANGLING_REFERENCE),
    REPEATED_KEY,
)
BY_NAME = {rule.name: rule for rule in RULES}


@dataclass(frozen=True)
class RawProblem:
    """One thing that is wrong with a raw directory.

    ``file`` is the first file it was found in, ``files`` how many there are, ``rows``
    counts the values over all of them, and ``example`` is one of these, unless it may
    be contact data.
    """

    rule: Rule
    what: str
    file: Path
    table: str | None = None
    column: str | None = None
    rows: int = 0
    example: str = ""
    files: int = 1

    @property
    def is_warning(self) -> bool:
        """Whether a build goes on all the same."""
        return self.rule.is_warning

    @property
    def hint(self) -> str:
        """What to type or change next."""
        return self.rule.hint

    @property
    def where(self) -> str:
        """Table and column, as far as it lies in one."""
        return ".".join(part for part in (self.table, self.column) if part)

    def __str__(self) -> str:
        count = f" in {self.rows:,} row{'s' * (self.rows != 1)}" if self.rows else ""
        example = f", such as {self.example!r}" if self.example else ""
        more = self.files - 1
        others = f" and {more:,} more file{'s' * (more != 1)}" if more else ""
        found = f"{self.what}{count}{example} ({self.file}{others})"
        return f"{self.where}: {found}" if self.where else found


def merge(found: Iterable[RawProblem]) -> list[RawProblem]:
    """Make one problem of those of one kind in one column; files stay told apart."""
    merged: dict[tuple[object, ...], RawProblem] = {}
    for problem in found:
        kind = (problem.table, problem.column or problem.file, problem.what)
        first = merged.setdefault(kind, problem)
        if first is not problem:
            merged[kind] = replace(
                first, files=first.files + 1, rows=first.rows + problem.rows
            )
    return list(merged.values())
