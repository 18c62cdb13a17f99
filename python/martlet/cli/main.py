"""The entry point: runs a command and turns failures into messages and exit codes."""

from __future__ import annotations

import sys

from martlet.cli.console import print_error
from martlet.errors import EnvironmentFault, MartletError


def main() -> None:
    """Run the command line; exit 0 well, 1 on a failed check, 2 on misuse or fault."""
    try:
        # Loading dbt takes seconds, in which a person may think better of it.
        from martlet.cli.app import app

        app()
    except MartletError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        stopped = EnvironmentFault("Interrupted.", "Run the same command again.")
        print_error(stopped)
        sys.exit(stopped.exit_code)
