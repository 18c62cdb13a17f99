"""``martlet serve``: the report and the data dictionary in this machine's browser."""

from __future__ import annotations

from typing import Annotated

import typer

from martlet.cli.console import print_line, print_note
from martlet.cli.options import ProjectDir
from martlet.serving.pages import PublishedPages
from martlet.serving.server import LOOPBACK, open_server
from martlet.settings import load_settings


def serve(
    port: Annotated[
        int,
        typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one."),
    ] = 8080,
    project_dir: ProjectDir = None,
) -> None:
    """Serve the report and the data dictionary to this machine, until Ctrl-C.

    An open page shows the next publication by itself.
    """
    settings = load_settings(project_dir)
    pages = PublishedPages(settings)
    pages.publication()
    with open_server(pages, port) as server:
        print_line("Report", f"http://{LOOPBACK}:{server.server_port}/")
        print_line("Dictionary", f"http://{LOOPBACK}:{server.server_port}/dictionary")
        print_note("Press Ctrl-C to stop.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print_note("Stopped.")
