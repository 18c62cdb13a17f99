"""``martlet forget``: erase a person everywhere, and prove it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.build import build
from martlet.cli.console import (
    number,
    print_json,
    print_line,
    print_note,
    print_table,
    progress_bar,
)
from martlet.cli.options import Json, ProjectDir, Target, Threads, Vars
from martlet.contract import read_contract
from martlet.erasure.forgetting import Forgotten
from martlet.erasure.forgetting import forget as carry_out
from martlet.erasure.journal import Erasure
from martlet.erasure.planning import Plan, Store, plan_erasure
from martlet.errors import UsageError
from martlet.privacy.keys import find_sealer
from martlet.settings import Settings, load_settings
from martlet.warehouse.dbt import DbtOptions
from martlet.warehouse.opening import refuse_other_engines
from martlet.warehouse.store import raw_store_id


def forget(
    customers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CUSTOMER…",
            help="customer_id, the store's own id, e-mail address or phone number; "
            "nobody, to finish what was interrupted.",
        ),
    ] = None,
    anonymise_orders: Annotated[
        bool,
        typer.Option(
            "--anonymise-orders", help="Keep orders, lines and returns, naming nobody."
        ),
    ] = False,
    removals: Annotated[
        Path | None,
        typer.Option(
            help="Directory for the lists by which platforms take the person off."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be removed, and stop.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    target: Target = None,
    threads: Threads = None,
    vars: Vars = None,
    project_dir: ProjectDir = None,
) -> None:
    """Erase people from every file and table, search for traces, and log it.

    Everything is built anew from the raw files. After an interruption, run it again.
    """
    settings = load_settings(project_dir)
    refuse_other_engines(settings, target, "martlet forget")
    store = store_of(settings)
    erased_at = datetime.now(UTC).replace(tzinfo=None)
    plan = plan_erasure(
        store, customers or [], erased_at, keeps_orders=anonymise_orders
    )
    if dry_run:
        _print_plan(plan, json=json)
        return
    if not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(
                "There is no one to ask, and what is removed is gone for good.",
                "See what it would be with --dry-run; do it with --yes",
            )
        _print_plan(plan, json=False)
        typer.confirm("Remove all of it for good?", abort=True)
    options = DbtOptions(target=target, threads=threads, vars=vars)
    with progress_bar("Forgetting") as on_step:
        done = carry_out(
            store,
            plan,
            lambda: build(settings, options, on_step=on_step),
            removals,
            on_step,
        )
    _print_done(done, json=json)


def store_of(settings: Settings) -> Store:
    """Gather what erasure and access need of a store."""
    sealer = find_sealer(settings.home, raw_store_id(settings) or "")
    return Store(settings, read_contract(settings.project_dir), sealer)


def _print_plan(plan: Plan, *, json: bool) -> None:
    told = {
        "people": plan.erasure.people.people,
        "anonymise_orders": plan.erasure.keeps_orders,
        "rows": plan.erasure.rows,
        "mentions": plan.erasure.mentions,
        "exports": plan.erasure.exports,
        "audiences": plan.erasure.audiences,
        "untold": plan.erasure.untold,
        "is_resumed": plan.is_resumed,
    }
    if json:
        print_json(told)
        return
    if plan.is_resumed:
        print_note(
            "An erasure was begun and not finished; this is what it set out to do."
        )
    print_table(
        "Rows to remove",
        [("raw table", "left"), ("rows", "right")],
        [(name, number(rows)) for name, rows in plan.erasure.rows.items()],
    )
    for name, rows in plan.erasure.mentions.items():
        print_line("Others' rows to blank", f"{number(rows)} in {name}")
    for path in plan.erasure.exports:
        print_line("File to remove", path)
    for name in plan.erasure.audiences:
        print_line("Platform to tell", name)
    _print_untold(plan.erasure)


def _print_untold(erasure: Erasure) -> None:
    for name, addresses in erasure.untold.items():
        print_note(
            f"{number(addresses)} addresses that {name} was given can no longer be told: "
            "no raw file holds them. Replace the whole audience there."
        )


def _print_done(done: Forgotten, *, json: bool) -> None:
    erasure = done.erasure
    if json:
        print_json(
            {
                "erasure_id": erasure.erasure_id,
                "erased_at": erasure.erased_at,
                "people": erasure.people.people,
                "anonymise_orders": erasure.keeps_orders,
                "rows": erasure.rows,
                "mentions": erasure.mentions,
                "exports_removed": erasure.exports,
                "removals": erasure.removals,
                "untold": erasure.untold,
                "files_searched": done.files_searched,
                "traces_found": 0,
            }
        )
        return
    rows = sum(erasure.rows.values())
    print_line("Forgotten", f"{number(rows)} raw rows")
    print_line("Erasure", erasure.erasure_id)
    for path in erasure.removals:
        print_line("Upload, then delete", path)
    _print_untold(erasure)
    print_note(
        f"{number(done.files_searched)} files were searched, and no trace was found. "
        "Backups and files elsewhere are yours to clear."
    )
