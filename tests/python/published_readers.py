"""People who read publications all the time: each query adds up, or it is told of.

Run as a program with the path of the link, it starts so many threads that each ask every
quarter of a second: half of them the DuckDB file, half the Parquet files, both below the
directory that the link names when they begin. A line on stdin ends them; a line of JSON on
stdout then says what they met.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

import duckdb

PAUSE_SECONDS = 0.25
# Orders and their customers are told by two tables, lines by a third.
QUESTION = """
select
    (select round(sum(net_sales), 2) from {fct_orders}) as by_orders,
    (select round(sum(net_sales), 2) from {fct_order_lines}) as by_lines,
    (select round(sum(monetary), 2) from {customer_rfm}) as by_customers
"""
TABLES = ("fct_orders", "fct_order_lines", "customer_rfm")


def ask_database(link: Path) -> tuple:
    """Ask the DuckDB file of the latest publication, opened for this one question."""
    database = link.resolve() / "marts.duckdb"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"attach '{database}' as marts (read_only)")
        tables = {table: f"marts.main.{table}" for table in TABLES}
        return connection.execute(QUESTION.format(**tables)).fetchone()


def ask_parquet(link: Path) -> tuple:
    """Ask three Parquet files of one publication: the link is followed once."""
    publication = link.resolve()
    tables = {table: f"'{publication}/{table}.parquet'" for table in TABLES}
    with duckdb.connect(config={"threads": 1}) as connection:
        return connection.execute(QUESTION.format(**tables)).fetchone()


def read(link: Path, number: int, stop: threading.Event, told: list[dict]) -> None:
    """Ask until told to stop; note when each answer came, and what it was."""
    ask = ask_parquet if number % 2 else ask_database
    while not stop.is_set():
        started = time.monotonic()
        try:
            answer, failure = [float(each or 0) for each in ask(link)], None
        except Exception as error:
            answer, failure = None, f"{type(error).__name__}: {error}"
        told.append(
            {
                "reader": f"{ask.__name__} {number}",
                "started": started,
                "ended": time.monotonic(),
                "answer": answer,
                "failure": failure,
            }
        )
        stop.wait(PAUSE_SECONDS)


def main() -> None:
    """Read until a line comes."""
    # Twenty people have computers of their own; here they leave the build its share.
    os.nice(19)
    link, readers = Path(sys.argv[1]), int(sys.argv[2])
    stop, told = threading.Event(), []
    threads = [
        threading.Thread(target=read, args=(link, number, stop, told))
        for number in range(readers)
    ]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    stop.set()
    for thread in threads:
        thread.join()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
