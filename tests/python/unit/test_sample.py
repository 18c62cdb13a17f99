"""The sample keeps the contract, keeps contact data sealed, and is the same every time."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from martlet.contract import RawTable, read_contract
from martlet.errors import EnvironmentFault, UsageError
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.redaction import redact
from martlet.privacy.sealing import DEMO_KEY, Sealer
from martlet.sample import contacts, generate_sample

PROJECT = Path(__file__).parents[3]
SEED_ARGUMENTS = {"customers": 1500, "days": 426, "seed": 7}
SMALL = {"customers": 40, "days": 90, "seed": 5}
SEALER = Sealer(DEMO_KEY)
NORMALISED = {"email": normalise_email, "phone": normalise_phone}

Generate = Callable[..., tuple[Path, Path]]


@pytest.fixture(scope="module")
def contract() -> dict[str, RawTable]:
    return read_contract(PROJECT)


@pytest.fixture
def generate(tmp_path: Path, contract: dict[str, RawTable]) -> Generate:
    def run(name: str, **arguments: object) -> tuple[Path, Path]:
        store, truth = tmp_path / name, tmp_path / f"{name}-truth"
        generate_sample(store, truth, contract, **(SMALL | arguments))
        return store, truth

    return run


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory, contract: dict[str, RawTable]
) -> Path:
    """The sample that lies in the repository, generated anew."""
    directory = tmp_path_factory.mktemp("sample")
    generate_sample(
        directory / "store",
        directory / "truth",
        contract,
        **SEED_ARGUMENTS,
        file_format="csv",
    )
    return directory / "store"


@pytest.fixture(scope="module")
def raw(store: Path, contract: dict[str, RawTable]) -> duckdb.DuckDBPyConnection:
    """All raw tables with the contract's types."""
    connection = duckdb.connect()
    for table in generated(contract):
        columns = {column.name: column.data_type for column in table.written}
        connection.execute(
            f"create table {table.name} as from read_csv("
            f"'{store}/{table.name}/*.csv.gz', header = true, columns = {columns})"
        )
    return connection


def generated(contract: dict[str, RawTable]) -> list[RawTable]:
    return [table for name, table in contract.items() if name != "loads"]


