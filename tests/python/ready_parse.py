"""Dbt's parse of the project, made once and handed to every home that a test makes.

Parsing the whole project takes ten times as long as reading what was parsed, and dbt
parses anew wherever the warehouse lies elsewhere, since a project may ask for the path.
This one does not: but for the hash of the connection, all homes have the same parse.
What dbt reads it checks against the files, so that none of it can be out of date.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pprint
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgpack
import yaml
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.version import __version__

PROJECT_DIR = Path(__file__).parents[2]
CACHE = PROJECT_DIR / ".pytest_cache" / "parsed"
PARSED_FOLDERS = ("models", "macros", "seeds/reference", "tests/dbt")
PARSED_FILES = ("dbt_project.yml", "profiles/profiles.yml")
FILE_NAME = "partial_parse.msgpack"


def hand_over_parse(home: Path, target: Path) -> None:
    """Put the parse where dbt looks for it, once for each target directory."""
    if target.exists():
        return
    parsed, hash_there = _parse()
    target.mkdir(parents=True)
    content = parsed.replace(hash_there, connection_hash(home / "warehouse.duckdb"))
    (target / FILE_NAME).write_bytes(content)


def connection_hash(warehouse: Path) -> bytes:
    """Give what dbt keeps of a connection beside its parse."""
    profile = yaml.safe_load((PROJECT_DIR / PARSED_FILES[1]).read_text("utf-8"))
    output = profile["martlet"]["outputs"]["duckdb"] | {"path": str(warehouse)}
    output = DuckDBCredentials.__pre_deserialize__({**output, "threads": 1})
    keys = sorted(DuckDBCredentials.from_dict(output).connection_info())
    return hashlib.sha256(pprint.pformat(keys).encode()).hexdigest().encode()


@cache
def _parse() -> tuple[bytes, bytes]:
    """Give the parse and the hash of its connection; parse where a file has changed."""
    made_of, file = CACHE / "made_of", CACHE / "target" / FILE_NAME
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made_of.exists() or made_of.read_text() != _fingerprint():
            made_of.unlink(missing_ok=True)
            shutil.rmtree(file.parent, ignore_errors=True)
            _run_dbt_parse(file.parent)
            made_of.write_text(_fingerprint())
        parsed = file.read_bytes()
    state = msgpack.unpackb(parsed, ext_hook=msgpack.ExtType)["state_check"]
    return parsed, state["profile_hash"]["checksum"].encode()


def _run_dbt_parse(target: Path) -> None:
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--quiet", "parse"],
        cwd=PROJECT_DIR,
        env=os.environ
        | {
            "MARTLET_HOME": str(CACHE),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(CACHE / "logs"),
        },
        check=True,
    )


def _fingerprint() -> str:
    """Hash every file that dbt parses, and its version."""
    found = hashlib.sha256(__version__.encode())
    paths = [PROJECT_DIR / name for name in PARSED_FILES]
    for folder in PARSED_FOLDERS:
        paths += sorted(each for each in (PROJECT_DIR / folder).rglob("*.*"))
    for path in paths:
        if path.is_file():
            found.update(f"{path}\n".encode() + path.read_bytes())
    return found.hexdigest()
