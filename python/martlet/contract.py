"""The contract with a store, read from the dbt source that declares it.

``models/staging/store/_store__sources.yml`` is the one place where raw tables are
declared. dbt reads it as a source, the loader and the sample read it through this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CONTRACT_PATH = Path("models/staging/store/_store__sources.yml")


@dataclass(frozen=True)
class Column:
    """One column of a raw table."""

    name: str
    data_type: str
    description: str
    required: bool = False
    accepted_values: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    references: str | None = None
    sealed: bool = False
    pseudonym_of: str | None = None
    redacted: bool = False
    made_from_content: bool = False
    partition: bool = False


@dataclass(frozen=True)
class RawTable:
    """One raw table: its key and its columns in order.

    ``happened_at`` names the column that says when a row happened, where the table has
    one; ``is_ledger`` marks what the loader writes of its own, which no store has.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    happened_at: str | None = None
    is_ledger: bool = False

    def column(self, name: str) -> Column:
        """Return the column called ``name``; ``KeyError`` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def written(self) -> tuple[Column, ...]:
        """Columns that lie inside a file; the others are told by its path."""
        return tuple(column for column in self.columns if not column.partition)

    @property
    def given(self) -> tuple[Column, ...]:
        """Columns that a shop gives; the others are made while loading."""
        return tuple(column for column in self.written if not column.pseudonym_of)

    @property
    def sealed(self) -> tuple[Column, ...]:
        """Columns that are encrypted before they are written."""
        return tuple(column for column in self.columns if column.sealed)

    @property
    def pseudonyms(self) -> tuple[Column, ...]:
        """Columns that hold a keyed hash of a sealed one."""
        return tuple(column for column in self.columns if column.pseudonym_of)


def _column(declared: dict[str, Any]) -> Column:
    meta = declared.get("config", {}).get("meta", {})
    return Column(
        name=declared["name"],
        data_type=declared["data_type"],
        description=declared.get("description", ""),
        required=meta.get("required", False),
        accepted_values=tuple(meta.get("accepted_values", ())),
        min=meta.get("min"),
        max=meta.get("max"),
        references=meta.get("references"),
        sealed=meta.get("sealed", False),
        pseudonym_of=meta.get("pseudonym_of"),
        redacted=meta.get("redacted", False),
        made_from_content=meta.get("made_from_content", False),
        partition=meta.get("partition", False),
    )


def read_contract(project_dir: Path) -> dict[str, RawTable]:
    """Read the raw tables of the project at ``project_dir``, in declared order."""
    declared = yaml.safe_load((project_dir / CONTRACT_PATH).read_text("utf-8"))
    (source,) = declared["sources"]
    return {
        table["name"]: RawTable(
            name=table["name"],
            description=table["description"],
            key=tuple(table["config"]["meta"]["key"]),
            columns=tuple(_column(column) for column in table["columns"]),
            happened_at=table["config"]["meta"].get("happened_at"),
            is_ledger=table["config"]["meta"].get("ledger", False),
        )
        for table in source["tables"]
    }
