"""Connectors: folders of SQL that turn one kind of file into raw tables.

A connector needs no Python. Its folder holds

``connector.yml``
    ``title`` and ``description``; ``formats`` (of ``parquet``, ``csv``, ``xlsx``);
    ``store`` (``store_id``, ``reporting_currency``, ``reporting_timezone``); and
    ``columns``: for each column the file must have, the name SQL gets to see, the
    ``names`` it is published under (compared without case, spaces and punctuation),
    its ``type`` (of DuckDB, or ``code`` for identifiers that spreadsheets turn into
    numbers), ``required`` where it may never be empty, and ``written_as`` for
    timestamps in spellings other than ISO's (strptime patterns).
``input.sql``
    One row per ``source_row`` of the view ``source_file``, which holds the file's
    columns typed. May add ``amount`` (what the row is worth) and ``refused_rule`` with
    ``refused_reason``; a reason must not quote values. The result is ``input``, and
    ``accepted`` is ``input`` without the refused rows.
``<raw table>.sql``
    Rows of one raw table, from ``accepted``. With a column ``source_row`` these are the
    file's rows themselves, each of which must go to exactly one table; without it they
    are derived from them, such as the distinct customers.
``summary.sql``, if wanted
    ``label``, ``rows``, ``amount``: what to tell the person who loads.

The store's settings are variables: ``getvariable('reporting_timezone')``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.settings import is_sample

BUILT_IN = Path(__file__).parents[1] / "connectors"
FORMATS = ("parquet", "csv", "xlsx")

# Tables that the loader writes itself.
LOADER_TABLES = ("store", "loads")


@dataclass(frozen=True)
class SourceColumn:
    """One column that the file must have."""

    name: str
    names: tuple[str, ...]
    type: str = "varchar"
    required: bool = False
    written_as: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """How to speak of it: ``UnitPrice (or Price)``."""
        first, *others = self.names
        return f"{first} (or {', '.join(others)})" if others else first


@dataclass(frozen=True)
class Store:
    """Whose data the connector brings."""

    store_id: str
    reporting_currency: str
    reporting_timezone: str


@dataclass(frozen=True)
class Connector:
    """A connector's folder, read."""

    name: str
    folder: Path
    title: str
    description: str
    formats: tuple[str, ...]
    columns: tuple[SourceColumn, ...]
    store: Store
    input_sql: str
    tables: dict[str, str]
    summary_sql: str | None
    text: str = field(repr=False)


def connector_names() -> list[str]:
    """List the built-in connectors."""
    found = BUILT_IN.glob("*/connector.yml")
    return sorted(path.parent.name.replace("_", "-") for path in found)


def find_connector(connector: str | Path, contract: dict[str, RawTable]) -> Connector:
    """Read a built-in connector by its name, or one of the user's by its folder.

    Raises
    ------
    UsageError
        There is no such connector, or its folder is not as the module describes.
    """
    if str(connector) in connector_names():
        return _read(BUILT_IN / str(connector).replace("-", "_"), contract)
    folder = Path(connector)
    if (folder / "connector.yml").is_file():
        return _read(folder, contract)
    raise UsageError(
        f"There is no connector {connector}. Built in: {', '.join(connector_names())}.",
        "Name one of these, or the path of a folder of your own with a connector.yml.",
    )


def _read(folder: Path, contract: dict[str, RawTable]) -> Connector:
    settings = folder / "connector.yml"
    statements = {
        path.stem: path.read_text("utf-8").strip().removesuffix(";")
        for path in folder.glob("*.sql")
    }
    texts = [
        settings.read_text("utf-8"),
        *(statements[name] for name in sorted(statements)),
    ]
    try:
        declared = yaml.safe_load(texts[0])
        connector = Connector(
            name=folder.resolve().name.replace("_", "-"),
            folder=folder,
            title=declared["title"],
            description=declared["description"],
            formats=tuple(declared["formats"]),
            columns=tuple(
                _column(name, column) for name, column in declared["columns"].items()
            ),
            store=Store(**declared["store"]),
            input_sql=statements.pop("input"),
            summary_sql=statements.pop("summary", None),
            tables=dict(sorted(statements.items())),
            text="\n".join(texts),
        )
    except KeyError as error:
        raise UsageError(
            f"The connector in {folder} lacks {error.args[0]!r}.",
            f"Compare it with {BUILT_IN / 'online_retail'}.",
        ) from error
    except (yaml.YAMLError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(
            f"{settings} is not a connector's settings: {error}",
            f"Compare it with {BUILT_IN / 'online_retail' / 'connector.yml'}.",
        ) from error
    _check(connector, folder, contract)
    return connector


def _column(name: str, declared: dict[str, Any]) -> SourceColumn:
    known = {setting.name for setting in fields(SourceColumn)} - {"name"}
    unknown = sorted(set(declared) - known)
    if unknown:
        raise ValueError(f"column {name} has the unknown setting {unknown[0]!r}")
    for setting in ("names", "written_as"):
        if not isinstance(declared.get(setting, []), list):
            raise ValueError(f"{setting} of column {name} is not a list")
    lists = {
        "names": tuple(declared.get("names", [name])),
        "written_as": tuple(declared.get("written_as", [])),
    }
    return SourceColumn(name=name, **{**declared, **lists})


def _check(connector: Connector, folder: Path, contract: dict[str, RawTable]) -> None:
    strange = [name for name in connector.formats if name not in FORMATS]
    if strange:
        raise UsageError(
            f"The connector in {folder} names the unknown format {strange[0]}.",
            f"Known formats are {', '.join(FORMATS)}.",
        )
    makeable = [table for table in contract if table not in LOADER_TABLES]
    strange = [table for table in connector.tables if table not in makeable]
    if strange:
        raise UsageError(
            f"{folder / strange[0]}.sql makes {strange[0]}, which is no raw table that "
            "a connector can make.",
            f"Name it after one of: {', '.join(makeable)}.",
        )
    if is_sample(connector.store.store_id):
        # Else a real shop would be opened with the samples' published key.
        raise UsageError(
            f"The connector in {folder} names its store {connector.store.store_id}; "
            "ids such as sample-1500-426-7 are kept for the built-in samples.",
            "Give the store another store_id in connector.yml.",
        )
