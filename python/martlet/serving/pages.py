"""The pages of the latest publication, each made once per publication."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from threading import Lock

from markupsafe import Markup

from martlet.errors import EnvironmentFault
from martlet.pages.policy import OFFLINE_POLICY
from martlet.report.content import Report
from martlet.report.making import make_report
from martlet.report.page import render_page
from martlet.settings import DICTIONARY, PUBLISHED_DATABASE, Settings

SERVED_POLICY = f"{OFFLINE_POLICY}; connect-src 'self'"

_HTML = "text/html; charset=utf-8"
_LINKS = Markup(
    '<nav class="served small" aria-label="Pages"><a href="/">Report</a> · '
    '<a href="/dictionary">Data dictionary</a> · '
    '<a href="/report.json">Numbers as JSON</a></nav>'
)


@dataclass(frozen=True)
class Page:
    """What an address answers with."""

    content_type: str
    content: bytes

    @property
    def tag(self) -> str:
        """Name the content: a page of another shop or version is never taken for it."""
        return f'"{sha256(self.content).hexdigest()[:32]}"'


class PublishedPages:
    """Pages by their address, made from the publication that the link names just then."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._edition = ""
        self._made: dict[str, Page] = {}
        self._read: Report | None = None
        self._makers: dict[str, Callable[[Path], Page]] = {
            "/": self._report,
            "/report.json": self._numbers,
            "/dictionary": self._dictionary,
            "/publication": self._name,
        }

    def publication(self) -> Path:
        """Give the directory of the latest publication.

        Raises
        ------
        EnvironmentFault
            Nothing was published yet.
        """
        if not self._settings.published_database.is_file():
            raise EnvironmentFault(
                f"Nothing is published in {self._settings.home} yet.",
                "Build and publish: martlet build",
            )
        return self._settings.published.resolve()

    def page(self, address: str) -> Page | None:
        """Give the page of an address, or nothing where there is none.

        Raises
        ------
        EnvironmentFault
            Nothing was published yet, or by another version of martlet.
        """
        make = self._makers.get(address)
        if make is None:
            return None
        # One is made at a time: two readers of a new publication wait for one drawing.
        with self._lock:
            publication = self.publication()
            try:
                edition = _edition(publication)
                if edition != self._edition:
                    self._edition = edition
                    self._made = {}
                    self._read = None
                if address not in self._made:
                    self._made[address] = make(publication)
            except FileNotFoundError as error:
                raise EnvironmentFault(
                    f"{publication} is not whole: an older martlet made it, or it was "
                    "removed just now.",
                    "Publish once more: martlet publish",
                ) from error
            return self._made[address]

    def _report(self, publication: Path) -> Page:
        return _watching(render_page(self._reading(publication)), publication)

    def _numbers(self, publication: Path) -> Page:
        told = self._reading(publication).as_dict()
        text = json.dumps(told, indent=2, ensure_ascii=False)
        return Page("application/json", text.encode())

    def _reading(self, publication: Path) -> Report:
        """Give the report, read once for the page and for its numbers."""
        if self._read is None:
            self._read = make_report(publication / PUBLISHED_DATABASE)
        return self._read

    def _dictionary(self, publication: Path) -> Page:
        return _watching((publication / DICTIONARY).read_text("utf-8"), publication)

    def _name(self, publication: Path) -> Page:
        return Page("text/plain", _edition(publication).encode())


def _edition(publication: Path) -> str:
    """Name a publication, unlike one with the same number of another shop."""
    made_at = (publication / PUBLISHED_DATABASE).stat().st_mtime_ns
    return f"{publication.name}-{made_at}"


def _watching(page: str, publication: Path) -> Page:
    """Let a page link to the others, and show the next publication once it is there."""
    script = Markup('<script data-publication="{}">{}</script>').format(
        _edition(publication),
        Markup(files(__package__).joinpath("watch.js").read_text("utf-8")),
    )
    served = (
        page.replace(str(Markup("{}").format(OFFLINE_POLICY)), SERVED_POLICY)
        .replace("<body>", f"<body>{_LINKS}", 1)
        .replace("</body>", f"{script}</body>")
    )
    return Page(_HTML, served.encode())
