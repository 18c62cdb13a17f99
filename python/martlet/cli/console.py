"""What people see: errors, tables and progress.

Results go to stdout; errors, notes and progress go to stderr, and progress only when a
person is watching.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
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

from martlet.errors import MartletError

if TYPE_CHECKING:
    from martlet.build import OnStep

# Tables that go to a file or another program are not cut to a screen's width.
_WIDE = None if sys.stdout.isatty() else 160

out = Console(highlight=False, width=_WIDE)
err = Console(stderr=True, highlight=False)


def print_error(error: MartletError) -> None:
    """Print what happened and what to type next, to stderr."""
    err.print(f"[bold red]Error:[/] {escape(error.message)}", soft_wrap=True)
    if error.hint:
        err.print(f"[bold]Next:[/] {escape(error.hint)}", soft_wrap=True)


def print_note(text: str) -> None:
    """Print a remark that is no result, to stderr."""
    err.print(f"[dim]{escape(text)}[/]", soft_wrap=True)


def print_line(label: str, value: object) -> None:
    """Print one result that a person may want to copy, unbroken, to stdout.

    Paths below the current directory are told from there.
    """
    if isinstance(value, Path) and value.is_relative_to(Path.cwd()):
        value = value.relative_to(Path.cwd())
    out.print(f"{label}: [bold]{escape(str(value))}[/]", soft_wrap=True)


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
    """Print a table, if it has rows.

    ``columns`` are pairs of a heading and ``left`` or ``right``.
    """
    if not rows:
        return
    table = Table(
        title=escape(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
    )
    for position, (heading, justify) in enumerate(columns):
        # The first column names the row, and a name is to be read and copied whole.
        table.add_column(heading, justify=justify, no_wrap=position == 0)
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out.print(table)


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
        *columns,
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with bar:
        task = bar.add_task(what, total=None, label="reading the project")

        def on_step(label: str, done: int, total: int) -> None:
            # A path may hold what reads as markup.
            bar.update(task, completed=done, total=total or None, label=escape(label))

        yield on_step


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with thousands separators, an absent one as a dash."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share as percent, an absent one as a dash."""
    return "–" if value is None else f"{100 * value:,.{digits}f} %"


def estimate(
    value: float | None, low: float | None, high: float | None, digits: int = 3
) -> str:
    """Write an estimate with its interval, where it has one."""
    if low is None or high is None:
        return number(value, digits)
    ends = f"{number(low, digits)} to {number(high, digits)}"
    return f"{number(value, digits)} ({ends})"


def words(name: str | None) -> str:
    """Write a name of the tables as people do; an absent one as nothing."""
    return (name or "").replace("_", " ")
