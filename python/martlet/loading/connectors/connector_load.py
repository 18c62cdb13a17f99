"""Load the files of one system through a connector: SQL over all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import duckdb

from martlet.contract import RawTable
from martlet.loading.connectors.connector import Connector, Store
from martlet.loading.connectors.inputs import ReadSource, make_input, read_input
from martlet.loading.connectors.statements import run
from martlet.loading.connectors.tables import MadeTable, check_nothing_lost, make_tables
from martlet.loading.ledger import Load
from martlet.loading.load_directory import LoadDirectory
from martlet.loading.quarantine import Quarantine
from martlet.loading.refusals import MALFORMED, check_share
from martlet.loading.report import LoadCount, SummaryLine
from martlet.loading.rules import RULES
from martlet.loading.sources.source import Source
from martlet.loading.writing import copy_to, stored_columns
from martlet.sql import identifier, literal


@dataclass
class ConnectorLoad:
    """The sources of each input on their way into raw tables."""

    connector: Connector
    contract: dict[str, RawTable]
    sources: Mapping[str, Sequence[Source]]
    store: Store | None = None
    max_refused: float | None = None
    _read: dict[str, list[ReadSource]] = field(default_factory=dict)

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        load: Load,
        directory: LoadDirectory,
    ) -> list[LoadCount]:
        """Write every row to a raw table or to quarantine, and count them.

        Needs the functions of :mod:`martlet.privacy.in_sql`.

        Raises
        ------
        RawDataError
            A source is not what the connector reads, or too much of it is refused.
        CheckFailed
            The connector has a mistake, such as losing a row.
        """
        made = self.judge(connection, load)
        for table in made:
            columns = stored_columns(table.contract, table.columns)
            order = (
                "source_input, source_row"
                if table.is_stored
                else ", ".join(table.contract.key)
            )
            copy_to(
                connection,
                f"select {columns} from {table.relation} order by {order}",
                directory.table(table.contract.name),
            )
        quarantine = Quarantine(connection, load)
        for kind, sources in self._read.items():
            for read in sources:
                quarantine.take_rows(read.source, _refused_of(kind, read))
                quarantine.take_lines(read.source, read.malformed, self.connector.name)
        quarantine.write(directory)
        return self.counts(connection, made)

    def judge(
        self, connection: duckdb.DuckDBPyConnection, load: Load
    ) -> list[MadeTable]:
        """Read every input and make every raw table, all in the scratch database."""
        settings = vars(self.store) if self.store else dict.fromkeys(_SETTINGS)
        for name, value in settings.items():
            given = "null" if value is None else literal(value)
            connection.execute(f"set variable {name} = cast({given} as varchar)")
        loaded_at = literal(load.loaded_at)
        connection.execute(f"set variable loaded_at = cast({loaded_at} as timestamp)")
        connection.execute(_REFUSED)
        for kind in self.connector.inputs:
            found = self.sources.get(kind.name, ())
            self._read[kind.name] = read_input(connection, self.connector, kind, found)
            self._check_share(connection, kind.name)
        for kind in self.connector.inputs:
            make_input(connection, self.connector, kind)
        made = make_tables(connection, self.connector, self.contract, load.loaded_at)
        for kind in self.connector.inputs:
            self._check_share(connection, kind.name)
        check_nothing_lost(connection, self.connector, made)
        return made

    def counts(
        self, connection: duckdb.DuckDBPyConnection, made: Sequence[MadeTable]
    ) -> list[LoadCount]:
        """Count where the rows of each input went, and what they are worth."""
        counts = []
        for kind in self.connector.inputs:
            name, rows = literal(kind.name), identifier(kind.name)
            places = [
                f"select 'stored', {name}, {literal(table.contract.name)}, '', "
                f"source_row from {table.relation} where source_input = {name}"
                for table in made
                if table.is_stored
            ]
            places.append(
                f"select 'refused', {name}, 'quarantine', rule, source_row "
                f"from refused where input = {name}"
            )
            if kind.consulted:
                places.append(
                    f"select 'consulted', {name}, '', '', source_row "
                    f"from {identifier(f'accepted_{kind.name}')}"
                )
            counted = connection.execute(f"""
                select outcome, destination, rule, count(*),
                    cast(sum(amount) as decimal(18, 4))
                from ({" union all ".join(places)})
                    as placed (outcome, input, destination, rule, source_row)
                left join (select source_row, amount from {rows}) using (source_row)
                group by all
                order by outcome desc, destination, rule
            """).fetchall()
            counts += [LoadCount(kind.name, *row) for row in counted]
            malformed = sum(len(read.malformed) for read in self._read[kind.name])
            if malformed:
                counts.append(
                    LoadCount(kind.name, "refused", "quarantine", MALFORMED, malformed)
                )
        for table in made:
            if not table.is_stored:
                (rows,) = connection.execute(
                    f"select count(*) from {table.relation}"
                ).fetchone()
                counts.append(LoadCount("", "derived", table.contract.name, "", rows))
        return counts

    def summary(self, connection: duckdb.DuckDBPyConnection) -> tuple[SummaryLine, ...]:
        """Run the connector's ``summary.sql``, if it has one."""
        if self.connector.summary_sql is None:
            return ()
        sql = f"select label, rows, amount from (\n{self.connector.summary_sql}\n)"
        lines = run(connection, self.connector, "summary.sql", sql).fetchall()
        return tuple(SummaryLine(*line) for line in lines)

    def _check_share(self, connection: duckdb.DuckDBPyConnection, kind: str) -> None:
        """Hold what is refused but not by the connector's own rules to the limit."""
        read = self._read[kind]
        reasons = dict(
            connection.execute(
                "select reason, count(*) from refused "
                "where input = ? and rule in (select unnest(?)) "
                "group by reason order by count(*) desc, reason",
                [kind, list(RULES)],
            ).fetchall()
        )
        for each in (line for source in read for line in source.malformed):
            reasons[each.reason] = reasons.get(each.reason, 0) + 1
        total = sum(each.rows + len(each.malformed) for each in read)
        check_share(f"{self.connector.name} {kind}", total, reasons, self.max_refused)


_SETTINGS = [setting.name for setting in fields(Store)]

_REFUSED = """
create table refused (
    input varchar,
    source_row bigint,
    place varchar,
    rule varchar,
    reason varchar
)
"""


def _refused_of(kind: str, read: ReadSource) -> str:
    """SQL for the refused rows of one source, counted from its own first row."""
    last_row = read.first_row + read.rows - 1
    return (
        f"select source_row - {read.first_row - 1} as source_row, place, rule, reason "
        f"from refused where input = {literal(kind)} "
        f"and source_row between {read.first_row} and {last_row}"
    )
