"""The ``martlet`` command: gathers the commands and turns failures into exit codes."""

from __future__ import annotations

import sys

import typer

from martlet.cli import build, doctor, export, load, models, runs, sample
from martlet.cli.console import print_error
from martlet.errors import MartletError

app = typer.Typer(
    name="martlet",
    help="A SQL-first marketing warehouse for online shops.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("sample")(sample.sample)
app.command("load")(load.load)
app.command("build")(build.build)
app.command("cluster")(models.cluster)
app.command("score")(models.score)
app.command("export")(export.export)
app.command("runs")(runs.runs)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; exit 0 when well, 1 on a failed check, 2 on misuse or fault."""
    try:
        app()
    except MartletError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print_error(
            MartletError(
                "Stopped. What was published before is as it was.",
                "Run the same command again to go on.",
            )
        )
        sys.exit(130)