def digests(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def unpacked(directory: Path) -> dict[str, bytes]:
    return {
        path.parent.name: gzip.decompress(path.read_bytes())
        for path in sorted(directory.rglob("*.csv.gz"))
    }


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_same_arguments_give_same_bytes(generate: Generate, file_format: str) -> None:
    once = [digests(part) for part in generate("once", file_format=file_format)]
    again = [digests(part) for part in generate("again", file_format=file_format)]
    assert once == again
    assert all(once)


def test_another_seed_gives_another_store(generate: Generate) -> None:
    first, _ = generate("first", seed=5)
    second, _ = generate("second", seed=6)
    assert (
        digests(first)["orders/part-00000.parquet"]
        != (digests(second)["orders/part-00000.parquet"])
    )


def test_both_formats_hold_the_same_rows(generate: Generate) -> None:
    as_csv, _ = generate("csv", file_format="csv")
    as_parquet, _ = generate("parquet", file_format="parquet")
    keys = "event_id, event_name, product_id, value, user_agent"
    apart = duckdb.sql(
        f"""
        with in_csv as (
            from read_csv('{as_csv}/events/*.csv.gz', all_varchar = true)
        ),
        in_parquet as (
            select columns(*)::varchar from '{as_parquet}/events/*.parquet'
        ),
        missing as (
            select {keys} from in_csv except all select {keys} from in_parquet
        ),
        extra as (
            select {keys} from in_parquet except all select {keys} from in_csv
        )
        from missing union all from extra
        """
    )
    assert apart.fetchall() == []


def test_chunks_do_not_depend_on_the_size_of_the_store(
    generate: Generate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("martlet.sample.drawing.CUSTOMERS_PER_CHUNK", 20)
    small, _ = generate("small", customers=20)
    large, _ = generate("large", customers=40)
    part = "customers/part-00000.parquet"
    assert digests(small)[part] == digests(large)[part]
    assert (large / "customers/part-00001.parquet").exists()


def test_committed_sample_is_what_the_generator_makes(store: Path) -> None:
    committed = unpacked(PROJECT / "seeds" / "sample")
    made = unpacked(store)
    assert committed.keys() == made.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_committed_truth_is_what_the_generator_makes(store: Path) -> None:
    committed = PROJECT / "tests" / "python" / "fixtures" / "sample_truth"
    assert digests(committed) == digests(store.parent / "truth")


def test_every_table_has_the_columns_of_the_contract(
    store: Path, contract: dict[str, RawTable]
) -> None:
    assert {path.name for path in store.iterdir()} == {
        table.name for table in generated(contract)
    }
    for table in generated(contract):
        (path,) = (store / table.name).iterdir()
        with gzip.open(path, "rt") as lines:
            header = next(lines).strip().replace('"', "")
        assert header.split(",") == [column.name for column in table.written]


def test_rows_keep_the_contract(
    raw: duckdb.DuckDBPyConnection, contract: dict[str, RawTable]
) -> None:
    broken = []
    for table in generated(contract):
        for column in table.written:
            rules = []
            if column.required:
                rules.append(f"{column.name} is null")
            if column.accepted_values:
                rules.append(f"{column.name} not in {column.accepted_values}")
            if column.min is not None:
                rules.append(f"{column.name} < {column.min}")
            if column.max is not None:
                rules.append(f"{column.name} > {column.max}")
            if column.references:
                parent, key = column.references.split(".")
                rules.append(
                    f"{column.name} is not null and {column.name} not in "
                    f"(select {key} from {parent})"
                )
            for rule in rules:
                (rows,) = raw.sql(
                    f"select count(*) from {table.name} where {rule}"
                ).fetchone()
                broken += [(table.name, rule, rows)] if rows else []
    assert broken == []


def test_keys_are_unique_but_for_events_sent_twice(
    raw: duckdb.DuckDBPyConnection, contract: dict[str, RawTable]
) -> None:
    repeated = {}
    for table in generated(contract):
        (repeats,) = raw.sql(
            f"select count(*) - count(distinct ({', '.join(table.key)})) from {table.name}"
        ).fetchone()
        repeated[table.name] = repeats
    share = (
        repeated.pop("events") / raw.sql("select count(*) from events").fetchone()[0]
    )
    assert 0.003 < share < 0.008
    assert not any(repeated.values())


def test_no_contact_data_lies_open(store: Path) -> None:
    names = [
        name
        for lists in (contacts._EUROPEAN, contacts._CHINESE)
        for part in lists
        for name in part
    ]
    for table, content in unpacked(store).items():
        text = content.decode("utf-8")
        assert "@" not in text, table
        assert contacts._PHONE_BLOCK.strip("+") not in text, table
        assert [name for name in names if name in text] == [], table


def test_sealed_columns_open_to_what_their_keys_say(
    raw: duckdb.DuckDBPyConnection, contract: dict[str, RawTable]
) -> None:
    for table in generated(contract):
        for pseudonym in table.pseudonyms:
            kind = pseudonym.pseudonym_of
            rows = raw.sql(
                f"select distinct {kind}, {pseudonym.name} from {table.name} "
                f"where {kind} is not null"
            ).fetchall()
            assert rows
            for sealed, key in rows:
                value = SEALER.unseal(sealed)
                assert value == NORMALISED[kind](value)
                assert SEALER.pseudonym(value) == key


def test_texts_need_no_redaction(
    raw: duckdb.DuckDBPyConnection, contract: dict[str, RawTable]
) -> None:
    for table in generated(contract):
        for column in (column for column in table.written if column.redacted):
            texts = raw.sql(
                f"select distinct {column.name} from {table.name} "
                f"where {column.name} is not null"
            ).fetchall()
            assert texts
            assert [text for (text,) in texts if redact(text) != text] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"customers": 0}, "at least one"),
        ({"days": 59}, "60 to 1096 days"),
        ({"days": 1097}, "60 to 1096 days"),
        ({"seed": -1}, "seed is -1"),
        ({"file_format": "xlsx"}, "not as 'xlsx'"),
    ],
)
def test_refuses_what_it_cannot_make(
    generate: Generate, tmp_path: Path, arguments: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as refusal:
        generate("refused", **arguments)
    assert refusal.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["store", "store-truth"])
def test_never_overwrites(generate: Generate, tmp_path: Path, taken: str) -> None:
    kept = tmp_path / taken / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(UsageError, match="holds files already"):
        generate("store")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]


def test_an_interrupted_run_leaves_nothing(generate: Generate, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        assert (done, total) == (40, 40)
        raise KeyboardInterrupt

    with pytest.raises(EnvironmentFault, match=r"interrupted\. Nothing of it was kept"):
        generate("store", progress=interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("customers", [1, 3, 19])
def test_a_handful_of_customers_is_enough(generate: Generate, customers: int) -> None:
    store, _ = generate("tiny", customers=customers, days=60)
    rows = duckdb.sql(f"select count(*) from '{store}/customers/*.parquet'").fetchone()
    assert rows == (customers,)
