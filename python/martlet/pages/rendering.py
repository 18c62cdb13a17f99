"""Put a page together: a template, its own style and script, and the look of all pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from martlet.pages.policy import OFFLINE_POLICY
from martlet.pages.styles import shared_styles


def render(
    package: str, name: str, helpers: Mapping[str, Callable[..., Any]], **told: Any
) -> str:
    """Give a page as one HTML file that needs no network.

    Parameters
    ----------
    package : str
        Package whose folder ``templates`` has ``<name>.html.j2``, ``.css`` and ``.js``.
    helpers : mapping of str to callable
        What the template may call to write values.
    """
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(helpers)
    own = files(package).joinpath("templates")
    return environment.get_template(f"{name}.html.j2").render(
        policy=OFFLINE_POLICY,
        style=Markup(shared_styles() + own.joinpath(f"{name}.css").read_text("utf-8")),
        script=Markup(own.joinpath(f"{name}.js").read_text("utf-8")),
        **told,
    )
