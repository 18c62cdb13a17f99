"""What tables and columns mean, in the words of the project's YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

_BLOCK = re.compile(r"{%\s*docs\s+(\w+)\s*%}(.*?){%\s*enddocs\s*%}", re.DOTALL)
_REFERENCE = re.compile(r"{{\s*doc\(['\"](\w+)['\"]\)\s*}}")


@dataclass(frozen=True)
class Description:
    """What a table says of itself and of its columns."""

    text: str = ""
    columns: dict[str, str] = field(default_factory=dict)


def read_descriptions(project_dir: Path) -> dict[str, Description]:
    """Read the descriptions of all models and sources, by name of the table."""
    models = project_dir / "models"
    blocks = {
        name: " ".join(text.split())
        for path in sorted(models.rglob("*.md"))
        for name, text in _BLOCK.findall(path.read_text("utf-8"))
    }

    def worded(text: str | None) -> str:
        filled = _REFERENCE.sub(lambda found: blocks.get(found[1], ""), text or "")
        return " ".join(filled.split())

    described = {}
    for path in sorted(models.rglob("*.yml")):
        declared = yaml.safe_load(path.read_text("utf-8")) or {}
        tables = [
            *declared.get("models", ()),
            *(
                table
                for source in declared.get("sources", ())
                for table in source["tables"]
            ),
        ]
        for table in tables:
            described[table["name"]] = Description(
                worded(table.get("description")),
                {
                    column["name"]: worded(column.get("description"))
                    for column in table.get("columns", ())
                },
            )
    return described
