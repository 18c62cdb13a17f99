"""Draw charts: Vega-Lite to SVG, made small and fit for both light and dark.

Colours in specifications are the page's own properties (``var(--series-1)``), which the
browser resolves, so that one drawing serves light, dark and paper.
"""

from __future__ import annotations

import re
from typing import Any

import vl_convert

from martlet.report.charts.style import MEASURED_LARGER

# The version that the specifications are written for, whatever else vl-convert brings.
_VEGA_LITE = "5.21"

_FONT_SIZE = re.compile(r'font-size="([\d.]+)px"')
_IDENTIFIER = re.compile(r'(id="|url\(#)(clip\d+|gradient_\d+)')
_LONG_FRACTION = re.compile(r"(\d+\.\d)\d+")
_POSITIONS = re.compile(r' (?:d|x|x2|y|y2|cx|cy|width|height|transform|points)="[^"]*"')
_NOISE = (
    # What serves scripts and screen readers; the page says both in its own way.
    re.compile(r' (?:role|aria-roledescription|aria-hidden|pointer-events)="[^"]*"'),
    re.compile(r' class="[^"]*"'),
    re.compile(r' (?:xmlns:xlink|version)="[^"]*"'),
    re.compile(r' font-family="[^"]*"'),
    re.compile(r' opacity="1"'),
    re.compile(r' stroke-width="0"'),
    re.compile(r'<path [^>]*display="none"/>'),
    re.compile(r'<path d="M0,0h0v0h0Z"/>'),
    # Labels that had no room beside others.
    re.compile(r'<text [^>]*opacity="0"[^>]*>[^<]*</text>'),
)
_EMPTY_GROUP = re.compile(r"<g[^>]*></g>|<g[^>]*/>")
_PLAIN_GROUP = re.compile(r"<g>(<(?:path|text|line|rect)[^>]*(?:/>|>[^<]*</text>))</g>")
_TIP = re.compile(r' aria-label="')


def draw(specification: dict[str, Any], *, name: str) -> str:
    """Draw a Vega-Lite specification as SVG that scales to its container.

    ``name`` makes identifiers within it its own, since a page holds many drawings. What
    a mark says of itself (``description``) becomes its ``data-tip``.
    """
    svg = vl_convert.vegalite_to_svg(specification, vl_version=_VEGA_LITE)
    svg = _renamed(svg, name)
    for noise in _NOISE:
        svg = noise.sub("", svg)
    svg = _FONT_SIZE.sub(
        lambda found: f'font-size="{float(found[1]) / MEASURED_LARGER:.3g}"', svg
    )
    svg = _POSITIONS.sub(lambda found: _LONG_FRACTION.sub(r"\1", found[0]), svg)
    while (lean := _PLAIN_GROUP.sub(r"\1", _EMPTY_GROUP.sub("", svg))) != svg:
        svg = lean
    return _TIP.sub(' data-tip="', svg)


def _renamed(svg: str, name: str) -> str:
    """Number identifiers anew: the library counts on from one drawing to the next."""
    found = dict.fromkeys(each[2] for each in _IDENTIFIER.finditer(svg))
    own = {each: f"{name}-{number}" for number, each in enumerate(found, start=1)}
    return _IDENTIFIER.sub(lambda each: each[1] + own[each[2]], svg)
