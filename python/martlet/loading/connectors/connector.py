"""Connectors: folders of SQL that turn the files of one system into raw tables.

A connector needs no Python. Its folder holds

``connector.yml``
    ``title`` and ``description``; ``store`` (``store_id``, ``reporting_currency``,
    ``reporting_timezone``), if the files are always of one shop; and ``inputs``. Each
    input has ``files``, patterns of the names it comes under (``orders*``, compared
    without case and extension); ``optional`` where it may be absent, and is empty then;
    ``consulted`` where its rows are only looked up by others and are no raw rows
    themselves; and ``columns``. For each column that is the name SQL gets to see, the
    ``names`` it is published under (compared without case, spaces and punctuation), its
    ``type`` (of DuckDB, ``code`` for identifiers that spreadsheets turn into numbers,
    or ``json``), ``required`` where no value may be empty, ``optional`` where the
    column may be absent, and ``written_as`` for timestamps in spellings other than
    ISO's (strptime patterns).
``inputs/<input>.sql``, if wanted
    One row per ``source_row`` of the view ``source_<input>``, which holds the rows of
    the input typed. May add ``amount`` (what the row is worth) and ``refused_rule`` with
    ``refused_reason``; a reason must not quote values. Without it the input is its
    source as it is. The result is ``<input>``, and ``accepted_<input>`` is that without
    the refused rows.
``tables/<raw table>.sql``
    Rows of one raw table, from accepted inputs. With a column ``source_row`` these are
    the rows of an input themselves, each of which must go to exactly one table; a
    column ``source_input`` says of which input, where there are several. Without it
    they are derived, such as the distinct customers.
``summary.sql``, if wanted
    ``label``, ``rows``, ``amount``: what to tell the person who loads.

The store's settings are variables, such as ``getvariable('reporting_timezone')``, null
where nobody said them, and so is ``getvariable('loaded_at')``, now in UTC: a stored row
dated later is refused by itself, while a derived one would be a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.loading.columns import SourceColumn
from martlet.settings import is_sample

BUILT_IN = Path(__file__).parents[2] / "connectors"

# Tables that the loader writes itself.
LOADER_TABLES = ("store", "loads")


@dataclass(frozen=True)
class Store:
    """Whose data a load brings."""

    store_id: str
    reporting_currency: str
    reporting_timezone: str
    country: str | None = None


@dataclass(frozen=True)
class Input:
    """One kind of file that a connector reads."""

    name: str
    columns: tuple[SourceColumn, ...]
    files: tuple[str, ...] = ("*",)
    optional: bool = False
    consulted: bool = False
    sql: str | None = None

    def takes(self, path: Path) -> bool:
        """Say whether a file goes by a name that this input comes under."""
        name = path.name.partition(".")[0].casefold()
        return any(fnmatchcase(name, pattern.casefold()) for pattern in self.files)


@dataclass(frozen=True)
class Connector:
    """A connector's folder, read."""

    name: str
    folder: Path
    title: str
    description: str
    inputs: tuple[Input, ...]
    store: Store | None
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
    parts = [settings, *sorted(folder.rglob("*.sql"))]
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in parts
    }
    statements = {name: text.strip().removesuffix(";") for name, text in texts.items()}
    try:
        declared = yaml.safe_load(texts["connector.yml"])
        connector = Connector(
            name=folder.resolve().name.replace("_", "-"),
            folder=folder,
            title=declared["title"],
            description=declared["description"],
            inputs=tuple(
                _input(name, {**given}, statements.get(f"inputs/{name}.sql"))
                for name, given in declared["inputs"].items()
            ),
            store=Store(**declared["store"]) if "store" in declared else None,
            tables={
                name.removeprefix("tables/").removesuffix(".sql"): sql
                for name, sql in statements.items()
                if name.startswith("tables/")
            },
            summary_sql=statements.get("summary.sql"),
            text="\n".join(texts.values()),
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
    _check(connector, contract)
    return connector


def _input(name: str, declared: dict[str, Any], sql: str | None) -> Input:
    columns = tuple(
        _column(column, given) for column, given in declared.pop("columns").items()
    )
    files = tuple(_list(declared.pop("files", ["*"]), f"files of input {name}"))
    return Input(name=name, columns=columns, files=files, sql=sql, **declared)


def _column(name: str, declared: dict[str, Any]) -> SourceColumn:
    known = {setting.name for setting in fields(SourceColumn)} - {"name"}
    unknown = sorted(set(declared) - known)
    if unknown:
        raise ValueError(f"column {name} has the unknown setting {unknown[0]!r}")
    lists = {
        setting: tuple(_list(declared.get(setting, default), f"{setting} of {name}"))
        for setting, default in (("names", [name]), ("written_as", []))
    }
    return SourceColumn(name=name, **{**declared, **lists})


def _list(value: Any, what: str) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(f"{what} is not a list")
    return value


def _check(connector: Connector, contract: dict[str, RawTable]) -> None:
    makeable = [table for table in contract if table not in LOADER_TABLES]
    strange = [table for table in connector.tables if table not in makeable]
    if strange:
        raise UsageError(
            f"{connector.folder}/tables/{strange[0]}.sql makes {strange[0]}, which is "
            "no raw table that a connector can make.",
            f"Name it after one of: {', '.join(makeable)}.",
        )
    if connector.store and is_sample(connector.store.store_id):
        # Else a real shop would be opened with the samples' published key.
        raise UsageError(
            f"The connector in {connector.folder} names its store "
            f"{connector.store.store_id}; ids such as sample-1500-426-7 are kept for "
            "the built-in samples.",
            "Give the store another store_id in connector.yml.",
        )
