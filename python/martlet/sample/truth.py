"""What was planted in a sample, written beside it and never into it.

Models are judged against these tables: they hold what a real shop never knows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from martlet.sample import columns
from martlet.sample.kinds import KINDS
from martlet.sample.people import People
from martlet.sample.period import Period
from martlet.sample.writing import CSV_OPTIONS


class TruthWriter:
    """Appends rows to ``<name>.csv`` or ``<name>.parquet``; use it as a context."""

    def __init__(self, directory: Path, file_format: str) -> None:
        self._directory = directory
        self._format = file_format
        self._writers: dict[str, pq.ParquetWriter | pa_csv.CSVWriter] = {}
        self._open_files = ExitStack()

    def __enter__(self) -> TruthWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._open_files.close()

    def write(self, name: str, rows: Mapping[str, pa.Array]) -> None:
        """Append rows to the truth called ``name``."""
        table = pa.table(dict(rows))
        if name not in self._writers:
            path = self._directory / f"{name}.{self._format}"
            self._writers[name] = self._open_files.enter_context(
                pa_csv.CSVWriter(path, table.schema, write_options=CSV_OPTIONS)
                if self._format == "csv"
                else pq.ParquetWriter(path, table.schema, compression="zstd")
            )
        self._writers[name].write_table(table)


def kind_columns(people: People, period: Period) -> dict[str, pa.Array]:
    """Return the kind of each registered customer, and the day they stopped buying."""
    customer = np.arange(people.customers)
    last_day = people.column("last_day", customer)
    lapsed = last_day < period.days
    lapsed_on = period.dates[np.where(lapsed, last_day, 0)].astype("datetime64[D]")
    return {
        "customer_id": people.customer_ids(customer),
        "customer_type": columns.words(
            [kind.name for kind in KINDS], people.column("kind", customer)
        ),
        "lapsed_on": pa.array(lapsed_on, mask=~lapsed),
    }


def visitor_columns(people: People, events: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the customer behind each visitor with events, where there is one."""
    visitor = np.unique(events["visitor"])
    visitor = visitor[visitor < len(people.visitor_owner)]
    owner = people.visitor_owner[visitor]
    is_customer = owner < people.customers
    return {
        "visitor_id": people.visitor_ids(visitor[is_customer]),
        "customer_id": people.customer_ids(owner[is_customer]),
    }


def robot_columns(people: People, visitors: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the visitors that are robots."""
    return {"visitor_id": people.visitor_ids(np.flatnonzero(visitors["is_robot"]))}


def discount_columns(period: Period) -> dict[str, pa.Array]:
    """Return by how much each sale multiplies the purchase rate of each kind."""
    rows = [
        {
            "sale": sale.name,
            "starts_on": period.dates[sale.first].item(),
            "ends_on": period.dates[sale.last].item(),
            "discount_rate": sale.depth,
            "customer_type": kind.name,
            "rate_multiplier": round(math.exp(kind.sale_response * sale.depth), 4),
        }
        for sale in period.sales
        for kind in KINDS
        if kind.orders_per_year
    ]
    table = pa.Table.from_pylist(rows)
    return dict(zip(table.column_names, table.columns, strict=True))
