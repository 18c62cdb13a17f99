"""Add an audience to the project: a model, its YAML, and a name in the list of audiences.

All of it is there afterwards, or nothing. The YAML is a file of its own, since one that
people edit cannot be written anew without losing their comments. The list comes last: a
process that is killed before leaves an audience that a build says is not followed yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from martlet.disk import move_durably
from martlet.errors import CheckFailed, UsageError
from martlet.faults import machine_faults
from martlet.segments.filters import parse_filter
from martlet.segments.naming import Audience, check_is_new
from martlet.segments.profiles import lock_down, profile_columns, running_a_filter
from martlet.segments.writing import model_text, with_audience, yaml_text

_LIST = Path("macros") / "project" / "audiences.sql"
_FOLDER = Path("models") / "segments"

# What has to be built for members of a new audience to be followed and exported.
FOLLOWS = ("segment_definitions", "segment_members", "segment_membership")


@dataclass(frozen=True)
class AddedAudience:
    """What was written, and whom the audience holds as of the last build."""

    name: str
    where: str
    customers: int
    files: list[Path]
    build: str


def add_audience(
    connection: duckdb.DuckDBPyConnection,
    project_dir: Path,
    audience: Audience,
    text: str,
    read_names: Callable[[], Set[str]],
) -> AddedAudience:
    """Write an audience into the project.

    Parameters
    ----------
    connection
        To a warehouse opened for reading; it is locked down.
    text : str
        The filter as somebody typed it; it is not trusted.
    read_names : callable
        Reads the project anew, and gives the names of its models, seeds and sources.

    Raises
    ------
    UsageError
        The filter or the name cannot be. Nothing is written then.
    MartletError
        The project with the new audience cannot be read, or the disk is in the way.
        Everything is as it was then.
    """
    columns = profile_columns(connection)
    condition = parse_filter(text, columns)
    lock_down(connection)
    # What is run is what will stand in the model.
    with running_a_filter(connection):
        (customers,) = connection.execute(
            f"select count(*) from marts.customer_profiles where {condition.rendered}"
        ).fetchone()
    check_is_new(connection, audience, read_names())
    name = audience.name
    model = project_dir / _FOLDER / f"{name}.sql"
    yaml = project_dir / _FOLDER / f"_segments_{name}__models.yml"
    listing = project_dir / _LIST
    for path in (model, yaml):
        if path.exists():
            raise UsageError(
                f"{path} is there already, though dbt does not read it.",
                "Move it away, or choose another name.",
            )
    with machine_faults(f"Writing '{name}'", "The project is as it was."):
        texts = {
            yaml: yaml_text(audience),
            model: model_text(audience, condition, columns),
            listing: with_audience(listing.read_text("utf-8"), name),
        }
        with _all_or_nothing(texts):
            if name not in read_names():
                raise CheckFailed(
                    f"dbt does not find '{name}' in {_FOLDER}, so it was taken out "
                    "again.",
                    "See which models it finds: dbt ls --resource-type model",
                )
    return AddedAudience(
        name=name,
        where=condition.rendered,
        customers=customers,
        files=[model, yaml, listing],
        build=f"martlet build --select '{' '.join([name, *FOLLOWS])}'",
    )


@contextmanager
def _all_or_nothing(texts: Mapping[Path, str]) -> Iterator[None]:
    """Write files in order; put back what was there if that or the block fails."""
    before = {path: path.read_text("utf-8") for path in texts if path.exists()}
    written = []
    try:
        for path, text in texts.items():
            written.append(path)
            _write(path, text)
        yield
    except BaseException:
        for path in reversed(written):
            if path in before:
                _write(path, before[path])
            else:
                path.unlink(missing_ok=True)
        raise


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all, with the mode it had."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_text(text, "utf-8")
        if path.exists():
            unfinished.chmod(path.stat().st_mode)
        move_durably(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
