"""Generate the sample store: check what was asked for, and put it in place whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.faults import machine_faults
from martlet.sample.drawing import SampleStore
from martlet.sample.truth import TruthWriter
from martlet.sample.writing import StoreWriter, contract_schemas

FEWEST_DAYS, MOST_DAYS = 60, 1096
FORMATS = ("parquet", "csv")


@dataclass(frozen=True)
class SampleSummary:
    """What was generated: rows per raw table."""

    rows: dict[str, int]


def generate_sample(
    out: Path,
    truth: Path,
    contract: Mapping[str, RawTable],
    *,
    customers: int,
    days: int,
    seed: int,
    file_format: str = "parquet",
    progress: Callable[[int, int], None] | None = None,
) -> SampleSummary:
    """Write a made-up store to ``out`` and what was planted in it to ``truth``.

    Parameters
    ----------
    out, truth : Path
        Directories that do not exist yet, or are empty. They appear whole or not at all.
    contract : Mapping[str, RawTable]
        The raw tables to write; ``loads`` is left to the loader.
    customers : int
        Registered customers; guests and unknown visitors come on top. About 58 events
        each at 426 days.
    days : int
        Days covered, 60 to 1096, up to and including 2026-06-30 in Berlin.
    seed : int
        Not negative. Same arguments, same bytes.
    file_format : str
        ``parquet`` (one part per chunk) or ``csv`` (one gzip file per table).
    progress : Callable[[int, int], None], optional
        Called after each chunk with the customers done and all customers.

    Raises
    ------
    UsageError
        An argument is out of bounds, or a directory holds files already.
    """
    _check_arguments(customers, days, seed, file_format)
    with ExitStack() as stack:
        store_dir = stack.enter_context(_whole_or_nothing(out))
        truth_dir = stack.enter_context(_whole_or_nothing(truth))
        store = stack.enter_context(
            StoreWriter(store_dir, contract_schemas(contract), file_format)
        )
        planted = stack.enter_context(TruthWriter(truth_dir, file_format))
        sample = SampleStore(store, planted, customers, days, seed)
        for done in sample.write():
            if progress:
                progress(done, customers)
    return SampleSummary(rows=dict(store.rows))


def _check_arguments(customers: int, days: int, seed: int, file_format: str) -> None:
    if customers < 1:
        raise UsageError(
            f"A sample of {customers} customers cannot be made: it needs at least one.",
            "Pass --customers 1500, for one.",
        )
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise UsageError(
            f"A sample of {days} days cannot be made: it covers {FEWEST_DAYS} to "
            f"{MOST_DAYS} days.",
            "Pass --days 426 for fourteen months.",
        )
    if seed < 0:
        raise UsageError(
            f"The seed is {seed}, and random numbers need one of 0 or more.",
            "Pass --seed 7, for one.",
        )
    if file_format not in FORMATS:
        raise UsageError(
            f"Samples are written as {' or '.join(FORMATS)}, not as {file_format!r}.",
            f"Pass --format {FORMATS[0]}.",
        )


@contextmanager
def _whole_or_nothing(directory: Path) -> Iterator[Path]:
    """Yield a directory beside ``directory`` that takes its name once all went well."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            f"{directory} holds files already, and a sample never overwrites any.",
            f"Name another directory, or remove it: rm -r {directory}",
        )
    directory = directory.resolve()
    unfinished = directory.with_name(f".{directory.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with machine_faults(f"Generating {directory}", "Nothing of it was kept."):
            unfinished.mkdir(parents=True)
            yield unfinished
            if directory.exists():
                directory.rmdir()
            unfinished.rename(directory)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
