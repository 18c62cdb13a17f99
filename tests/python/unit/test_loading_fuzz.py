"""Twenty thousand rows of anything: none is lost, none is changed, nothing crashes.

Every cell is drawn together with what it means, so that the loader's reading is held
against one that has nothing to do with it.
"""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from martlet.contract import Column, RawTable
from martlet.errors import MartletError
from martlet.privacy.redaction import redact
from support import CONTRACT, LOADED_AT, SEALER, RawStore

ROWS = 250
EXAMPLES = 80
TABLES = ("customers", "events", "order_items", "orders", "reviews")

UNREADABLE = object()


@dataclass(frozen=True)
class Cell:
    """A text, null where there is none, and the value that a raw table holds for it."""

    text: str | None
    means: Any


FIRST = datetime(1000, 1, 1)
NOTHING = [
    *(Cell(text, None) for text in (None, "", " ")),
    *(Cell(text, None) for text in ("nan", "NaN", "null", "None", "N/A", "-", r"\N")),
]
NASTY = [
    *("'; drop table orders; --", '"', "''", "a\"b'c", "1 or 1=1", "$1", "?"),
    *("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "{{ var('x') }}", "{0}", "%s", "\\"),
    *("../../etc/passwd", "load_id=1", "a/b", "a,b;c\td|e", "two\nlines", "tail\\"),
    *(
        "مرحبا بالعالم",
        "שלום",
        "\u202eevil\u202c",
        "👩‍👩‍👧 🇩🇪",
        "e\u0301",
        "\ufeff",
        "ﬁ",
        "NULL",
    ),
    *("x" * 3000, "true", "0", "{}", "[1]", '{"a": 1}', "\x1f", "\x7f", r"\N"),
]
WRONG_NUMBERS = [
    "one",
    "inf",
    "-inf",
    "Infinity",
    "1e400",
    "1,2,3",
    "12,50",
    "٣",
    "0x1F",
]
WRONG_MOMENTS = [
    *("2016-12-31 23:59:60", "0000-01-01 00:00:00", "10000-01-01", "2023-02-29"),
    *("infinity", "-infinity", "yesterday", "1704067200", "2024-01-01 25:00:00"),
    *("9999-12-31 23:30:00-02:00", "0001-01-01 00:30:00+02:00", "2024-13-01"),
]


def given_as(text: str) -> Cell:
    stripped = text.strip(" ")
    return Cell(text, None if stripped in ("", r"\N") else stripped)


def texts() -> st.SearchStrategy[Cell]:
    anything = st.text(
        st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12
    )
    chosen = st.sampled_from(NASTY) | anything.filter(lambda text: redact(text) == text)
    return st.sampled_from(NOTHING[:3]) | chosen.map(given_as)


def numbers(places: int) -> st.SearchStrategy[Cell]:
    bound = Decimal(2**63 - 1) if places == 0 else Decimal("99999999999999.9999")
    exact = st.decimals(-bound, bound, places=places)
    spelled = st.sampled_from(["{}", " {} ", "{:f}", "{:e}"])
    # Amounts are rounded to their places; a whole number has none to round to.
    finer = f"0.{'0' * places}1"
    odd = (
        [Cell(finer, Decimal(0)), Cell("0.30", Decimal("0.3"))]
        if places
        else [Cell(finer, UNREADABLE)]
    )
    return (
        st.sampled_from(
            NOTHING + odd + [Cell(text, UNREADABLE) for text in WRONG_NUMBERS]
        )
        | st.builds(
            lambda number, way: Cell(way.format(number), number), exact, spelled
        )
        | st.integers(-1, 6).map(lambda number: Cell(str(number), Decimal(number)))
    )


def moments() -> st.SearchStrategy[Cell]:
    zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
    recent = st.datetimes(datetime(2020, 1, 1), LOADED_AT)
    any_time = st.datetimes(FIRST) | st.sampled_from([FIRST, datetime.max, LOADED_AT])
    local = st.builds(
        lambda moment, sign: Cell(moment.isoformat(sign), moment),
        recent | any_time,
        st.sampled_from(" T"),
    )
    with_offset = st.builds(
        lambda moment, zone: Cell(
            moment.replace(tzinfo=UTC).astimezone(zone).isoformat(), moment
        ),
        recent,
        zones,
    )
    in_utc = recent.map(lambda moment: Cell(f"{moment.isoformat()}Z", moment))
    wrong = st.sampled_from(
        NOTHING + [Cell(text, UNREADABLE) for text in WRONG_MOMENTS]
    )
    return local | with_offset | in_utc | wrong


def days() -> st.SearchStrategy[Cell]:
    wrong = [*WRONG_MOMENTS, "2024-05-31 18:00:00", "2024-05-31x"]
    return (
        st.dates(FIRST.date()).map(lambda day: Cell(day.isoformat(), day))
        | st.dates(FIRST.date()).map(
            lambda day: Cell(f"{day.isoformat()} 00:00:00", day)
        )
        | st.sampled_from(NOTHING + [Cell(text, UNREADABLE) for text in wrong])
    )


def truths() -> st.SearchStrategy[Cell]:
    spelled = {"true": True, "FALSE": False, "1": True, "0": False, " yes ": True}
    cells = [Cell(text, means) for text, means in spelled.items()]
    return st.sampled_from([*cells, *NOTHING, Cell("perhaps", UNREADABLE)])


def cells(column: Column) -> st.SearchStrategy[Cell]:
    return {
        "varchar": texts,
        "bigint": lambda: numbers(0),
        "decimal(18,4)": lambda: numbers(4),
        "timestamp": moments,
        "date": days,
        "boolean": truths,
    }[column.data_type]()


ODD_NAMES = [
    *("", " ", "source", "row", "row_0", "fault", "unread", "twice", "twice", "TWICE"),
    *(
        'say "hi"',
        "it's",
        "{x}",
        "=1+1",
        "مرحبا",
        "🙂",
        "select 1; --",
        "two\nlines",
        "a,b",
    ),
]


@dataclass(frozen=True)
class Feed:
    """Rows of one raw table, with columns beside that no raw table takes."""

    table: RawTable
    columns: list[Column]
    beside: list[str]
    rows: list[list[Cell]]

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns] + self.beside

    @property
    def texts(self) -> list[list[str | None]]:
        return [[c.text for c in row] + ["x"] * len(self.beside) for row in self.rows]

    def is_refused(self, row: list[Cell]) -> bool:
        return any(
            cell.means is UNREADABLE
            or (cell.means is None and column.required and not column.made_from_content)
            or (cell.means is not None and self._breaks(column, cell.means))
            for column, cell in zip(self.columns, row, strict=True)
        )

    def _breaks(self, column: Column, value: Any) -> bool:
        return (
            (column.min is not None and value < column.min)
            or (column.max is not None and value > column.max)
            or (column.name == self.table.happened_at and value > LOADED_AT)
        )

    def stored(self) -> Counter[tuple]:
        """What the raw table is to hold of it."""
        return Counter(
            tuple(cell.means for cell in row)
            for row in self.rows
            if not self.is_refused(row)
        )


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    """Rows drawn from a few cells for each column, so that keys and rows repeat."""
    table = CONTRACT[draw(st.sampled_from(TABLES))]
    columns = [
        column
        for column in draw(st.permutations(table.given))
        if (column.required and not column.made_from_content) or draw(st.booleans())
    ]
    pools = [
        draw(st.lists(cells(column), min_size=3, max_size=12)) for column in columns
    ]
    mixed = random.Random(draw(st.integers(0, 2**32)))
    return Feed(
        table,
        columns,
        draw(st.lists(st.sampled_from(ODD_NAMES), max_size=5)),
        [[mixed.choice(pool) for pool in pools] for _ in range(ROWS)],
    )


