"""The picture of the rooms shows what the models read."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rooms import ROOMS

SCRIPT, PICTURE = Path("docs/render_rooms.py"), Path("docs/rooms.svg")


def test_picture_is_the_projects(project_dir: Path, manifest: dict[str, Any]) -> None:
    render = runpy.run_path(str(project_dir / SCRIPT))
    expected = render["picture"](manifest)
    is_same = (project_dir / PICTURE).read_text("utf-8") == expected
    assert is_same, f"{PICTURE} is not the project's. Draw it anew: python {SCRIPT}"


def test_picture_shows_every_room_and_asks_no_network(project_dir: Path) -> None:
    picture = ElementTree.parse(project_dir / PICTURE)
    texts = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert texts >= set(ROOMS)
    assert not {e.tag.rpartition("}")[2] for e in picture.iter()} & {"image", "script"}
    assert "url(" not in (project_dir / PICTURE).read_text("utf-8")
