"""What people see: errors, tables and progress.

Results go to stdout; errors, notes and progress go to stderr, and progress only when a
person is watching.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from martlet.build import OnStep
from martlet.errors import MartletError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_error(error: MartletError) -> None:
    """Print what happened and what to type next, to stderr."""
    err.print(f"[bold red]Error:[/] {escape(error.message)}")
    if error.hint:
        err.print(f"[bold]Next:[/] {escape(error.hint)}")


def print_note(text: str) -> None:
    """Print a remark that is no result, to stderr."""
    err.print(f"[dim]{escape(text)}[/]")


def print_json(value: Any) -> None:
    """Print ``value`` as JSON, dates and decimals as text and numbers."""
    print(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else str(value)


def print_table(
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
) -> None:
    """Print a table; ``columns`` are pairs of heading and ``left`` or ``right``."""
    table = Table(title=title, title_justify="left", title_style="bold", expand=False)
    for heading, justify in columns:
        table.add_column(heading, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    Console(highlight=False).print(table)


@contextmanager
def progress_bar(what: str) -> Iterator[OnStep]:
    """Show one bar on stderr while the block runs, if stderr is a terminal.

    Yields
    ------
    callable
        Takes the label of what was just done, the steps done, and the steps in all.
    """
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    bar = Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not err.is_terminal
    )
    with bar:
        task = bar.add_task(what, total=None, label="reading the project")

        def on_step(label: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, label=label)

        yield on_step


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with thousands separators, an absent one as a dash."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share as percent, an absent one as a dash."""
    return "–" if value is None else f"{100 * value:,.{digits}f} %"


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    """Write a 95 % interval, an absent one as nothing."""
    return "" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"
