"""Sessions of Spark inside a test's process, gone when it is through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine_parity import files_of
from martlet.settings import load_settings
from martlet.warehouse.opening import open_for_models
from spark_engine import need_spark
from support import PROJECT_DIR


@contextmanager
def spark_home(home: Path) -> Iterator[object]:
    """Open the warehouse of Spark in ``home``; nothing else of Spark may be open."""
    need_spark()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MARTLET_HOME", str(home))
        patch.setenv("MARTLET_SPARK_MASTER", "local[1]")
        home.mkdir(parents=True, exist_ok=True)
        with open_for_models(load_settings(PROJECT_DIR), "spark") as warehouse:
            yield warehouse
            _shut_down()


def write_views(home: Path, views: Iterable[tuple[str, str]]) -> None:
    """Write the rows of views to Parquet files beside the warehouse's tables."""
    from pyspark.sql import SparkSession

    with spark_home(home):
        for schema, name in views:
            rows = SparkSession.getActiveSession().table(f"{schema}.{name}")
            rows.coalesce(1).write.parquet(str(files_of(home, schema, name)))


def _shut_down() -> None:
    """End Spark's own process too: it would keep this home for whoever comes next."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    SparkSession.getActiveSession().stop()
    gateway = SparkContext._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)
    SparkContext._gateway = SparkContext._jvm = None
