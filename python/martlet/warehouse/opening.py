"""Open the warehouse for models, on the engine of a dbt target.

Which engine that is, and how a session of Spark is set up, stands in
``profiles/profiles.yml`` alone.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from martlet.errors import EnvironmentFault, UsageError
from martlet.settings import Settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from martlet.warehouse.spark_faults import explain_spark_error

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DUCKDB = "duckdb"
SPARK = "spark"
_PROFILE = "martlet"

# It warns of pandas 3 on loading, whoever loads it, and nothing here has it use pandas.
warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")


def engine_of(settings: Settings, target: str | None) -> str:
    """Name the engine of a dbt target; without one, DuckDB.

    Raises
    ------
    UsageError
        The profiles know no such target, or it is a server that dbt alone talks to.
    """
    if not target:
        return DUCKDB
    output = _output(settings, target)
    if output.get("method") == "thrift":
        raise UsageError(
            f"Target '{target}' is a server, in which Python models cannot run.",
            f"Build all but them: dbt build --target {target}",
        )
    return output["type"]


def refuse_other_engines(settings: Settings, target: str | None, what: str) -> None:
    """Refuse a target of which ``what`` knows nothing.

    Raises
    ------
    UsageError
        Its engine is not DuckDB.
    """
    if engine_of(settings, target) != DUCKDB:
        raise UsageError(
            f"{what} reads the warehouse of DuckDB alone, not that of {target}.",
            f"Leave out: --target {target}",
        )


@contextmanager
def open_for_models(
    settings: Settings, target: str | None = None
) -> Iterator[Warehouse]:
    """Open the warehouse of a dbt target for the length of a ``with`` block.

    Raises
    ------
    UsageError
        There is no such target, or models do not run on its engine.
    EnvironmentFault
        The warehouse is missing, locked or damaged, or its engine is not installed.
    """
    engine = engine_of(settings, target)
    if engine == DUCKDB:
        with open_warehouse(settings.warehouse) as connection:
            yield DuckDBWarehouse(connection)
    elif engine == SPARK:
        from martlet.warehouse.on_spark import SparkWarehouse

        with _spark_faults(settings, target):
            yield SparkWarehouse(_session(settings, target))
    else:
        raise UsageError(
            f"Models do not run on {engine}, the engine of target '{target}'.",
            f"They run on {DUCKDB} and on {SPARK}.",
        )


def _output(settings: Settings, target: str) -> Mapping[str, Any]:
    """Read what the profiles say of a target, as dbt reads it."""
    # dbt takes a second to load, which DuckDB's own commands have no use for.
    from dbt.config.profile import Profile
    from dbt.config.renderer import ProfileRenderer
    from dbt.exceptions import DbtProfileError
    from dbt_common.context import set_invocation_context

    profiles = settings.project_dir / "profiles" / "profiles.yml"
    profile = yaml.safe_load(profiles.read_text("utf-8"))[_PROFILE]
    set_invocation_context(os.environ)
    try:
        _, output = Profile.render_profile(
            profile, _PROFILE, target, ProfileRenderer({})
        )
    except DbtProfileError as error:
        raise UsageError(
            f"There is no dbt target '{target}'.",
            f"Targets are {', '.join(profile['outputs'])}: see profiles/profiles.yml",
        ) from error
    return output


def _session(settings: Settings, target: str) -> SparkSession:
    try:
        from pyspark.errors import AnalysisException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise explain_spark_error(str(error), settings) or error from error
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in _output(settings, target)["server_side_parameters"].items():
        builder = builder.config(name, value)
    logging.getLogger("py4j").setLevel(logging.ERROR)
    # Relative paths in the environment are the project's, as dbt takes them.
    with chdir(settings.project_dir):
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        session.sql("show schemas").collect()
    except AnalysisException as error:
        raise explain_spark_error(str(error), settings) or error from error
    return session


@contextmanager
def _spark_faults(settings: Settings, target: str) -> Iterator[None]:
    """Raise what a person can mend of Spark's failures as an ``EnvironmentFault``."""
    try:
        from pyspark.errors import AnalysisException, PySparkException
    except ImportError:
        yield
        return
    try:
        yield
    except PySparkException as error:
        text = str(error)
        if explained := explain_spark_error(text, settings):
            raise explained from error
        if isinstance(error, AnalysisException):
            raise EnvironmentFault(
                "The tables of the warehouse are not those of this version of martlet: "
                f"{text.splitlines()[0]}",
                f"Bring them up to date: martlet build --target {target}",
            ) from error
        raise
