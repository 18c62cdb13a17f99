"""Pages can be read: in both themes, and by people who see fewer colours."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from martlet.pages.styles import Theme, design_tokens, shared_styles

THEMES: tuple[Theme, ...] = ("light", "dark")
TEXT_CONTRAST, GRAPHICS_CONTRAST = 4.5, 3.0
# Written on what.
TEXTS = [
    (text, surface)
    for text in ("ink", "ink-soft", "accent", "positive", "negative", "neutral", "note")
    for surface in ("paper", "raised", "sunken")
] + [
    ("accent", "accent-soft"),
    ("ink", "accent-soft"),
    ("on-accent", "accent"),
    ("note", "note-soft"),
    ("ink", "note-soft"),
]
# How linear red, green and blue look to an eye without one kind of cones: Machado, Oliveira
# and Fernandes 2009, at full severity.
SIGHTS = {
    "full": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# In OKLab; the eight colours of Okabe and Ito, made for this, come down to 0.08.
APART = 0.1


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def perceived(colour: str, sight: str) -> np.ndarray:
    """OKLab of a colour as an eye of that sight sees it."""
    seen = np.clip(np.array(SIGHTS[sight]) @ linear(colour), 0, 1)
    cones = np.cbrt(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
        @ seen
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


def apart(one: str, other: str, sight: str) -> float:
    return math.dist(perceived(one, sight), perceived(other, sight))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "surface"), TEXTS)
def test_text_is_read_on_its_surface(theme: Theme, text: str, surface: str) -> None:
    tokens = design_tokens(theme)
    assert contrast(tokens[text], tokens[surface]) >= TEXT_CONTRAST


@pytest.mark.parametrize("theme", THEMES)
def test_series_are_seen_on_paper_and_told_apart(theme: Theme) -> None:
    tokens = design_tokens(theme)
    series = [tokens[f"series-{number}"] for number in range(1, 9)]
    for colour in series:
        assert contrast(colour, tokens["paper"]) >= GRAPHICS_CONTRAST, colour
    for one, other in combinations(series, 2):
        for sight in SIGHTS:
            assert apart(one, other, sight) >= APART, (one, other, sight)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_good_and_bad_are_told_apart(theme: Theme, sight: str) -> None:
    tokens = design_tokens(theme)
    assert apart(tokens["positive"], tokens["negative"], sight) >= 1.5 * APART
    assert apart(tokens["diverging-1"], tokens["diverging-7"], sight) >= 1.5 * APART


@pytest.mark.parametrize("theme", THEMES)
def test_ramps_step_away_from_the_paper(theme: Theme) -> None:
    tokens = design_tokens(theme)
    ramp = [luminance(tokens[f"ramp-{number}"]) for number in range(1, 8)]
    assert ramp == sorted(ramp, reverse=theme == "light")
    below = [luminance(tokens[f"diverging-{number}"]) for number in range(1, 5)]
    above = [luminance(tokens[f"diverging-{number}"]) for number in range(7, 3, -1)]
    assert below == sorted(below, reverse=theme == "dark")
    assert above == sorted(above, reverse=theme == "dark")


def test_themes_differ_in_colours_only() -> None:
    light, dark = design_tokens("light"), design_tokens("dark")
    assert light.keys() == dark.keys()
    differing = {name for name in light if light[name] != dark[name]}
    colours = {name for name in light if light[name].startswith("#")}
    assert differing == colours


def test_styles_ask_nothing_of_a_network() -> None:
    styles = shared_styles()
    assert "--accent" in styles and "body {" in styles
    assert "@import" not in styles and "url(" not in styles
