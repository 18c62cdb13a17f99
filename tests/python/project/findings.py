"""How rules look for what breaks them, and how they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def listed(findings: Iterable[str]) -> str:
    """Write findings one to a line, so that none is cut short in a failure."""
    return "\n" + "\n".join(f"  {finding}" for finding in sorted(findings))


def places(text: str, pattern: re.Pattern[str], path: Path) -> list[str]:
    """Give every place where the pattern occurs, as ``path:line: what``."""
    return [
        f"{path}:{number}: {match[0].strip()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in pattern.finditer(line)
    ]
