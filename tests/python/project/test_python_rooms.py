"""Python keeps to its rooms: commands call, estimators fit, few open contact data."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from findings import listed
from rooms import Project
from sources import Module, read_package

import martlet.errors
from martlet.errors import MartletError

MOST_LINES = 300

# Which rooms each may call on; whoever needs more has its work in the wrong room.
CALLS_ON = {
    "estimators": set(),
    "privacy": set(),
    "export": {"privacy"},
    "releases": {"export"},
    "sample": {"privacy"},
    "lineage": set(),
    "loading": {"privacy"},
    "pages": set(),
    "dictionary": {"pages"},
    "report": {"pages"},
    "serving": {"pages", "report"},
    "checking": {"loading", "privacy"},
    "warehouse": {"estimators"},
    "segments": {"warehouse"},
    "erasure": {"export", "loading", "privacy", "warehouse"},
}

# What the estimators may know of: numbers in, numbers out.
FITTING = (
    "__future__",
    "collections",
    "dataclasses",
    "functools",
    "itertools",
    "math",
    "statistics",
    "typing",
    "warnings",
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "implicit",
    "threadpoolctl",
    "martlet.errors",
    "martlet.estimators",
)
COMPUTING = ("duckdb", "numpy", "pandas", "pyarrow", "scipy", "sklearn", "sqlite3")
FILES = re.compile(
    r"(?:^|\.)(?:open|read_\w+|write_\w+|to_(?:csv|parquet|sql|pickle))$"
)

# Caught outside cli/ on purpose, each for its reason.
CAUGHT_ON_PURPOSE = {
    # A refusal is a run too: it is recorded, and told of by whoever ran the model.
    ("warehouse/running.py", "ModelRefused"),
    # Met on a worker, and raised again where the run is recorded.
    ("warehouse/on_spark.py", "ModelRefused"),
    # A query knows not whose it is; the model adds its name.
    ("lineage/project.py", "CannotFollow"),
    # What is wrong is what the doctor is asked for; one fault must not hide the next.
    ("doctor.py", "MartletError"),
    # Lets what is already explained pass before it explains the rest.
    ("faults.py", "MartletError"),
    # Lets only machine faults be told of in words, and raises everything else again.
    ("faults.py", "Exception"),
    # A key from a file is told of with the file's name.
    ("privacy/keys.py", "EnvironmentFault"),
    # A browser is answered with what is wrong, as a terminal is.
    ("serving/server.py", "EnvironmentFault"),
    # Bytes that are no model fail in whatever way; all are told of as one.
    ("warehouse/registry.py", "Exception"),
}
# Undoes what is half done and raises again, whatever happened.
CLEANS_UP = {"privacy/keys.py", "segments/authoring.py", "sql.py"}

CLOCK = re.compile(
    r"(?:^|\.)(?:now|today|utcnow)$|^time\.(?:time|time_ns|gmtime|localtime)$"
)
# Consent is judged when a list is written; what is dated after loading is refused; a list
# is due some time after the last one. An erasure is dated, and so is the answer to who
# asks what is held of them.
READS_THE_CLOCK = {
    "cli/access.py",
    "cli/export.py",
    "cli/forget.py",
    "cli/load.py",
    "cli/quarantine.py",
    # The budget of noise is a year's.
    "cli/releases.py",
    "cli/segments.py",
}

# The rooms that open contact data, and what else is opened, each for its reason.
OPENS_CONTACTS = ("export/", "erasure/")
OPENED_ON_PURPOSE = {
    # Refused rows are kept sealed as a whole, and come in again through the same door.
    "loading/retrying.py",
    # A known text that tells whether this is the store's key.
    "loading/bringing.py",
    # Refused rows, to tell whose they are.
    "loading/erased/refused.py",
}

# Schemas that the SQL of a module may touch.
SCHEMAS = {
    "warehouse/budgeting.py": {"ml"},
    "warehouse/campaign_tables.py": {"core", "marts", "ml"},
    "warehouse/clustering.py": {"ml"},
    "warehouse/recommended.py": {"core", "identity", "marts"},
    "warehouse/recommending.py": {"model_inputs", "recommendations"},
    "warehouse/evaluating.py": {"ml", "model_inputs"},
    "warehouse/registry.py": {"ml"},
    "warehouse/running.py": {"model_inputs"},
    "warehouse/targets.py": {"model_inputs"},
    "warehouse/ledger.py": {"ml"},
    "warehouse/on_duckdb.py": {"ml"},
    "warehouse/store.py": {"identity", "monitoring", "ops", "staging"},
    "erasure/person.py": {"identity"},
    "erasure/warehouse.py": {"ops"},
    "export/audience.py": {"identity", "ops"},
    "export/barring.py": {"identity", "ops", "segments"},
    "export/candidates.py": {"identity", "marts", "segments"},
    "export/definitions.py": {"ops", "segments"},
    "export/judging.py": {"identity", "ops", "segments"},
    "export/ledger.py": {"marts", "ops"},
    "export/suppressing.py": {"identity", "marts", "ops"},
    "releases/closing.py": {"releases", "ops"},
    "releases/making.py": {"ops"},
    "releases/noisy.py": {"releases", "ops"},
    "releases/tables.py": {"releases", "ops"},
    "segments/authoring.py": {"marts"},
    "segments/listing.py": {"segments", "ops"},
    "segments/naming.py": {"identity"},
    "segments/preview.py": {"marts", "segments"},
    # An empty store has no row in any mart; only the period still says as of when.
    "summary.py": {"marts", "segments", "monitoring", "intermediate"},
}


@pytest.fixture(scope="module")
def package(project_dir: Path) -> list[Module]:
    """Every module of the package."""
    return read_package(project_dir)


def in_room(package: list[Module], room: str) -> list[Module]:
    modules = [module for module in package if module.room == room]
    assert modules, f"there is no python/martlet/{room}: is its name still right?"
    return modules


def is_below(name: str, parents: Iterable[str]) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def martlet_errors() -> set[str]:
    """Names that catch a ``MartletError``: its own, its heirs' and its forebears'."""
    members = inspect.getmembers(martlet.errors, inspect.isclass)
    heirs = {name for name, member in members if issubclass(member, MartletError)}
    return heirs | {"Exception", "BaseException"}


def test_fitting_knows_only_numbers(package: list[Module]) -> None:
    strange = [
        f"{module.name} imports {name}"
        for module in in_room(package, "estimators")
        for name in module.imports()
        if not is_below(name, FITTING)
    ]
    strange += [
        f"{module.name} calls {call}"
        for module in in_room(package, "estimators")
        for call in module.calls()
        if FILES.search(call)
    ]
    assert not strange, listed(strange)


def test_rooms_call_on_those_below_them(package: list[Module]) -> None:
    rooms = {module.room for module in package} - {None}
    assert {room for room in rooms if room} - {"cli"} == set(CALLS_ON)
    strange = [
        f"{module.name} imports {name}"
        for room, below in CALLS_ON.items()
        for module in in_room(package, room)
        for name in module.imports()
        if is_below(
            name, {f"martlet.{each}" for each in rooms - below - {room} if each}
        )
    ]
    assert not strange, listed(strange)


def test_commands_compute_nothing(package: list[Module]) -> None:
    computing = [
        f"{module.name} imports {name}"
        for module in in_room(package, "cli")
        for name in module.imports()
        if is_below(name, (*COMPUTING, "martlet.estimators"))
    ]
    assert not computing, listed(computing)


def test_only_commands_know_the_terminal(package: list[Module]) -> None:
    strange = [
        f"{module.name} imports {name}"
        for module in package
        for name in module.imports()
        if module.room != "cli" and is_below(name, ("typer", "rich", "martlet.cli"))
    ]
    strange += [
        f"{module.name} prints"
        for module in package
        if module.room != "cli" and "print" in module.calls()
    ]
    assert not strange, listed(strange)


def test_only_warehouse_and_build_know_dbt(package: list[Module]) -> None:
    strange = [
        f"{module.name} imports {name}"
        for module in package
        for name in module.imports()
        if is_below(name, ("dbt",))
        and module.room != "warehouse"
        and module.name != "build.py"
    ]
    assert not strange, listed(strange)


def test_errors_are_caught_only_by_commands(package: list[Module]) -> None:
    names = martlet_errors()
    caught = {
        (module.name, name)
        for module in package
        for name in module.catches()
        if module.room != "cli"
        and name in names
        and not (name == "BaseException" and module.name in CLEANS_UP)
    }
    new = [f"{module} catches {name}" for module, name in caught - CAUGHT_ON_PURPOSE]
    assert not new, listed(new)
    gone = [f"{module}: {name}" for module, name in CAUGHT_ON_PURPOSE - caught]
    assert not gone, "no longer caught, so take it off the list:" + listed(gone)


def test_what_cleans_up_raises_again(package: list[Module]) -> None:
    for module in package:
        if module.name in CLEANS_UP:
            handlers = re.findall(
                r"except BaseException:\n((?: +.*\n)+)", module.text + "\n"
            )
            assert handlers, f"{module.name} cleans nothing up any more"
            for handler in handlers:
                assert re.search(r"^ +raise$", handler, re.MULTILINE), module.name


def test_python_never_reads_the_clock(package: list[Module]) -> None:
    reading = {
        module.name
        for module in package
        for name in (*module.names(), *module.imports())
        if CLOCK.search(name)
    }
    assert reading == READS_THE_CLOCK


def test_only_export_and_erasure_open_contact_data(package: list[Module]) -> None:
    opening = {
        module.name
        for module in package
        for name in (*module.names(), *module.texts())
        if re.search(r"(?:^|\.)unseal$", name)
    }
    others = {name for name in opening if not name.startswith(OPENS_CONTACTS)}
    assert any(name.startswith("export/") for name in opening)
    assert others == OPENED_ON_PURPOSE


def test_only_sealing_decrypts(package: list[Module]) -> None:
    decrypting = {
        module.name
        for module in package
        for name in (*module.names(), *module.imports())
        if name.endswith(".decrypt") or is_below(name, ("cryptography",))
    }
    assert decrypting == {"privacy/sealing.py"}


def test_sql_in_python_keeps_to_its_schemas(
    package: list[Module], project: Project
) -> None:
    rooms = {*project.room_of.values(), "raw", "warehouse"}
    touched = {module.name: module.schemas() & rooms for module in package}
    assert {name: schemas for name, schemas in touched.items() if schemas} == SCHEMAS


def test_modules_are_short(package: list[Module]) -> None:
    lengths = {module.name: module.text.count("\n") for module in package}
    long = [f"{name}: {n} lines" for name, n in lengths.items() if n > MOST_LINES]
    assert not long, listed(long)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("import duckdb.typing", {"imports": "duckdb.typing"}),
        ("def f():\n    from typer import Exit", {"imports": "typer.Exit"}),
        (
            "try: f()\nexcept (ValueError, errors.UsageError): pass",
            {"catches": "UsageError"},
        ),
        ("try: f()\nexcept: pass", {"catches": "BaseException"}),
        ("x = open(path)", {"calls": "open"}),
        ("made_at = field(default_factory=datetime.now)", {"names": "datetime.now"}),
        ("q = f'select 1 from core.{table}'", {"schemas": "core"}),
    ],
)
def test_modules_are_read_right(source: str, seen: dict[str, str]) -> None:
    ((what, name),) = seen.items()
    assert name in set(getattr(Module("planted.py", source), what)())
