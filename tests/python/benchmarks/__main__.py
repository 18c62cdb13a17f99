"""Speed and memory of martlet beside named peers, measured on this machine, now.

    make bench
    make bench ARGS="--events 20000000 --order-lines 10000000 --customers 1000000"
    make bench ARGS="--only sessions,rfm --repeat 5 --json"
    MARTLET_BENCH_MEMORY_LIMIT=4GB make bench ARGS="--only sessions --events 100000000"
    MARTLET_BENCH_MEMORY_LIMIT=4GB make bench ARGS="--only spark --events 50000000"

How to read the table: each side of a benchmark does the same work on the same generated
rows, from Parquet files to a table on disk, and what came out was compared before it was
listed. *martlet takes* is martlet's time over that side's: 2.0 says that martlet needed
twice as long, 0.5 half as long. It is the median over rounds in which all sides took
turns; seconds are this machine's, and say little of another. *Computes* is the same ratio
in processor time, over all cores: it moves less where others use the machine. *Peak
memory* is the most a side's process held, interpreter and libraries included; *martlet
holds* is its ratio.

The limit is for martlet's SQL alone; its peers take what they want.

What the sides are:

- loading: ``load_table`` on a CSV file of events, from its hash to the ledger; DuckDB's own
  ``read_csv`` to Parquet, which judges, redacts and counts nothing.
- sessions: the SQL of ``int_sessions``; Polars' streaming engine making the same columns;
  DuckDB doing nothing but sort the same rows into a table, with all columns that
  sessions are made of, and with those alone that they count.
- increment-last-day, increment-spread: the SQL of ``int_sessions`` and
  ``int_session_channels`` for the visitors of 1 % of events, the last ones or those of a
  visitor's day here and there; both models built from scratch.
- associations: the SQL from ``int_basket_sets`` to ``product_associations``, for products
  by order over all time; implicit's cosine neighbours, which measure nothing else.
- pairs: the SQL of ``int_pair_counts`` for the baskets of a day, and of ranking after it;
  the same for all baskets. The parts below the table tell counting from ranking.
- serving: the SQL from ``int_basket_sets`` to ``serving_lists``, for all customers by
  item-based filtering and all rules; implicit's item-based lists, without any rule.
- features: the SQL of ``feat_customers`` and of the models it reads, at twelve dates; the
  same at thirteen. What martlet does not take of that is what one date more costs.
- attribution: the SQL from ``path_touches`` to ``touch_credits``, all eight models; the
  same for a tenth of touches and orders, where 10 says that work grows as the data do;
  Polars finding each order's last touch, and nothing else.
- rfm: the SQL of ``rfm_thresholds`` and ``customer_rfm``; pandas.
- exporting: ``export_segment`` to Google Ads: judging everybody, opening sealed data,
  hashing, list, manifest and ledgers; DuckDB's ``COPY`` of the same list, once hashed.
- publishing: ``publish`` of all public tables: database with comments, Parquet, all on the
  disk; DuckDB's ``COPY FROM DATABASE``, which is the database alone; that, and ``COPY`` of
  each table to Parquet.
- reporting: ``make_report`` and ``render_page``; the queries of the report alone. Drawing
  takes as long for a small shop as for a large one.
- clustering: ``fit_clusters``; scikit-learn with the same scaling, counts, restarts, seeds
  and silhouettes, and nothing else.
- scoring: ``fit_logistic``, which chooses a penalty and calibrates, and scores;
  scikit-learn fitting once with the penalty that martlet chose, and foretelling.
- training: all of ``fit_propensity`` and ``predict``, with the challenger, intervals and
  reasons; the same bare scikit-learn. The parts below the table say what takes long.

Spark is asked for by name, and alone: sessions, features, associations and attribution on
DuckDB, on Spark in one process and on two workers, for a fiftieth, a fifth and all of the
events. It needs pyspark and Java, and tells each measurement as it is made (engines.py).
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from tests.python.benchmarks.timing import MARTLET, Benchmark, measure, run_step

from martlet.errors import MartletError, UsageError

SUITE = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark(
            name="loading",
            unit="events",
            sides={
                MARTLET: "loading:run",
                "DuckDB read_csv": "peers.duckdb_copy:run",
            },
            prepare="loading:prepare",
            check="loading:check",
        ),
        Benchmark(
            name="sessions",
            unit="events",
            models=("int_sessions",),
            sides={
                MARTLET: "compiled:build",
                "Polars streaming": "peers.polars_sessions:run",
                "only sorting, all columns": "peers.duckdb_sort:all_columns",
                "only sorting, counted ones": "peers.duckdb_sort:counted_columns",
            },
            prepare="sessions:prepare",
            check="sessions:check",
        ),
        *(
            Benchmark(
                name=f"increment-{kind.replace('_', '-')}",
                unit="events",
                models=("int_sessions", "int_session_channels"),
                sides={
                    MARTLET: "increments:increment",
                    "a full build": "increments:build",
                },
                prepare=f"increments:prepare_{kind}",
                check="increments:check",
            )
            for kind in ("last_day", "spread")
        ),
        Benchmark(
            name="associations",
            unit="order lines",
            models=(
                "int_basket_sets",
                "int_item_numbers",
                "int_basket_lines",
                "int_baskets",
                "int_pair_counts",
                "int_item_occurrences",
                "feat_associations",
                "product_associations",
            ),
            sides={
                MARTLET: "compiled:build",
                "implicit": "peers.implicit_cosine:run",
            },
            prepare="associations:prepare",
            check="associations:check",
        ),
        Benchmark(
            name="pairs",
            unit="order lines",
            sides={
                MARTLET: "pairs:follow",
                "counting all": "pairs:count",
            },
            prepare="pairs:prepare",
            check="pairs:check",
        ),
        Benchmark(
            name="serving",
            unit="customers",
            models=(
                "int_basket_sets",
                "int_item_numbers",
                "int_basket_lines",
                "int_baskets",
                "int_pair_counts",
                "int_item_occurrences",
                "int_customer_purchases",
                "feat_products",
                "feat_customer_products",
                "feat_popularity",
                "feat_associations",
                "input_seekers",
                "serving_candidates",
                "serving_lists",
                "serving_reasons",
            ),
            sides={
                MARTLET: "compiled:build",
                "implicit": "peers.implicit_lists:run",
            },
            prepare="serving:prepare",
            check="serving:check",
        ),
        Benchmark(
            name="features",
            unit="customers",
            models=(
                "feat_customer_purchases",
                "feat_customer_rhythm",
                "feat_customer_interests",
                "feat_customer_visits",
                "feat_customer_campaigns",
                "feat_customer_feedback",
                "feat_customers",
            ),
            sides={
                MARTLET: "compiled:build",
                "one date more": "features:build_one_date_more",
            },
            prepare="features:prepare",
            check="features:check",
        ),
        Benchmark(
            name="attribution",
            unit="touches",
            models=(
                "path_touches",
                "channel_transitions",
                "channel_removal_effects",
                "touch_shares",
                "touch_credits",
            ),
            sides={
                MARTLET: "compiled:build",
                "a tenth of it": "attribution:build_smaller",
                "Polars last touch": "peers.polars_last_touch:run",
            },
            prepare="attribution:prepare",
            check="attribution:check",
        ),
        Benchmark(
            name="rfm",
            unit="customers",
            models=("rfm_thresholds", "customer_rfm_history", "customer_rfm"),
            sides={MARTLET: "compiled:build", "pandas": "peers.pandas_rfm:run"},
            prepare="rfm:prepare",
            check="rfm:check",
        ),
        Benchmark(
            name="exporting",
            unit="customers",
            sides={MARTLET: "exporting:run", "DuckDB COPY": "peers.duckdb_export:copy"},
            prepare="exporting:prepare",
            check="exporting:check",
        ),
        Benchmark(
            name="publishing",
            unit="customers",
            sides={
                MARTLET: "publishing:run",
                "COPY FROM DATABASE": "peers.duckdb_publish:copy",
                "the same, and Parquet": "peers.duckdb_publish:copy_and_export",
            },
            prepare="publishing:prepare",
            check="publishing:check",
        ),
        Benchmark(
            name="reporting",
            unit="customers",
            sides={MARTLET: "reporting:run", "its own queries": "reporting:query"},
            prepare="reporting:prepare",
            check="reporting:check",
        ),
        Benchmark(
            name="clustering",
            unit="customers",
            sides={
                MARTLET: "clustering:run",
                "scikit-learn": "peers.sklearn_clusters:run",
            },
            prepare="clustering:prepare",
            check="clustering:check",
        ),
        Benchmark(
            name="scoring",
            unit="customers",
            sides={
                MARTLET: "scoring:run",
                "scikit-learn": "peers.sklearn_scoring:run",
            },
            prepare="scoring:prepare",
            check="scoring:check",
        ),
        Benchmark(
            name="training",
            unit="customers",
            sides={
                MARTLET: "scoring:train_and_explain",
                "scikit-learn": "peers.sklearn_scoring:run",
            },
            prepare="scoring:prepare",
            check="scoring:check",
        ),
    )
}

SPARK = "spark"

HEADINGS = ("seconds", "martlet takes", "computes", "peak memory", "martlet holds")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def main(
    events: Annotated[int, typer.Option(min=1000)] = 2_000_000,
    order_lines: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    customers: Annotated[int, typer.Option(min=1000)] = 50_000,
    touches: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    repeat: Annotated[int, typer.Option(min=1, help="Rounds to time.")] = 3,
    only: Annotated[str, typer.Option(help="Names, comma between.")] = ",".join(SUITE),
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure martlet beside named peers, once they agree on what comes out."""
    sizes = {
        "events": events,
        "order lines": order_lines,
        "customers": customers,
        "touches": touches,
    }
    try:
        if only == SPARK:
            _measure_spark(events, as_json)
            return
        chosen = _chosen(only.split(","))
        with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
            err.print("[dim]compiling martlet's models[/]")
            names = [name for benchmark in chosen for name in benchmark.models]
            compiled = (
                run_step("compiled:compile_models", names=names)["returned"]
                if names
                else {}
            )
            results = [
                measure(
                    benchmark,
                    sizes[benchmark.unit],
                    repeat,
                    Path(folder) / benchmark.name,
                    compiled,
                    lambda said: err.print(f"[dim]{said}[/]"),
                )
                for benchmark in chosen
            ]
    except MartletError as error:
        err.print(f"[bold red]Error:[/] {escape(error.message)} {escape(error.hint)}")
        sys.exit(error.exit_code)
    if as_json:
        print(json.dumps(results, indent=2))
    else:
        _print(results)


