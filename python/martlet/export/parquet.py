"""Lists as Parquet, batch by batch: a million people are never in memory at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from martlet.export.destinations import Contact
from martlet.export.layout import Layout

_BATCH = 50_000


def write_parquet(file: BinaryIO, layout: Layout, contacts: Iterable[Contact]) -> int:
    """Write texts, nulls where a cell is empty, and count the rows."""
    schema = pa.schema([(name, pa.string()) for name in layout.headers])
    rows = map(layout.row, contacts)
    written = 0
    with pq.ParquetWriter(file, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            columns = [
                pa.array([cell or None for cell in column], pa.string())
                for column in zip(*batch, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            written += len(batch)
    return written
