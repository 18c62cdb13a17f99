"""Read the style sheets of this room, for pages and for charts.

A page carries the sheets inside itself. A chart is drawn before the page is shown, by a
library that knows no style sheet, so it is told the same colours by name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

Theme = Literal["light", "dark"]

_SHEETS = ("tokens.css", "base.css")
_BLOCK = re.compile(r":root\s*\{(?P<declarations>[^}]*)\}")
_TOKEN = re.compile(r"--(?P<name>[\w-]+):\s*(?P<value>[^;]+);")


def shared_styles() -> str:
    """Give the tokens and the base style, as text for a page's ``<style>``."""
    return "\n".join(_read(sheet) for sheet in _SHEETS)


@cache
def design_tokens(theme: Theme) -> dict[str, str]:
    """Give every token's value under a theme, by its name without dashes before it.

    Examples
    --------
    >>> design_tokens("light")["accent"]
    '#0f6b6b'
    """
    light, dark, *_ = (
        dict(_TOKEN.findall(block)) for block in _BLOCK.findall(_read("tokens.css"))
    )
    return light | dark if theme == "dark" else light


def _read(sheet: str) -> str:
    return files(__package__).joinpath(sheet).read_text("utf-8")
