"""Publishing: made marts of all kinds, martlet's side, proof that the copies are whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb
import yaml

from martlet.errors import CheckFailed
from martlet.settings import Settings, find_project
from martlet.sql import literal
from martlet.warehouse.publish import PublicModel, publish

# Rows for each customer where it is not one; tables without customers have so many.
ROWS_PER_CUSTOMER = {
    "customer_lifecycle_history": 2,
    "customer_rfm_history": 2,
    "customer_scores": 2,
    "fct_marketing_touches": 3,
    "fct_order_lines": 2,
    "fct_sessions": 3,
    "fct_visit_touches": 3,
    "product_recommendations": 5,
}
OTHER_ROWS = 50_000
MARTS = "marts.json"
TYPED = {
    "bigint": "hash(i, '{0}') % 1000",
    "boolean": "hash(i, '{0}') % 3 = 0",
    "date": "date '2024-01-01' + cast(hash(i, '{0}') % 730 as integer)",
    "decimal": "hash(i, '{0}') % 1000000 / 100",
    "double": "hash(i, '{0}') % 1000000 / 1000000",
    "timestamp": "timestamp '2024-01-01' + to_seconds(cast(hash(i, '{0}') % 63072000 "
    "as bigint))",
    "varchar": "'{0} ' || hash(i, '{0}') % 40",
}


def prepare(inputs: Path, size: int) -> None:
    """Write a warehouse of ``size`` customers: all public tables, by their contracts."""
    with duckdb.connect(str(inputs / "warehouse.duckdb")) as connection:
        models = list(_models())
        for model, types in models:
            rows = OTHER_ROWS
            if "customer_id" in types:
                rows = size * ROWS_PER_CUSTOMER.get(model.name, 1)
            columns = ", ".join(_column(name, types[name], size) for name in types)
            connection.execute(f"create schema if not exists {model.schema}")
            connection.execute(
                f"create table {model.schema}.{model.name} as "
                f"select {columns} from range({rows}) as rows (i)"
            )
    described = [asdict(model) for model, _ in models]
    (inputs / MARTS).write_text(json.dumps(described), "utf-8")


def run(inputs: Path, outputs: Path) -> None:
    """Publish: database with comments and Parquet files, on the disk, then the link."""
    (outputs / "warehouse.duckdb").symlink_to(inputs / "warehouse.duckdb")
    settings = Settings(find_project(Path(__file__).parent), outputs, inputs)
    publish(settings, _described(inputs), pages={})


def check(inputs: Path, outputs: Path) -> str:
    """Hold every table of the database, and every Parquet file, against what it is of."""
    published = outputs / "martlet" / "published"
    total = 0
    with duckdb.connect(str(inputs / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{published}/marts.duckdb' as copied (read_only)")
        for model in _described(inputs):
            sides = [
                f"{model.schema}.{model.name}",
                f"copied.main.{model.name}",
                literal(published / f"{model.name}.parquet"),
            ]
            told = {
                connection.execute(
                    f"select count(*), cast(sum(hash(t)) as varchar) from {side} as t"
                ).fetchone()
                for side in sides
            }
            if len(told) > 1:
                raise CheckFailed(f"{model.name} was not published as it was built.")
            total += told.pop()[0]
    return f"{total:,} rows"


def _described(inputs: Path) -> list[PublicModel]:
    return [PublicModel(**each) for each in json.loads((inputs / MARTS).read_bytes())]


def _models() -> Iterator[tuple[PublicModel, dict[str, str]]]:
    """Give each public model with its columns' types, from the project's YAML."""
    project = find_project(Path(__file__).parent)
    for room in ("core", "marts"):
        for file in sorted((project / "models" / room).rglob("_*__models.yml")):
            for model in yaml.safe_load(file.read_text("utf-8"))["models"]:
                if model.get("config", {}).get("access", "public") != "public":
                    continue
                columns = model["columns"]
                yield (
                    PublicModel(
                        room,
                        model["name"],
                        model["description"],
                        {column["name"]: column["description"] for column in columns},
                    ),
                    {column["name"]: column["data_type"] for column in columns},
                )


def _column(name: str, data_type: str, size: int) -> str:
    if name == "customer_id":
        value = f"md5(cast(i % {size} as varchar))"
    elif name.endswith("_id") and data_type == "varchar":
        value = f"md5(cast(hash(i, '{name}') as varchar))"
    else:
        value = TYPED[re.match("[a-z]+", data_type)[0]].format(name)
    return f'cast({value} as {data_type}) as "{name}"'
