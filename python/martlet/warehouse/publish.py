"""Publish the marts: a copy that BI reads while the warehouse is being written.

Every publication is a directory of its own, ``published-000042``, with one DuckDB file
and one Parquet file per mart. ``published`` is a symbolic link to the latest, and moving
the link is the last step: a reader sees the old publication whole, or the new one. What
is public is dbt's word for it: the models with ``access: public``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from dbt.artifacts.resources.types import AccessType
from dbt.contracts.graph.manifest import Manifest

from martlet.errors import EnvironmentFault
from martlet.settings import Settings
from martlet.sql import literal
from martlet.warehouse.connection import explain_duckdb_error

# Readable by every DuckDB since 1.1, whatever version wrote it.
STORAGE_VERSION = "v1.0.0"
KEPT_PUBLICATIONS = 3
DATABASE = "marts.duckdb"


@dataclass(frozen=True)
class PublicModel:
    """A model that people may read, with what it says of itself."""

    schema: str
    name: str
    description: str
    columns: dict[str, str]


def public_models(manifest: Manifest) -> list[PublicModel]:
    """List the models with ``access: public``, by name."""
    return sorted(
        (
            PublicModel(
                schema=node.schema,
                name=node.name,
                description=node.description.strip(),
                columns={
                    column.name: column.description.strip()
                    for column in node.columns.values()
                },
            )
            for node in manifest.nodes.values()
            if node.resource_type == "model" and node.access == AccessType.Public
        ),
        key=lambda model: model.name,
    )


def publish(
    settings: Settings,
    models: list[PublicModel],
    on_model: Callable[[str], None] | None = None,
    *,
    pages: Mapping[str, str],
) -> Path:
    """Copy ``models`` out of the warehouse and make them the published ones.

    Parameters
    ----------
    pages : mapping of str to str
        Texts to put beside them, by the names of their files.

    Returns
    -------
    Path
        The published DuckDB file.

    Raises
    ------
    EnvironmentFault
        The disk is full, or the warehouse is locked; what was published stays.
    """
    earlier = _publications(settings)
    number = _number(earlier[-1]) + 1 if earlier else 1
    target = settings.home / f"published-{number:06d}"
    unfinished = settings.home / f".{target.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        for name, text in pages.items():
            (unfinished / name).write_text(text, "utf-8")
        _copy(settings.warehouse, unfinished, models, on_model)
        unfinished.rename(target)
        _point(settings.published, target)
    except (duckdb.Error, OSError) as error:
        explained = explain_duckdb_error(error, settings.home)
        if explained is None:
            raise
        raise explained from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    for old in [*earlier, target][:-KEPT_PUBLICATIONS]:
        shutil.rmtree(old, ignore_errors=True)
    return settings.published / DATABASE


def keep_latest_publication(settings: Settings) -> None:
    """Remove every publication but the one that ``published`` names."""
    latest = settings.published.resolve()
    for publication in _publications(settings):
        if publication.resolve() != latest:
            shutil.rmtree(publication, ignore_errors=True)


def _publications(settings: Settings) -> list[Path]:
    numbered = settings.home.glob("published-" + "[0-9]" * 6)
    return sorted(numbered, key=_number)


def _number(publication: Path) -> int:
    return int(publication.name.rpartition("-")[2])


def _copy(
    warehouse: Path,
    directory: Path,
    models: list[PublicModel],
    on_model: Callable[[str], None] | None,
) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        connection.execute(
            f"attach {literal(directory / DATABASE)} as marts "
            f"(storage_version '{STORAGE_VERSION}')"
        )
        _check_built(connection, models)
        for model in models:
            connection.execute(
                f"create table marts.main.{model.name} as "
                f"from warehouse.{model.schema}.{model.name}"
            )
            _comment(connection, model)
            connection.execute(
                f"copy marts.main.{model.name} "
                f"to {literal(directory / f'{model.name}.parquet')} (format parquet)"
            )
            if on_model:
                on_model(model.name)


def _check_built(
    connection: duckdb.DuckDBPyConnection, models: list[PublicModel]
) -> None:
    built = set(
        connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = 'warehouse'"
        ).fetchall()
    )
    missing = [
        model.name for model in models if (model.schema, model.name) not in built
    ]
    if missing:
        raise EnvironmentFault(
            f"Nothing was published, because {len(missing)} of the marts are not built "
            f"yet: {', '.join(missing)}.",
            "Build everything once: martlet build",
        )


def _comment(connection: duckdb.DuckDBPyConnection, model: PublicModel) -> None:
    table = f"marts.main.{model.name}"
    connection.execute(f"comment on table {table} is {literal(model.description)}")
    for name, description in model.columns.items():
        connection.execute(
            f"comment on column {table}.{name} is {literal(description)}"
        )


def _point(link: Path, target: Path) -> None:
    """Make ``link`` name ``target`` in one step that readers cannot see half of."""
    if link.exists() and not link.is_symlink():
        raise EnvironmentFault(
            f"{link} is a directory that martlet did not make.",
            f"Move it away (mv {link} {link}.old), then run: martlet build",
        )
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.name)
    os.replace(fresh, link)
