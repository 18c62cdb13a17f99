"""Draw docs/rooms.svg: the rooms of the warehouse, and how data flow between them.

Rooms stand in the order in which data may move, and every arc is a room that reads
another: the wider, the more of its models do. Run it in the project after a change of
what reads what: python docs/render_rooms.py
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from martlet.lineage.project import Project
from martlet.pages.styles import Theme, design_tokens
from martlet.settings import load_settings
from martlet.warehouse.compiling import compiled_manifest

PICTURE = Path(__file__).with_name("rooms.svg")

# In the order data may move, with what lives there.
ROOMS = {
    "store": "what a shop hands over",
    "reference": "small tables that people edit",
    "ops": "what loads, exports and erasures did",
    "staging": "raw tables, renamed and cast",
    "identity": "who is who, and who consented",
    "intermediate": "sessions, carts, baskets, order lines",
    "core": "what happened",
    "attribution": "what each touch earns",
    "features": "what was known before an instant",
    "labels": "what happened from it on",
    "model_inputs": "all that fitting reads",
    "ml": "what Python models wrote",
    "predictions": "the latest run of each model",
    "recommendations": "what to offer whom",
    "experiments": "how arms of campaigns differ",
    "marts": "what people read",
    "releases": "tables fit to leave the house",
    "segments": "audiences",
    "monitoring": "where rows went, how good models are",
    "outside": "report, BI tools, lists, released files",
}
# Tables rather than models live there, and nothing of dbt makes them.
TABLES = ("store", "reference", "ops", "ml")
# Written by Python: what it read there, by the rules that tests hold.
BY_PYTHON = (("model_inputs", "ml"), ("recommendations", "ml"))

WIDTH = 900
BOX_X, BOX_WIDTH, BOX_HEIGHT, STEP, TOP = 16, 520, 40, 50, 16
ARC_X = BOX_X + BOX_WIDTH
# Of an arc the outermost point is three quarters as far out as what it is drawn by.
DEEPEST_ARC = (WIDTH - ARC_X - 24) * 4 / 3
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, sans-serif"
_COLOURS = {
    ".box": ("fill", "raised"),
    ".edge": ("stroke", "line"),
    ".name": ("fill", "ink"),
    ".what": ("fill", "ink-soft"),
    ".count": ("fill", "accent"),
    ".arc": ("stroke", "accent"),
    ".python": ("stroke", "series-2"),
    ".head": ("fill", "accent"),
    ".head-python": ("fill", "series-2"),
    ".paper": ("fill", "paper"),
}


def picture(manifest: Mapping[str, Any]) -> str:
    """Draw the rooms of a manifest that holds the compiled SQL of every model."""
    project = Project(manifest)
    room_of = _rooms(project, manifest)
    reads = _reads(project, manifest, room_of)
    counts = Counter(room_of.values())
    counts["outside"] = len(manifest["exposures"])
    height = TOP + len(ROOMS) * STEP + 8
    arcs = [
        _arc(above, below, times, is_python=(above, below) in BY_PYTHON)
        for (above, below), times in sorted(
            reads.items(), key=lambda edge: _index(edge[0][0]) - _index(edge[0][1])
        )
    ]
    boxes = [_box(room, counts[room]) for room in ROOMS]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" '
            'aria-labelledby="title description">',
            '<title id="title">How data flow through the rooms of martlet</title>',
            f'<desc id="description">{escape(_in_words(reads))}</desc>',
            f"<style>{_style()}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{height}" rx="12"/>',
            *arcs,
            *boxes,
            "</svg>",
            "",
        ]
    )


def _rooms(project: Project, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give the room of each relation."""
    sources = {f"{s['schema']}.{s['name']}": s["source_name"] for s in project.sources}
    seeds = {f"{seed['schema']}.{seed['name']}": "reference" for seed in project.seeds}
    models = {model.relation: model.room for model in project.models.values()}
    return sources | seeds | models


def _reads(
    project: Project, manifest: Mapping[str, Any], room_of: Mapping[str, str]
) -> Counter[tuple[str, str]]:
    """Count the models of each room that read another room."""
    reads: Counter[tuple[str, str]] = Counter()
    for model in project.models.values():
        for room in {room_of[relation] for relation in model.reads} - {model.room}:
            reads[room, model.room] += 1
    for exposure in manifest["exposures"].values():
        nodes = (manifest["nodes"][each] for each in exposure["depends_on"]["nodes"])
        for room in {node["schema"] for node in nodes}:
            reads[room, "outside"] += 1
    reads.update(dict.fromkeys(BY_PYTHON, 1))
    return reads


def _index(room: str) -> int:
    return list(ROOMS).index(room)


def _middle(room: str) -> float:
    return TOP + _index(room) * STEP + BOX_HEIGHT / 2


def _arc(above: str, below: str, times: int, *, is_python: bool) -> str:
    """Draw what one room reads of another: out of the one, into the other."""
    is_upward = _index(above) > _index(below)
    start = _middle(above) + (-8 if is_upward else 8)
    end = _middle(below) + (8 if is_upward else -8)
    span = abs(_index(below) - _index(above))
    depth = DEEPEST_ARC * math.sqrt(span / len(ROOMS))
    width = 1 + math.log2(times)
    kind = "python" if is_python else "arc"
    head = "head-python" if is_python else "head"
    return (
        f'<path class="{kind}" stroke-width="{width:.1f}" '
        f'd="M{ARC_X},{start:.0f} C{ARC_X + depth:.0f},{start:.0f} '
        f'{ARC_X + depth:.0f},{end:.0f} {ARC_X + 9},{end:.0f}"/>'
        f'<path class="{head}" d="M{ARC_X + 1},{end:.0f} l9,-4.5 v9 z"/>'
    )


def _box(room: str, count: int) -> str:
    top = TOP + _index(room) * STEP
    base = top + BOX_HEIGHT / 2 + 5
    kind = (
        "exposures" if room == "outside" else "tables" if room in TABLES else "models"
    )
    return (
        f'<rect class="box edge" x="{BOX_X}" y="{top}" width="{BOX_WIDTH}" '
        f'height="{BOX_HEIGHT}" rx="8"/>'
        f'<text class="name" x="{BOX_X + 14}" y="{base:.0f}">{room}</text>'
        f'<text class="what" x="{BOX_X + 152}" y="{base:.0f}">{ROOMS[room]}</text>'
        f'<text class="count" x="{BOX_X + BOX_WIDTH - 14}" y="{base:.0f}">'
        f"{count} {kind}</text>"
    )


def _in_words(reads: Counter[tuple[str, str]]) -> str:
    """Say what the picture shows, for who cannot see it."""
    return " ".join(
        f"{room} reads {', '.join(above)}."
        for room in ROOMS
        if (above := [each for each in ROOMS if (each, room) in reads])
    )


def _style() -> str:
    return (
        f"text{{font:13px {FONT}}}.name{{font-weight:600}}.count{{text-anchor:end}}"
        ".arc,.python{fill:none;stroke-opacity:.45}.python{stroke-dasharray:5 4;"
        f"stroke-opacity:.9}}{_colours('light')}"
        f"@media(prefers-color-scheme:dark){{{_colours('dark')}}}"
    )


def _colours(theme: Theme) -> str:
    tokens = design_tokens(theme)
    return "".join(
        f"{chosen}{{{what}:{tokens[token]}}}"
        for chosen, (what, token) in _COLOURS.items()
    )


def main() -> None:
    """Draw the rooms of this project."""
    settings = load_settings(PICTURE.parents[1])
    PICTURE.write_text(picture(compiled_manifest(settings)), "utf-8")


if __name__ == "__main__":
    main()