def _measure_spark(events: int, as_json: bool) -> None:
    # Imported here, since it loads DuckDB, and peers' memory must not read as more.
    from tests.python.benchmarks.engines import line, measure_engines, require_spark

    require_spark()
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        results = measure_engines(
            events,
            SUITE,
            Path(folder),
            lambda said: err.print(f"[dim]{escape(said)}[/]"),
        )
    if as_json:
        print(json.dumps(results, indent=2))
    else:
        for measured in results:
            out.print(escape(line(measured)))


def _chosen(names: list[str]) -> list[Benchmark]:
    unknown = [name for name in names if name not in SUITE]
    if unknown:
        raise UsageError(
            f"There is no benchmark {', '.join(unknown)}; there are {', '.join(SUITE)}, "
            f"and, alone, {SPARK}."
        )
    return [SUITE[name] for name in names]


def _print(results: list[dict]) -> None:
    for result in results:
        table = Table(
            title=f"{result['benchmark']}: {result['size']:,} {result['unit']}",
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
        )
        table.add_column("side")
        for heading in HEADINGS:
            table.add_column(heading, justify="right")
        for side in result["sides"]:
            table.add_row(
                side["name"],
                f"{side['seconds']:.2f}",
                f"{side['martlet_time_ratio']:.2f} ×",
                f"{side['martlet_cpu_ratio']:.2f} ×",
                f"{side['peak_mib']:,.0f} MiB",
                f"{side['martlet_memory_ratio']:.2f} ×",
            )
        out.print(table)
        for side in result["sides"]:
            if side["parts"]:
                parts = (f"{part} {s:.2f} s" for part, s in side["parts"].items())
                out.print(f"{side['name']}: {', '.join(parts)}")
        out.print(f"Equal: {result['check']}\n")


if __name__ == "__main__":
    typer.run(main)
