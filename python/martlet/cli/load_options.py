"""Options of the commands that read a shop's sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import print_note
from martlet.contract import read_contract
from martlet.errors import UsageError
from martlet.loading.bringing import Destination
from martlet.privacy.keys import find_sealer, sealer_for_loading
from martlet.privacy.sealing import Sealer
from martlet.settings import Settings

_SOURCE = "How the source is written"
_STORE = "Whose data it is; said once, with the first load"

OutDir = Annotated[
    Path | None,
    typer.Option("--out", help="Raw directory to load into; data/raw if not given."),
]
MaxRefused = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE",
        help="Load nothing if more rows are refused, such as 10%. If not given, 5% and "
        "more than ten rows.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="RAW=THEIRS",
        help="A raw column and what the source calls it.",
        rich_help_panel=_SOURCE,
    ),
]
Table = Annotated[
    str | None,
    typer.Option(
        "--table",
        help="Table of a database or DuckDB file, or sheet of a workbook.",
        rich_help_panel=_SOURCE,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        help="Delimiter of CSV; seen from the header if not given.",
        rich_help_panel=_SOURCE,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        help="Encoding of text; UTF-8, UTF-16 and Windows' are recognised.",
        rich_help_panel=_SOURCE,
    ),
]
DecimalComma = Annotated[
    bool | None,
    typer.Option(
        "--decimal-comma/--decimal-point",
        help="How numbers are written; seen from the first rows if not given.",
        rich_help_panel=_SOURCE,
    ),
]
Timezone = Annotated[
    str,
    typer.Option(
        help="Timezone of timestamps without an offset, such as Europe/Berlin.",
        rich_help_panel=_SOURCE,
    ),
]
TimestampFormats = Annotated[
    list[str] | None,
    typer.Option(
        "--timestamp-format",
        metavar="PATTERN",
        help="How dates and times are written beside ISO 8601, such as '%d.%m.%Y'.",
        rich_help_panel=_SOURCE,
    ),
]
StoreId = Annotated[
    str | None, typer.Option(help="Name of the store.", rich_help_panel=_STORE)
]
ReportingCurrency = Annotated[
    str | None,
    typer.Option(help="Currency to report in, such as EUR.", rich_help_panel=_STORE),
]
ReportingTimezone = Annotated[
    str | None,
    typer.Option(help="Timezone in which days begin.", rich_help_panel=_STORE),
]
Country = Annotated[
    str | None,
    typer.Option(
        help="Country of phone numbers without a prefix, such as DE.",
        rich_help_panel=_STORE,
    ),
]


def mapping_of(pairs: Sequence[str] | None) -> dict[str, str]:
    """Read ``raw=theirs`` pairs."""
    mapping = {}
    for pair in pairs or ():
        raw, sign, theirs = pair.partition("=")
        if not (raw.strip() and sign and theirs.strip()):
            raise UsageError(
                f"--map {pair} names no two columns.",
                "Write it as --map order_id=OrderNumber",
            )
        mapping[raw.strip()] = theirs.strip()
    return mapping


def share_of(text: str | None) -> float | None:
    """Read a share: ``5%``, or ``0.05``."""
    if text is None:
        return None
    written = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", text.strip())
    share = float(written[1]) / (100 if written[2] else 1) if written else 2.0
    if not 0 <= share <= 1:
        raise UsageError(
            f"--max-refused {text} is no share of the rows.",
            "Write it as --max-refused 5%",
        )
    return share


def destination_of(settings: Settings, out_dir: Path | None) -> Destination:
    """Tell where loads go: into ``--out`` with its own quarantine, or ``MARTLET_HOME``."""
    return Destination(
        raw=out_dir or settings.home / "raw",
        quarantine=(out_dir or settings.home) / "quarantine",
        contract=read_contract(settings.project_dir),
    )


def sealer_finder(settings: Settings) -> Callable[[bool], Sealer]:
    """Give what finds the store's key; a store that is new gets one."""

    def find(is_new: bool) -> Sealer:
        if not is_new:
            return find_sealer(settings.home)
        sealer = sealer_for_loading(settings.home)
        # Told at once: the key stays although the load may fail after this.
        if sealer.made_key_file:
            print_note(
                f"A key was made in {sealer.made_key_file}. Keep a copy: without it "
                "sealed data cannot be opened."
            )
        return sealer

    return find
