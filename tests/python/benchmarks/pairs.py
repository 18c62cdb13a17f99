"""Pairs of a day's new orders: what following costs beside counting everything.

Either side works in a transaction that is rolled back, so that every round begins with
the same warehouse: all but the last day is counted, and the day's baskets have changed.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import duckdb
from tests.python.benchmarks.associations import prepare as write_lines
from tests.python.benchmarks.compiled import compile_models, run_dbt

from martlet.errors import CheckFailed

LINES = "intermediate.int_order_lines"
LAST_DAY = "ordered_at >= timestamp '2024-12-31'"
BASKETS = ("int_basket_sets", "int_item_numbers", "int_basket_lines", "int_baskets")
PAIRS = "int_pair_counts"
RANKING = ("int_item_occurrences", "feat_associations")
NEW_ROWS = re.compile(r'using \(select \* from "?(\w+__dbt_tmp\w*)"?\) as')
SUMS = "select count(*), sum(cooccurrences), sum(item_1 * 31 + item_2) from {}"


def prepare(inputs: Path, size: int) -> None:
    """Count all but the last day of ``size`` order lines, and change its baskets."""
    write_lines(inputs, size)
    warehouse = inputs / "warehouse.duckdb"
    with duckdb.connect(warehouse) as connection:
        connection.execute("create schema intermediate")
        for file in sorted((inputs / "intermediate").glob("*.parquet")):
            connection.execute(
                f"create table intermediate.{file.stem} as from '{file}'"
            )
            file.unlink()
        connection.execute(f"create table late as from {LINES} where {LAST_DAY}")
        connection.execute(f"delete from {LINES} where {LAST_DAY}")
    run_dbt("run", [*BASKETS, PAIRS, *RANKING], home=inputs)
    with duckdb.connect(warehouse) as connection:
        connection.execute(f"insert into {LINES} from late")
        connection.execute("drop table late")
    run_dbt("run", ["int_item_numbers", "int_baskets"], home=inputs)
    difference = run_dbt("compile", [PAIRS], home=inputs)[PAIRS]
    copied = inputs / "copied"
    copied.mkdir()
    shutil.copy(warehouse, copied)
    merge = run_dbt("run", [PAIRS], home=copied)[PAIRS]["written_by"]
    shutil.rmtree(copied)
    if "basket_changes" not in difference["sql"] or not NEW_ROWS.search(merge):
        raise CheckFailed("dbt counted the pairs from scratch.")
    full = compile_models([PAIRS, *RANKING])
    statements = {"difference": difference["sql"], "merge": merge}
    statements |= {name: full[name]["sql"] for name in full}
    (inputs / "statements.json").write_text(json.dumps(statements))


def follow(inputs: Path, outputs: Path) -> dict[str, float]:
    """Count the day's pairs, add them to the others, and rank anew."""
    statements = json.loads((inputs / "statements.json").read_text())
    new_rows = NEW_ROWS.search(statements["merge"])[1]
    parts = {
        "counting": f'create temp table "{new_rows}" as {statements["difference"]}',
        "adding": statements["merge"],
    }
    return _timed(inputs, outputs, parts, statements, "intermediate." + PAIRS)


def count(inputs: Path, outputs: Path) -> dict[str, float]:
    """Count all pairs, and rank."""
    statements = json.loads((inputs / "statements.json").read_text())
    parts = {"counting": f"create table counted as {statements[PAIRS]}"}
    return _timed(inputs, outputs, parts, statements, "counted")


def check(inputs: Path, outputs: Path) -> str:
    """Hold what either side counted against the other."""
    sums = {
        side.name: json.loads((side / "sums.json").read_text())
        for side in outputs.iterdir()
    }
    followed, counted = sums.values()
    if followed != counted:
        raise CheckFailed(f"The pairs of both sides differ: {sums}.")
    return f"{counted[0]:,} pairs in {counted[1]:,} places"


def _timed(
    inputs: Path,
    outputs: Path,
    parts: dict[str, str],
    statements: dict[str, str],
    pairs: str,
) -> dict[str, float]:
    ranking = [
        f"create or replace temp table {name} as {statements[name]}" for name in RANKING
    ]
    seconds = {}
    with duckdb.connect(inputs / "warehouse.duckdb") as connection:
        connection.begin()
        for part, steps in (
            *((p, [s]) for p, s in parts.items()),
            ("ranking", ranking),
        ):
            start = time.perf_counter()
            for step in steps:
                connection.execute(step)
            seconds[part] = time.perf_counter() - start
        sums = connection.execute(SUMS.format(pairs)).fetchone()
        connection.rollback()
    (outputs / "sums.json").write_text(json.dumps([int(s) for s in sums]))
    return seconds