def as_csv(feed: Feed, way: random.Random) -> bytes:
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=way.choice(",;\t|"),
        lineterminator=way.choice(["\n", "\r\n"]),
        quoting=way.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    )
    writer.writerows([feed.header, *feed.texts])
    return written.getvalue().encode(way.choice(["utf-8", "utf-8-sig", "utf-16"]))


def as_json(feed: Feed, way: random.Random) -> bytes:
    lines = [
        json.dumps(
            dict(zip(feed.header, row, strict=True)),
            ensure_ascii=way.random() < 0.5,
        )
        for row in feed.texts
    ]
    if way.random() < 0.3:
        return f"[{','.join(lines)}]".encode()
    return "\n".join(lines).encode()


def as_parquet(feed: Feed, way: random.Random) -> bytes:
    columns = [
        pa.array(column, pa.string()) for column in zip(*feed.texts, strict=True)
    ]
    written = io.BytesIO()
    pq.write_table(pa.table(columns, names=feed.header), written)
    return written.getvalue()


@contextmanager
def raw_store() -> Iterator[RawStore]:
    with tempfile.TemporaryDirectory() as directory:
        yield RawStore(Path(directory))


def values(store: RawStore, feed: Feed) -> Counter[tuple]:
    """Read what was stored; ids made from content are told as the null they were."""
    names = [column.name for column in feed.columns]
    rows = store.rows(feed.table.name, ", ".join(names), order="1")
    given_ids = {cell.means for row in feed.rows for cell in row}
    opened = []
    for row in rows:
        by_column = []
        for column, value in zip(feed.columns, row, strict=True):
            if column.sealed and value is not None:
                value = SEALER.unseal(value)
            if column.made_from_content and value not in given_ids:
                value = None
            by_column.append(value)
        opened.append(tuple(by_column))
    return Counter(opened)


