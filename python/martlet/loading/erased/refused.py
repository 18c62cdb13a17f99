"""Which refused rows are an erased person's, told from what they say once opened.

A refused row is text under a shop's own names of columns, or a line that is no row. It is
somebody's where it holds an id, an e-mail address or a phone number of theirs. An id of
fewer than eight characters may be a quantity: it counts in columns whose name does not say
that they hold quantities, amounts, moments or products, in whatever language else, and in a
line from four characters on. A row too many costs little, since the shop has it still. Its
date may be what was wrong with it, so it is not asked for.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb

from martlet.disk import move_durably
from martlet.loading.writing import copy_to
from martlet.privacy.in_sql import pseudonym_of_id
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.sealing import Sealer
from martlet.sql import one_file

# Told a kind and a value, says whether an erased person has it.
Knows = Callable[[str, str], bool]

DISTINCTIVE = 8

_IDS = ("customer", "visitor", "order")
_NAMES_IDS = re.compile(
    "customer|client|user|member|household|visitor|device|order|invoice|_id$",
    re.IGNORECASE,
)
_NAMES_OTHERS = re.compile(
    "quanti|qty|(?<!ac)count|number_of|anzahl|menge|cantidad|stück|stueck"
    "|price|preis|prix|precio|prezzo|amount|betrag|montant|importe|cost|kosten|value|wert"
    "|total|tax|steuer|discount|rabatt|refund|percent|rating|score|stars"
    "|zeile|position|ligne|linea|(^|_)(line|row|rank|sum|rate|fee|day|tag)"
    "|date|datum|fecha|time|zeit|year|jahr|month|monat|_at$|_on$"
    "|product|produ[ik]t|sku|item|article|artikel|variant|zip|postal|postcode|plz",
    re.IGNORECASE,
)
_SHORTEST_IN_A_LINE = 4
_EMAIL = re.compile(r"[^\s,;|<>\"'()]+@[^\s,;|<>\"'()]+")
_CELLS = re.compile(r"[,;|\t]")


class RefusedRows:
    """Opens the rows of quarantine files and judges whose they are.

    Parameters
    ----------
    region : str, optional
        ISO 3166-1 code of the store's country, for phone numbers without a prefix.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        sealer: Sealer,
        region: str | None,
        knows: Knows,
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._region = region
        self._knows = knows

    def theirs(self, path: Path) -> list[tuple[int, str, object]]:
        """List position, rule and content of their rows in a quarantine file."""
        rows = self._connection.execute(
            "select file_row_number, rule, sealed_row "
            f"from read_parquet({one_file(path)}, file_row_number = true, "
            "hive_partitioning = false)"
        ).fetchall()
        opened = (
            (number, rule, json.loads(self._sealer.unseal(sealed)))
            for number, rule, sealed in rows
        )
        return [row for row in opened if self._is_theirs(row[2])]

    def take_out(self, path: Path) -> Counter[str]:
        """Put a file without their rows in its place, in one step.

        Returns
        -------
        Counter
            The rows taken out, by rule.
        """
        theirs = self.theirs(path)
        if theirs:
            numbers = ", ".join(str(number) for number, *_ in theirs)
            written = path.with_name(f".{path.name}.erased")
            copy_to(
                self._connection,
                "select * exclude (file_row_number) "
                f"from read_parquet({one_file(path)}, file_row_number = true, "
                f"hive_partitioning = false) where file_row_number not in ({numbers})",
                written,
            )
            shutil.copymode(path, written)
            move_durably(written, path)
        return Counter(rule for _, rule, _ in theirs)

    def drop_empty(self, path: Path) -> None:
        """Remove a file in which no row is left."""
        if not self._connection.execute(
            f"select 1 from read_parquet({one_file(path)}) limit 1"
        ).fetchone():
            path.unlink()

    def _is_theirs(self, came: object) -> bool:
        return any(
            self._names_them(column, text) for column, text in _cells(came) if text
        )

    def _names_them(self, column: str, text: str) -> bool:
        pseudonym = self._sealer.pseudonym
        emails = {normalise_email(each) for each in (text, *_EMAIL.findall(text))}
        if any(self._knows("email", pseudonym(each)) for each in emails if each):
            return True
        phone = normalise_phone(text, self._region)
        if phone and self._knows("phone", pseudonym(phone)):
            return True
        if len(text) < DISTINCTIVE and not _may_hold_ids(column, text):
            return False
        # An id that is an e-mail address was stored as its pseudonym.
        values = {text, pseudonym_of_id(pseudonym, text)}
        return any(self._knows(kind, each) for kind in _IDS for each in values)


def _may_hold_ids(column: str, text: str) -> bool:
    """Say whether a short text may be an id, by the column; empty where it has none."""
    if not column:
        return len(text) >= _SHORTEST_IN_A_LINE
    return bool(_NAMES_IDS.search(column)) or not _NAMES_OTHERS.search(column)


def _cells(came: object) -> Iterator[tuple[str, str]]:
    """Yield the cells of a row with the names of their columns, or those of a line."""
    if isinstance(came, Mapping):
        for column, value in came.items():
            yield str(column), "" if value is None else str(value).strip()
    else:
        for cell in _CELLS.split(str(came)):
            yield "", cell.strip(" \"'\r\n")
