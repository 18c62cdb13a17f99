"""What Python models ask of the engine that holds the warehouse, whichever it is.

Models read tables of ``model_inputs`` and append to ledgers of ``ml``. The SQL they ask
with is what every engine understands; where engines differ, the question is a method
here, answered in ``on_duckdb`` and in ``on_spark``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pandas as pd

# Makes of a batch of rows those to append, and a few that tell of the batch.
Work = Callable[[pd.DataFrame], tuple[pd.DataFrame, pd.DataFrame]]


class Warehouse(Protocol):
    """The warehouse, as models see it.

    Values stand in a query as ``?``. Instants are UTC, without a time zone.
    """

    def has(self, schema: str, table: str) -> bool:
        """Say whether there is such a table or view."""

    def rows(self, query: str, values: Sequence[object] = ()) -> list[dict]:
        """Return one dict per row, keyed by column name."""

    def frame(self, query: str, values: Sequence[object] = ()) -> pd.DataFrame:
        """Return every row: decimals as floats, dates as instants."""

    def described(self, query: str, values: Sequence[object] = ()) -> tuple[int, str]:
        """Count rows, and hash them all, whatever their order; 32 hex digits.

        The hash is the engine's own: equal on the same engine alone.
        """

    def in_batches(
        self,
        query: str,
        values: Sequence[object],
        work: Work,
        *,
        table: str,
        batch_rows: int,
    ) -> Iterator[tuple[Any, pd.DataFrame]]:
        """Let ``work`` go through the rows of a query where they are.

        Parameters
        ----------
        work : callable
            Must not hold the warehouse: it may run in another process.
        table : str
            The ledger that its rows are for.
        batch_rows : int
            The most rows of a batch.

        Yields
        ------
        tuple of rows and DataFrame
            Rows of one batch or of many, as :meth:`append` takes them, and what tells
            of each of those batches, below one another.
        """

    def appending(self, run_id: str) -> AbstractContextManager[None]:
        """Append a run in the block: whole, or nothing of it that anybody reads.

        A run is there once its row of ``ml.model_runs`` is, which is appended last.
        What an earlier run left that was stopped under the same id is gone.
        """

    def append(self, table: str, rows: Any, run_id: str) -> int:
        """Append rows of a run to a ledger, by name; columns they lack are null.

        Parameters
        ----------
        rows : DataFrame, or what :meth:`in_batches` yielded
            Without ``run_id``.

        Returns
        -------
        int
            How many they were.
        """