# Making a failing feed smaller takes minutes and tells little more than its values do.
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)
@given(
    feed=feeds(),
    write=st.sampled_from([as_csv, as_json, as_parquet]),
    seed=st.integers(0, 2**32),
)
def test_every_row_is_stored_as_it_means_or_refused_with_a_reason(
    feed: Feed, write: Any, seed: int
) -> None:
    with raw_store() as store:
        source = write(feed, random.Random(seed))
        told = {"encoding": "utf-16"} if source.startswith(b"\xff\xfe") else {}
        report = store.load(feed.table.name, source, decimal_comma=False, **told)
        expected = feed.stored()
        assert values(store, feed) == expected
        refused = store.refused()
        assert len(refused) == ROWS - expected.total()
        assert report.rows == ROWS
        assert all(row["rule"] and row["reason"] for row in refused)
        positions = [n for n, row in enumerate(feed.rows, 1) if feed.is_refused(row)]
        assert sorted(row["source_row"] for row in refused) == positions
        before = store.contents()
        again = store.load(feed.table.name, source, decimal_comma=False, **told)
        assert again.already_loaded and store.contents() == before


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    source=st.binary(max_size=200)
    | st.text(max_size=200).map(
        lambda t: f"review_id,rating,reviewed_at\n{t}".encode("utf-8", "surrogatepass")
    )
    | st.lists(
        st.sampled_from([b'"', b"\n", b"\r", b",", b"a", b"\xff", b"\0", b"5", b";"])
    ).map(lambda parts: b"review_id,rating,reviewed_at\n" + b"".join(parts))
)
def test_any_bytes_are_loaded_or_refused_as_a_file(source: bytes) -> None:
    with raw_store() as store:
        try:
            report = store.load("reviews", source)
        except MartletError as error:
            assert error.message and error.hint
            assert store.contents() == {}
            return
        stored = len(store.rows("reviews", "review_id"))
        assert report.rows == stored + len(store.refused())


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(
    prices=st.lists(
        st.floats(allow_subnormal=False)
        | st.decimals(0, 10**6, places=4).map(float)
        | st.sampled_from([float("nan"), float("inf"), float("-inf"), 0.1 + 0.2]),
        min_size=1,
        max_size=100,
    ),
    launches=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=100),
)
def test_typed_parquet_is_stored_exactly_or_refused(
    prices: list[float], launches: list[int]
) -> None:
    rows = min(len(prices), len(launches))
    table = pa.table(
        {
            "product_id": pa.array(range(rows)),
            "price": pa.array(prices[:rows], pa.float64()),
            "launched_at": pa.array(launches[:rows], pa.timestamp("us")),
        }
    )
    with raw_store() as store, io.BytesIO() as written:
        pq.write_table(table, written)
        store.load("products", written.getvalue())
        stored = store.rows("products", "product_id, price, launched_at")
        for product_id, price, launched_at in stored:
            given_price = prices[int(product_id)]
            assert (price is None) == (given_price != given_price)
            assert price is None or abs(float(price) - given_price) <= 1e-9 * max(
                1, given_price
            )
            elapsed = launched_at - datetime(1970, 1, 1)
            assert elapsed // timedelta(microseconds=1) == launches[int(product_id)]
        assert len(stored) + len(store.refused()) == rows
