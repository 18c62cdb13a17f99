"""``martlet segments``: what audiences there are, trying out a new one, and adding it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from martlet.cli.console import (
    number,
    percent,
    print_json,
    print_line,
    print_note,
    print_table,
)
from martlet.cli.options import Json, ProjectDir
from martlet.segments.authoring import add_audience
from martlet.segments.listing import ListedAudience, list_audiences
from martlet.segments.naming import Audience
from martlet.segments.preview import Preview, preview_filter
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.dbt import DbtProject

app = typer.Typer(
    help="List audiences, try out a new one, or add it.", invoke_without_command=True
)

Where = Annotated[
    str,
    typer.Option(
        "--where",
        help='Condition on columns of customer_profiles: "churn_score > 0.7 and '
        "rfm_segment = 'Champions'\".",
    ),
]


@app.callback()
def segments(
    context: typer.Context, json: Json = False, project_dir: ProjectDir = None
) -> None:
    """List audiences; with ``preview`` try out a filter, with ``add`` make it one."""
    if context.invoked_subcommand:
        return
    settings = load_settings(project_dir)
    asked_at = datetime.now(UTC).replace(tzinfo=None)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        audiences = list_audiences(connection, asked_at)
    if json:
        print_json([asdict(audience) for audience in audiences])
        return
    _print_audiences(audiences)


@app.command()
def preview(
    where: Where,
    limit: Annotated[
        int, typer.Option("--limit", min=0, max=1000, help="Customers to show.")
    ] = 10,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Tell whom a filter chooses: how many, worth what, and in which audiences."""
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        told = preview_filter(connection, where, limit)
    if json:
        print_json(asdict(told))
        return
    _print_preview(told)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name of the model: loyal_in_hamburg.")],
    where: Where,
    title: Annotated[
        str | None,
        typer.Option("--title", help="What people call it; made of the name."),
    ] = None,
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.")] = "CRM",
    channel: Annotated[
        str, typer.Option("--channel", help="Channel that consent is needed for.")
    ] = "email",
    purpose: Annotated[
        str, typer.Option("--purpose", help="Purpose that consent is needed for.")
    ] = "marketing",
    refresh: Annotated[
        str,
        typer.Option(
            "--refresh", help="How often lists are renewed: daily, weekly, monthly."
        ),
    ] = "weekly",
    control_share: Annotated[
        float,
        typer.Option(
            "--control-share", help="Share that campaigns hold back, from 0 to 0.5."
        ),
    ] = 0.1,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Write an audience into models/segments, to be built and exported as any other."""
    settings = load_settings(project_dir)
    audience = Audience(
        name=name,
        title=title or name.replace("_", " ").capitalize(),
        owner=owner,
        channel=channel,
        purpose=purpose,
        refresh=refresh,
        control_share=control_share,
    )
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        added = add_audience(
            connection,
            settings.project_dir,
            audience,
            where,
            lambda: DbtProject(settings).names(),
        )
    if json:
        print_json(asdict(added))
        return
    for file in added.files:
        print_line("Wrote", file)
    print_note(f"{number(added.customers)} customers as of the last build.")
    print_line("Build it", added.build)


def _print_audiences(audiences: list[ListedAudience]) -> None:
    print_table(
        f"Audiences as of {audiences[0].as_of_date}" if audiences else "Audiences",
        [
            ("segment", "left"),
            ("title", "left"),
            ("channel", "left"),
            ("purpose", "left"),
            ("members", "right"),
            ("entered", "right"),
            ("left", "right"),
            ("refresh", "left"),
            ("last list (UTC)", "left"),
            ("to", "left"),
            ("due", "left"),
        ],
        [
            (
                audience.segment_id,
                audience.title,
                audience.channel,
                audience.purpose,
                number(audience.members),
                number(audience.entered),
                number(audience.departed),
                audience.refresh,
                f"{audience.last_exported_at:%Y-%m-%d %H:%M}"
                if audience.last_exported_at
                else "–",
                audience.last_destination or "–",
                "yes" if audience.is_due else "",
            )
            for audience in audiences
        ],
    )


def _print_preview(told: Preview) -> None:
    currency = f" {told.currency}" if told.currency else ""
    clv = told.predicted_clv_365d
    print_line("Filter", told.where)
    print_table(
        "Whom it chooses",
        [("of them", "left"), ("as of the last build", "right")],
        [
            ("customers", number(told.customers)),
            ("share of all", percent(told.share)),
            ("contactable by e-mail", number(told.contactable_by_email)),
            ("contactable by SMS", number(told.contactable_by_sms)),
            ("net sales", number(told.net_sales, 2) + currency),
            (
                "expected value in 365 days",
                number(clv, 2) + (currency if clv is not None else ""),
            ),
        ],
    )
    print_table(
        "Some of them",
        [(name, "left") for name in (told.sample[0] if told.sample else ())],
        [tuple(_cell(value) for value in row.values()) for row in told.sample],
    )
    print_table(
        "Who is in other audiences too",
        [
            ("segment", "left"),
            ("title", "left"),
            ("members", "right"),
            ("in both", "right"),
            ("share of these", "right"),
        ],
        [
            (
                each.segment_id,
                each.title,
                number(each.members),
                number(each.in_both),
                percent(each.share),
            )
            for each in told.overlaps
            if each.in_both
        ],
    )
    if not told.customers:
        print_note("Nobody passes this filter as of the last build.")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return number(value, 2) if isinstance(value, float) else str(value)
