"""``martlet lineage``: where a column comes from, and where it goes to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from martlet.cli.console import out, print_json, print_note
from martlet.cli.options import Json, ProjectDir
from martlet.lineage.project import Project
from martlet.lineage.tree import Deciding, Lineage, Step
from martlet.settings import load_settings
from martlet.warehouse.compiling import compiled_manifest

_LONGEST_EXPRESSION = 72
_MOST_COLUMNS = 6


def lineage(
    column: Annotated[
        str,
        typer.Argument(
            metavar="COLUMN",
            help="table.column, with or without the table's schema; the column alone "
            "if one table has it.",
        ),
    ],
    up: Annotated[
        bool, typer.Option("--up", help="Tell only where it comes from.")
    ] = False,
    down: Annotated[
        bool, typer.Option("--down", help="Tell only where it goes to.")
    ] = False,
    rows: Annotated[
        bool,
        typer.Option(help="Tell what decides which rows there are, too."),
    ] = True,
    depth: Annotated[
        int | None, typer.Option("--depth", min=1, help="How many steps to go.")
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Tell where a column comes from and goes to, through all models.

    Read from the SQL that a build would run; no warehouse is needed or opened.
    """
    settings = load_settings(project_dir)
    print_note("Reading the project; after a change this takes half a minute.")
    whole = Lineage(Project(compiled_manifest(settings)))
    found = whole.find(column)
    trees = {
        "comes from": whole.up(found, depth) if up or not down else None,
        "goes to": whole.down(found, depth) if down or not up else None,
    }
    asked = {title: step for title, step in trees.items() if step}
    if json:
        print_json(
            {title.replace(" ", "_"): asdict(step) for title, step in asked.items()}
        )
        return
    for title, step in asked.items():
        _print_tree(title, step, is_up=title == "comes from", has_rows=rows)


def _print_tree(title: str, step: Step, *, is_up: bool, has_rows: bool) -> None:
    tree = Tree(f"[bold]{escape(step.column)}[/] {title}{_details(step)}")
    _grow(tree, step, is_up=is_up, has_rows=has_rows)
    if not tree.children:
        tree.add("nothing else" if is_up else "no other table")
    out.print(tree, soft_wrap=True)


def _grow(tree: Tree, step: Step, *, is_up: bool, has_rows: bool) -> None:
    for each in step.steps:
        way = f"{each.how} {'from' if is_up else 'into'}"
        branch = tree.add(f"[dim]{way}[/] {escape(each.column)}{_details(each)}")
        _grow(branch, each, is_up=is_up, has_rows=has_rows)
    for deciding in step.rows if has_rows else ():
        tree.add(f"[dim]{escape(_in_words(deciding, is_up=is_up))}[/]")


def _details(step: Step) -> str:
    """What is told behind a column's name, as markup."""
    details = ""
    if step.expression:
        expression = " ".join(step.expression.split())
        if len(expression) > _LONGEST_EXPRESSION:
            expression = expression[: _LONGEST_EXPRESSION - 1] + "…"
        details += f" [cyan]= {escape(expression)}[/]"
    if step.about:
        details += f" [yellow]({', '.join(step.about)})[/]"
    if step.is_repeated:
        details += " [dim](see above)[/]"
    if step.is_cut:
        details += " [dim](and further)[/]"
    return details


def _in_words(deciding: Deciding, *, is_up: bool) -> str:
    clauses = ", ".join(deciding.clauses)
    if not is_up:
        return f"decides which rows {deciding.relation} has ({clauses})"
    names = ", ".join(deciding.columns[:_MOST_COLUMNS])
    more = len(deciding.columns) - _MOST_COLUMNS
    if more > 0:
        names += f" and {more} more"
    return f"rows by {deciding.relation}: {names} ({clauses})"
