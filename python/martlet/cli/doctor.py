"""``martlet doctor``: is everything there that a build needs?"""

from __future__ import annotations

import typer
from rich.markup import escape

from martlet.cli.console import err, out, print_json
from martlet.cli.options import Json, ProjectDir
from martlet.doctor import examine
from martlet.errors import CheckFailed
from martlet.settings import load_settings


def doctor(json: Json = False, project_dir: ProjectDir = None) -> None:
    """Check the machine, the project, the raw files and the warehouse."""
    findings = list(examine(load_settings(project_dir)))
    if json:
        print_json(
            [
                {
                    "what": finding.what,
                    "ok": finding.error is None,
                    "detail": finding.detail,
                    "next": finding.error.hint if finding.error else None,
                }
                for finding in findings
            ]
        )
    else:
        for finding in findings:
            mark = "[green]ok [/]" if finding.error is None else "[bold red]bad[/]"
            out.print(f"{mark} [bold]{finding.what:<10}[/] {escape(finding.detail)}")
            if finding.error and finding.error.hint:
                err.print(f"    [bold]Next:[/] {escape(finding.error.hint)}")
    if any(finding.error for finding in findings):
        raise typer.Exit(CheckFailed.exit_code)
