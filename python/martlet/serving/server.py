"""Serve pages to this machine alone, for reading alone.

Bound to the loopback address, and only to requests that name it: a page of another site
that calls itself by this machine's address gets nothing (DNS rebinding).
"""

from __future__ import annotations

import errno
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from markupsafe import Markup

from martlet.errors import EnvironmentFault
from martlet.serving.pages import SERVED_POLICY, Page, PublishedPages

LOOPBACK = "127.0.0.1"

_NAMES = (LOOPBACK, "localhost")
_HEADERS = {
    "Content-Security-Policy": f"{SERVED_POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The browser asks each time whether what it has is still the latest.
    "Cache-Control": "no-cache",
}


def open_server(pages: PublishedPages, port: int) -> ThreadingHTTPServer:
    """Open a server on the loopback address; ``port`` 0 takes any that is free.

    Raises
    ------
    EnvironmentFault
        The port is taken, or may not be used.
    """

    class Handler(_Handler):
        served = pages

    try:
        return ThreadingHTTPServer((LOOPBACK, port), Handler)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise EnvironmentFault(
            f"Port {port} is taken by another program, or may not be used.",
            "Take any free one: martlet serve --port 0",
        ) from error


class _Handler(BaseHTTPRequestHandler):
    served: PublishedPages
    server_version = "martlet"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing of requests: the terminal is for what a person asked."""

    def _answer(self, *, with_content: bool) -> None:
        status, page, tag = self._found()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if tag:
            self.send_header("ETag", tag)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.content)))
        self.end_headers()
        if with_content and status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(page.content)

    def _found(self) -> tuple[HTTPStatus, Page, str]:
        named = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if named not in _NAMES:
            told = _told("Only this machine is served.", "Open http://localhost.")
            return HTTPStatus.MISDIRECTED_REQUEST, told, ""
        try:
            publication = self.served.publication().name
            tag = f'"{publication}"'
            if self.headers.get("If-None-Match") == tag:
                return HTTPStatus.NOT_MODIFIED, _told("", ""), tag
            address = urlsplit(self.path).path
            if address == "/publication":
                return HTTPStatus.OK, Page("text/plain", publication.encode()), tag
            page = self.served.page(address)
        except EnvironmentFault as fault:
            told = _told(fault.message, fault.hint or "")
            return HTTPStatus.SERVICE_UNAVAILABLE, told, ""
        if page is None:
            told = _told("There is no such page.", "Go to / or /dictionary.")
            return HTTPStatus.NOT_FOUND, told, ""
        return HTTPStatus.OK, page, tag


def _told(what: str, hint: str) -> Page:
    """Give a page that says what happened and what to do."""
    text = Markup(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>martlet</title>'
        "<p>{}</p><p>{}</p></html>"
    ).format(what, hint)
    return Page("text/html; charset=utf-8", text.encode())
