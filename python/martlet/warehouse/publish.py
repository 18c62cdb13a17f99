"""Publish the marts: a copy that BI reads while the warehouse is being written.

Every publication is a directory of its own, ``published-000042``, with one DuckDB file
and one Parquet file per mart. ``published`` is a symbolic link to the latest, and moving
the link is the last step, once all files are on the disk: a reader sees the old
publication whole, or the new one, also after a power cut. What is public is dbt's word
for it: the models with ``access: public``.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from dbt.artifacts.resources.types import AccessType
from dbt.contracts.graph.manifest import Manifest

from martlet.disk import to_disk
from martlet.errors import EnvironmentFault
from martlet.settings import PUBLISHED_DATABASE, Settings
from martlet.sql import identifier, literal, transaction
from martlet.warehouse.connection import explain_duckdb_error, open_warehouse
from martlet.warehouse.rebuilding import refuse_half_built

# Readable by every DuckDB since 1.1, whatever version wrote it.
STORAGE_VERSION = "v1.0.0"
KEPT_PUBLICATIONS = 3

_NAME = re.compile(r"\.?published-(\d{6,})(?:\.unfinished)?")


@dataclass(frozen=True)
class PublicModel:
    """A model that people may read, with what it says of itself."""

    schema: str
    name: str
    description: str
    columns: dict[str, str]


@dataclass(frozen=True)
class PublishedTable:
    """A table of a publication."""

    name: str
    rows: int
    parquet_bytes: int


@dataclass(frozen=True)
class Publication:
    """What was published: its number, its database as readers reach it, its tables."""

    number: int
    database: Path
    database_bytes: int
    tables: list[PublishedTable]


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
    pages: Mapping[str, str],
    keep: int = KEPT_PUBLICATIONS,
    on_model: Callable[[str], None] | None = None,
) -> Publication:
    """Copy ``models`` out of the warehouse and make them the published ones.

    Whoever calls holds the home (:func:`martlet.lock.home_lock`).

    Parameters
    ----------
    pages : mapping of str to str
        Texts to put beside them, by the names of their files.
    keep : int
        Publications that stay, this one among them.

    Raises
    ------
    EnvironmentFault
        The warehouse is missing, half built or locked, or the disk is full; what was
        published stays.
    """
    refuse_half_built(settings.home)
    _check_link(settings.published)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        _check_built(connection, models)
    _remove_unfinished(settings.home)
    number = _last_number(settings) + 1
    target = settings.home / f"published-{number:06d}"
    unfinished = settings.home / f".{target.name}.unfinished"
    try:
        unfinished.mkdir()
        tables = _copy(settings.warehouse, unfinished, models, on_model)
        for name, text in pages.items():
            (unfinished / name).write_text(text, "utf-8")
        for path in (*unfinished.iterdir(), unfinished):
            to_disk(path)
        unfinished.rename(target)
        to_disk(settings.home)
        _point(settings.published, target)
    except (duckdb.Error, OSError) as error:
        explained = explain_duckdb_error(error, settings.home)
        if explained is None:
            raise
        raise explained from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    for old in _publications(settings.home)[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
    return Publication(
        number,
        settings.published_database,
        (target / PUBLISHED_DATABASE).stat().st_size,
        tables,
    )


def keep_latest_publication(settings: Settings) -> None:
    """Remove every publication but the one that ``published`` names."""
    latest = settings.published.resolve()
    for publication in _publications(settings.home):
        if publication.resolve() != latest:
            shutil.rmtree(publication, ignore_errors=True)


def _publications(home: Path) -> list[Path]:
    found = (path for path in home.glob("published-*") if _NAME.fullmatch(path.name))
    return sorted(found, key=_number)


def _number(publication: Path) -> int:
    return int(_NAME.fullmatch(publication.name)[1])


def _last_number(settings: Settings) -> int:
    """Give the highest number so far, also where the directory it named is gone."""
    named = [settings.published.readlink()] if settings.published.is_symlink() else []
    numbered = (path for path in named if _NAME.fullmatch(path.name))
    return max(map(_number, (*_publications(settings.home), *numbered)), default=0)


def _remove_unfinished(home: Path) -> None:
    """Remove what a publication that was killed has left."""
    for path in home.glob(".published-*.unfinished"):
        if _NAME.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)


def _copy(
    warehouse: Path,
    directory: Path,
    models: list[PublicModel],
    on_model: Callable[[str], None] | None,
) -> list[PublishedTable]:
    tables = []
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        connection.execute(
            f"attach {literal(directory / PUBLISHED_DATABASE)} as marts "
            f"(storage_version '{STORAGE_VERSION}')"
        )
        for model in models:
            tables.append(_copy_model(connection, directory, model))
            if on_model:
                on_model(model.name)
        # Closing would do so too, and say nothing where the disk is full.
        connection.execute("checkpoint marts")
    return tables


def _copy_model(
    connection: duckdb.DuckDBPyConnection, directory: Path, model: PublicModel
) -> PublishedTable:
    built = f"warehouse.{identifier(model.schema)}.{identifier(model.name)}"
    parquet = directory / f"{model.name}.parquet"
    # A commit waits for the disk, and each comment would be one.
    with transaction(connection):
        (rows,) = connection.execute(
            f"create table marts.main.{identifier(model.name)} as from {built}"
        ).fetchone()
        _comment(connection, model)
    connection.execute(f"copy {built} to {literal(parquet)} (format parquet)")
    return PublishedTable(model.name, rows, parquet.stat().st_size)


def _check_built(
    connection: duckdb.DuckDBPyConnection, models: list[PublicModel]
) -> None:
    built = set(
        connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = current_database()"
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
    table = f"marts.main.{identifier(model.name)}"
    connection.execute(f"comment on table {table} is {literal(model.description)}")
    for name, description in model.columns.items():
        connection.execute(
            f"comment on column {table}.{identifier(name)} is {literal(description)}"
        )


def _check_link(link: Path) -> None:
    if link.exists() and not link.is_symlink():
        raise EnvironmentFault(
            f"{link} is a directory that martlet did not make.",
            f"Move it away (mv {link} {link}.old), then run: martlet build",
        )


def _point(link: Path, target: Path) -> None:
    """Make ``link`` name ``target`` in one step that readers cannot see half of."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.name)
    os.replace(fresh, link)
    to_disk(link.parent)
