"""The ``martlet`` command: gathers the commands.

A command's module is imported when the command is called. Fitting and dbt take seconds to
import, which loading and exporting have no use for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from martlet.errors import UsageError

# Where each command is: a module of this package, and a function or an app in it.
_PLACES = {
    "sample": ("sample", "sample"),
    "contract": ("contract", "contract"),
    "load": ("load", "load"),
    "loads": ("loads", "app"),
    "quarantine": ("quarantine", "app"),
    "build": ("build", "build"),
    "publish": ("publish", "publish"),
    "report": ("report", "report"),
    "serve": ("serve", "serve"),
    "cluster": ("cluster", "cluster"),
    "train": ("models", "train"),
    "score": ("models", "score"),
    "evaluate": ("models", "evaluate"),
    "promote": ("models", "promote"),
    "value": ("models", "value"),
    "recommend": ("recommend", "recommend"),
    "similar": ("recommend", "similar"),
    "campaigns": ("campaigns", "app"),
    "key": ("key", "app"),
    "segments": ("segments", "app"),
    "export": ("export", "export"),
    "suppress": ("export", "suppress"),
    "releases": ("releases", "app"),
    "access": ("access", "access"),
    "forget": ("forget", "forget"),
    "runs": ("runs", "app"),
    "dictionary": ("dictionary", "dictionary"),
    "lineage": ("lineage", "lineage"),
    "doctor": ("doctor", "doctor"),
}


class _Commands(Mapping[str, Any]):
    """Every command by name, made when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        module, attribute = _PLACES[name]
        found = getattr(import_module(f"martlet.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            command = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(name)(found)
            command = get_command(alone)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


class _Group(TyperGroup):
    """A group of those commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands()


app = typer.Typer(
    name="martlet",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def martlet(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", help="dbt target of the command that follows."),
    ] = None,
) -> None:
    """A SQL-first marketing warehouse for online shops."""
    if target is None:
        return
    name = context.invoked_subcommand
    command = context.command.get_command(context, name)
    if not any(each.name == "target" for each in command.params):
        raise UsageError(
            f"martlet {name} takes no target: it reads the warehouse of DuckDB alone.",
            "Leave out: --target",
        )
    context.default_map = {name: {"target": target}}
