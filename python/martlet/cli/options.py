"""Options that several commands share; where dbt has one, under dbt's name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectDir = Annotated[
    Path | None,
    typer.Option(
        "--project-dir",
        help="Directory of dbt_project.yml; found upwards if not given.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target", "-t", envvar="DBT_TARGET", help="dbt target: duckdb, spark."
    ),
]
Threads = Annotated[int | None, typer.Option("--threads", help="dbt threads.", min=1)]
Vars = Annotated[
    str | None, typer.Option("--vars", help="dbt variables, as YAML or JSON.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
