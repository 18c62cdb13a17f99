"""What ``martlet load`` and ``martlet quarantine retry`` tell."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from martlet.cli.console import number, print_json, print_line, print_note, print_table
from martlet.loading.bringing import Destination
from martlet.loading.preview import Preview
from martlet.loading.report import LoadCount, LoadReport


def print_reports(
    reports: Sequence[LoadReport],
    destination: Destination,
    home: Path,
    *,
    as_json: bool,
) -> None:
    """Print what loads did: where the rows went, and what to do next."""
    if as_json:
        places = {
            "raw": str(destination.raw),
            "quarantine": str(destination.quarantine),
        }
        told = [{**asdict(each), "rows": each.rows, **places} for each in reports]
        print_json(told[0] if len(told) == 1 else told)
        return
    for report in reports:
        _print_report(report)
    if any(_refused(report.counts) for report in reports):
        print_note("Refused rows are sealed in quarantine. See why: martlet quarantine")
    print_line("Raw tables", destination.raw)
    is_default = destination.raw.resolve() == home.resolve() / "raw"
    raw = shlex.quote(str(destination.raw.resolve()))
    print_line(
        "Build", "martlet build" if is_default else f"MARTLET_RAW={raw} martlet build"
    )


def print_previews(previews: Sequence[Preview], *, as_json: bool) -> None:
    """Print what loads would do."""
    if as_json:
        told = [asdict(each) for each in previews]
        print_json(told[0] if len(told) == 1 else told)
        return
    for preview in previews:
        _print_preview(preview)
    load_it = "Load it: the same command without --dry-run"
    is_stopped = any(preview.enough for preview in previews)
    print_note(
        "Nothing was loaded." if is_stopped else f"Nothing was loaded. {load_it}"
    )


def _print_report(report: LoadReport) -> None:
    if report.already_loaded:
        print_note(
            f"{report.source} was loaded before as {report.load_id}; nothing changed."
        )
    _print_counts(
        f"{number(report.rows)} rows of {report.source}, load {report.load_id}",
        report.counts,
    )
    print_table(
        "In the source as it came",
        [("what", "left"), ("rows", "right"), ("amount", "right")],
        [
            (line.label, number(line.rows), number(line.amount, 2))
            for line in report.summary
        ],
    )
    _note_reading(report)
    for load_id in report.replaced:
        print_note(f"It replaces load {load_id}, which read the same source otherwise.")


def _print_preview(preview: Preview) -> None:
    rows = sum(count.rows for count in preview.counts if count.outcome != "derived")
    print_table(
        f"Columns of {preview.source}",
        [("raw column", "left"), ("source's column", "left")],
        list(preview.matched.items()),
    )
    print_table(
        "First rows",
        [(column, "left") for column in preview.columns],
        [[cell or "–" for cell in row] for row in preview.rows],
    )
    _print_counts(f"{number(rows)} rows", preview.counts)
    print_table(
        "Why rows would be refused",
        [("reason", "left"), ("rows", "right")],
        [(reason, number(count)) for reason, count in preview.reasons.items()],
    )
    _note_reading(preview)
    if preview.enough:
        print_note(
            f"The load would be stopped: too many of these rows would be refused. If "
            f"the rest is right, allow it with --max-refused {preview.enough}%"
        )


def _print_counts(title: str, counts: Sequence[LoadCount]) -> None:
    has_amounts = any(count.amount is not None for count in counts)
    columns = [
        ("outcome", "left"),
        ("from", "left"),
        ("where to", "left"),
        ("rule", "left"),
        ("rows", "right"),
        ("amount", "right"),
    ]
    print_table(
        title,
        columns if has_amounts else columns[:-1],
        [
            (
                count.outcome,
                count.input,
                count.destination,
                count.rule,
                number(count.rows),
                number(count.amount, 2),
            )[: 6 if has_amounts else 5]
            for count in counts
        ],
    )


def _note_reading(told: LoadReport | Preview) -> None:
    if told.unused:
        print_note(f"Columns that no raw column takes: {', '.join(told.unused)}")
    if told.ignored:
        print_note(f"Not read: {', '.join(told.ignored)}")
    is_new = not (isinstance(told, LoadReport) and told.already_loaded)
    knows_country = "country" in {*told.matched, *told.options}
    if is_new and "phone" in told.matched and not knows_country:
        print_note(
            "Phones without a country code match only those written alike. Say "
            "--country and load again."
        )
    if told.options:
        print_note(f"Read with {'; '.join(_in_words(told.options))}")


def _in_words(options: dict[str, object]) -> Iterator[str]:
    for name, value in options.items():
        match value:
            case True:
                yield name.replace("_", " ")
            case dict():
                yield ", ".join(f"{raw} from {theirs}" for raw, theirs in value.items())
            case _:
                yield f"{name.replace('_', ' ')} {value}"


def _refused(counts: Sequence[LoadCount]) -> bool:
    return any(count.outcome == "refused" for count in counts)
