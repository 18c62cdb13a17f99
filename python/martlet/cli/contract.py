"""``martlet contract``: what raw tables must look like, and whether a folder does."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from martlet.checking.check import Judgement, absent_tables, judge_raw
from martlet.checking.problems import RawProblem
from martlet.cli.console import (
    err,
    number,
    out,
    print_json,
    print_note,
    print_table,
)
from martlet.cli.options import Json, ProjectDir
from martlet.contract import Column, RawTable, read_contract
from martlet.errors import RawDataError, UsageError
from martlet.settings import find_project


def contract(
    table: Annotated[
        str | None, typer.Argument(help="A raw table; all of them if not given.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            "--check", metavar="DIR", help="Judge a raw directory, loading nothing."
        ),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Print the contract of the raw tables, or judge a directory by it."""
    declared = read_contract(find_project(project_dir))
    if check is not None:
        if table is not None:
            raise UsageError(
                "--check judges all raw tables of a directory, not one.",
                f"Leave the table out: martlet contract --check {check}",
            )
        _check(check, declared, json)
        return
    tables = [_find(table, declared)] if table else list(declared.values())
    if json:
        print_json({"tables": [asdict(each) for each in tables]})
    elif table:
        _print_table(tables[0])
    else:
        _print_tables(tables)


def rules_in_words(column: Column, table: RawTable) -> list[str]:
    """Say what the contract asks of a column, one phrase for each thing."""
    phrases = {
        "key": column.name in table.key,
        "required": column.required,
        f"one of {', '.join(column.accepted_values)}": column.accepted_values,
        _range_in_words(column): True,
        f"refers to {column.references}": column.references,
        "sealed": column.sealed,
        f"pseudonym of {column.pseudonym_of}": column.pseudonym_of,
        "redacted": column.redacted,
        "made from the row where absent": column.made_from_content,
        "from the path": column.partition,
    }
    return [phrase for phrase, holds in phrases.items() if phrase and holds]


def _range_in_words(column: Column) -> str:
    if column.min is None and column.max is None:
        return ""
    if column.max is None:
        return f"{column.min} or more"
    return (
        f"{column.max} or less"
        if column.min is None
        else f"{column.min} to {column.max}"
    )


def _find(name: str, declared: dict[str, RawTable]) -> RawTable:
    if name in declared:
        return declared[name]
    close = difflib.get_close_matches(name, declared)
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UsageError(
        f"There is no raw table '{name}'.{meant}",
        f"martlet contract {close[0]}" if close else "See them all: martlet contract",
    )


def _print_tables(tables: list[RawTable]) -> None:
    print_table(
        "Raw tables",
        [
            ("table", "left"),
            ("key", "left"),
            ("columns", "right"),
            ("sealed", "left"),
            ("what it is", "left"),
        ],
        [
            (
                table.name,
                ", ".join(table.key),
                number(len(table.columns)),
                ", ".join(column.name for column in table.sealed),
                table.description,
            )
            for table in tables
        ],
    )
    print_note("The columns of one: martlet contract <table>")
    print_note("Judge a directory: martlet contract --check <directory>")


def _print_table(table: RawTable) -> None:
    out.print(f"[bold]{table.name}[/]: {escape(table.description)}")
    print_table(
        "",
        [
            ("column", "left"),
            ("type", "left"),
            ("rules", "left"),
            ("what it is", "left"),
        ],
        [
            (
                column.name,
                column.data_type,
                ", ".join(rules_in_words(column, table)),
                column.description,
            )
            for column in table.columns
        ],
    )


def _check(directory: Path, declared: dict[str, RawTable], json: bool) -> None:
    if not directory.is_dir():
        raise UsageError(
            f"There is no directory {directory}.",
            "Pass the one that holds a folder per raw table: "
            "martlet contract --check data/raw",
        )
    with err.status(f"Checking {directory}"):
        judgement = judge_raw(directory, declared)
    if not judgement.tables and directory.resolve().name in declared:
        raise UsageError(
            f"{directory} is the folder of one raw table.",
            f"Pass the directory above: martlet contract --check {directory.parent}",
        )
    absent = absent_tables(directory, declared)
    if json:
        print_json(_as_dict(directory, judgement, absent))
    else:
        _print_judgement(directory, judgement, absent)
    if judgement.problems:
        hints = dict.fromkeys(problem.hint for problem in judgement.problems)
        raise RawDataError(
            f"{directory} does not keep to the contract: "
            f"{_counted(judgement.problems, 'problem')}.",
            "\n      ".join(hints),
        )


def _print_judgement(directory: Path, judgement: Judgement, absent: list[str]) -> None:
    problems = Counter(problem.table for problem in judgement.problems)
    warnings = Counter(warning.table for warning in judgement.warnings)
    print_table(
        "Raw files",
        [
            ("table", "left"),
            ("files", "right"),
            ("rows", "right"),
            ("problems", "right"),
            ("warnings", "right"),
        ],
        [
            (
                count.table,
                number(count.files),
                number(count.rows),
                number(problems[count.table] or None),
                number(warnings[count.table] or None),
            )
            for count in judgement.tables
        ],
    )
    for problem in judgement.problems:
        out.print(f"[bold red]bad [/] {escape(str(problem))}", soft_wrap=True)
    for warning in judgement.warnings:
        out.print(f"[yellow]warn[/] {escape(str(warning))}", soft_wrap=True)
    if absent and judgement.tables:
        print_note(f"Absent, and what depends on them is empty: {', '.join(absent)}")
    if not judgement.problems:
        rows = sum(count.rows for count in judgement.tables)
        doubts = _counted(judgement.warnings, "warning")
        out.print(
            f"[green]ok  [/] {escape(str(directory))} keeps to the contract: "
            f"{number(rows)} rows" + (f", {doubts}" if judgement.warnings else ""),
            soft_wrap=True,
        )


def _as_dict(directory: Path, judgement: Judgement, absent: list[str]) -> dict:
    return {
        "directory": str(directory),
        "ok": not judgement.problems,
        "tables": [asdict(count) for count in judgement.tables],
        "absent_tables": absent,
        "problems": [_problem_as_dict(problem) for problem in judgement.problems],
        "warnings": [_problem_as_dict(warning) for warning in judgement.warnings],
    }


def _problem_as_dict(problem: RawProblem) -> dict:
    return {
        "rule": problem.rule.name,
        "table": problem.table,
        "column": problem.column,
        "what": problem.what,
        "rows": problem.rows,
        "example": problem.example or None,
        "file": str(problem.file),
        "files": problem.files,
        "next": problem.hint,
    }


def _counted(things: list[RawProblem], noun: str) -> str:
    return f"{len(things):,} {noun}{'s' * (len(things) != 1)}"
