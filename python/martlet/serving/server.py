"""Serve pages to this machine alone, for reading alone.

Bound to the loopback address, and only to requests that name it: a page of another site
that calls itself by this machine's address gets nothing (DNS rebinding).
"""

from __future__ import annotations

import errno
import re
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from markupsafe import Markup

from martlet.errors import EnvironmentFault
from martlet.serving.pages import SERVED_POLICY, Page, PublishedPages

LOOPBACK = "127.0.0.1"

_NAMED = re.compile(rf"({re.escape(LOOPBACK)}|localhost)(:\d+)?", re.IGNORECASE)
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
        return _Server((LOOPBACK, port), Handler)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise EnvironmentFault(
            f"Port {port} is taken by another program, or may not be used.",
            "Take any free one: martlet serve --port 0",
        ) from error


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away before it had all of a page."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


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
        status, page = self._found()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
            self.send_header("ETag", page.tag)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.content)))
        self.end_headers()
        if with_content and status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(page.content)

    def _found(self) -> tuple[HTTPStatus, Page]:
        if not _NAMED.fullmatch(self.headers.get("Host", "")):
            told = _told("Only this machine is served.", "Open http://localhost.")
            return HTTPStatus.MISDIRECTED_REQUEST, told
        try:
            page = self.served.page(self.path.partition("?")[0])
        except EnvironmentFault as fault:
            told = _told(fault.message, fault.hint or "")
            return HTTPStatus.SERVICE_UNAVAILABLE, told
        if page is None:
            told = _told("There is no such page.", "Go to / or /dictionary.")
            return HTTPStatus.NOT_FOUND, told
        if self.headers.get("If-None-Match") == page.tag:
            return HTTPStatus.NOT_MODIFIED, page
        return HTTPStatus.OK, page


def _told(what: str, hint: str) -> Page:
    """Give a page that says what happened and what to do."""
    text = Markup(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>martlet</title>'
        "<p>{}</p><p>{}</p></html>"
    ).format(what, hint)
    return Page("text/html; charset=utf-8", text.encode())
