"""Write the dictionary as one page that needs no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from martlet.dictionary.contents import Dictionary, read_dictionary
from martlet.pages.rendering import render

_CODE = re.compile(r"`([^`]+)`")


def render_dictionary(manifest: Mapping[str, Any]) -> str:
    """Give the dictionary of a manifest as HTML, the same bytes for the same manifest."""
    dictionary = read_dictionary(manifest)
    return render(
        __package__,
        "dictionary",
        {"prose": _prose},
        dictionary=dictionary,
        anchors=_anchors(dictionary),
    )


def _anchors(dictionary: Dictionary) -> dict[str, str]:
    """Give the place on the page of each name that is told of."""
    named = {
        "metric": dictionary.metrics,
        "exposure": dictionary.exposures,
        "table": dictionary.tables,
    }
    # A metric may be called as a table is; the table is what a reader means.
    return {
        each.name: each.name if kind == "table" else f"{kind}-{each.name}"
        for kind, all_of_kind in named.items()
        for each in all_of_kind
    }


def _prose(text: str) -> Markup:
    """Give a description as HTML, with what stands in backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))
