"""Pages for this machine's browser: read only, fresh, and for nobody else."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import duckdb
import pytest

from martlet.errors import EnvironmentFault
from martlet.serving.pages import PublishedPages
from martlet.serving.server import LOOPBACK, open_server
from martlet.settings import Settings
from support import PROJECT_DIR, BuiltSample, Shop


@pytest.fixture
def home(built_sample: BuiltSample, tmp_path: Path) -> Path:
    """A home with one publication, that of the sample."""
    shutil.copytree(built_sample.database.parent, tmp_path / "published-000001")
    (tmp_path / "published").symlink_to("published-000001")
    return tmp_path


@pytest.fixture
def port(home: Path) -> Iterator[int]:
    pages = PublishedPages(Settings(PROJECT_DIR, home, home / "raw"))
    with open_server(pages, 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(
    port: int, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
    connection.request(
        method,
        path,
        headers={name.replace("_", "-"): headers[name] for name in headers},
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def publish_next(home: Path, store: str) -> None:
    """Publish once more, with a report that is of another store."""
    fresh = home / "published-000002"
    shutil.copytree(home / "published-000001", fresh)
    with duckdb.connect(str(fresh / "marts.duckdb")) as connection:
        connection.execute("update reporting_period set store_id = ?", [store])
    link = home / ".published.new"
    link.symlink_to(fresh.name)
    os.replace(link, home / "published")


def test_report_and_dictionary_are_served(port: int, home: Path) -> None:
    answer, report = ask(port, "/")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>sample-" in report and 'href="/dictionary"' in report
    _, dictionary = ask(port, "/dictionary")
    assert "customer_rfm" in dictionary and 'href="/"' in dictionary
    answer, numbers = ask(port, "/report.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(numbers)["sections"]
    answer, nothing = ask(port, "/", method="HEAD")
    assert answer.status == 200 and nothing == ""
    assert int(answer.headers["Content-Length"]) == len(report.encode())


def test_the_next_publication_is_shown(port: int, home: Path) -> None:
    answer, _ = ask(port, "/")
    tag = answer.headers["ETag"]
    unchanged, nothing = ask(port, "/", If_None_Match=tag)
    assert unchanged.status == 304 and nothing == ""
    assert ask(port, "/publication")[1].startswith("published-000001-")

    publish_next(home, "another shop")
    assert ask(port, "/publication")[1].startswith("published-000002-")
    changed, report = ask(port, "/", If_None_Match=tag)
    assert changed.status == 200 and "<h1>another shop</h1>" in report


def test_a_publication_with_the_number_of_another_is_shown(
    port: int, home: Path
) -> None:
    """Another shop at the same port, or a home that was removed and built anew."""
    answer, _ = ask(port, "/")
    named = ask(port, "/publication")[1]
    publish_next(home, "another shop")
    shutil.rmtree(home / "published-000001")
    (home / "published-000002").rename(home / "published-000001")
    (home / "published").unlink()
    (home / "published").symlink_to("published-000001")

    assert ask(port, "/publication")[1] != named
    changed, report = ask(port, "/", If_None_Match=answer.headers["ETag"])
    assert changed.status == 200 and "<h1>another shop</h1>" in report


def test_pages_have_tags_of_their_own(port: int) -> None:
    paths = ("/", "/report.json", "/dictionary", "/publication")
    tags = [ask(port, path)[0].headers["ETag"] for path in paths]
    assert len(set(tags)) == len(paths)
    assert ask(port, "/nothing", If_None_Match=tags[0])[0].status == 404


def test_a_publication_that_is_not_whole_is_told_of(port: int, home: Path) -> None:
    (home / "published-000001" / "dictionary.html").unlink()
    answer, text = ask(port, "/dictionary")
    assert answer.status == 503
    assert "martlet publish" in text


def test_broken_requests_leave_no_trace(
    port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """A browser that went away, a host and an address that are none."""
    for request in (
        b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        b"GET http://[/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ):
        with socket.create_connection((LOOPBACK, port)) as gone:
            # Closing resets the connection instead of waiting for what is sent.
            gone.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            gone.sendall(request)
    assert ask(port, "/")[0].status == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(port: int, home: Path, method: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    assert ask(port, "/", method=method)[0].status == 501
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


@pytest.mark.parametrize(
    "path",
    [
        "/marts.duckdb",
        "/../warehouse.duckdb",
        "/%2e%2e/warehouse.duckdb",
        "/published-000001/marts.duckdb",
        "//etc/passwd",
        "/dictionary/",
        "/watch.js",
    ],
)
def test_no_other_file_is_served(port: int, path: str) -> None:
    answer, text = ask(port, path)
    assert answer.status == 404
    assert "/dictionary" in text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("LOCALHOST", 200),
        ("shop.example", 421),
        ("localhost.shop.example", 421),
        ("", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(
    port: int, host: str, status: int
) -> None:
    """A page elsewhere whose name was made to mean this machine reads nothing."""
    answer, text = ask(port, "/publication", Host=host)
    assert answer.status == status
    assert ("published-" in text) == (status == 200)


def test_pages_may_ask_only_where_they_come_from(port: int) -> None:
    for path in ("/", "/dictionary"):
        answer, page = ask(port, path)
        policies = [answer.headers["Content-Security-Policy"]]
        policies += re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
        assert len(policies) == 2
        for policy in policies:
            assert "default-src 'none'" in policy and "connect-src 'self'" in policy
            assert "http" not in policy and "*" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_only_the_loopback_address_is_listened_to(port: int) -> None:
    addresses = {
        found[4][0]
        for found in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)
    } - {LOOPBACK}
    for address in addresses:
        with socket.socket() as other, pytest.raises(OSError):
            other.settimeout(5)
            other.connect((address, port))


def test_many_readers_get_the_same_page(port: int) -> None:
    pages: list[str] = []
    readers = [Thread(target=lambda: pages.append(ask(port, "/")[1])) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(pages) == 8 and len(set(pages)) == 1


def test_without_a_publication_the_browser_is_told_what_to_do(
    port: int, home: Path
) -> None:
    (home / "published").unlink()
    for path in ("/", "/publication"):
        answer, text = ask(port, path)
        assert answer.status == 503
        assert "martlet build" in text


def test_a_port_that_is_taken_is_told_of(port: int, home: Path) -> None:
    pages = PublishedPages(Settings(PROJECT_DIR, home, home / "raw"))
    with pytest.raises(EnvironmentFault, match=f"Port {port} is taken") as caught:
        open_server(pages, port)
    assert caught.value.hint == "Take any free one: martlet serve --port 0"


def test_the_command_says_where_and_ends_by_ctrl_c(
    built_sample: BuiltSample, tmp_path: Path
) -> None:
    shop = Shop(tmp_path)
    shutil.copytree(built_sample.database.parent, shop.published.parent)
    command, env = shop.command("serve", "--port", "0")
    with subprocess.Popen(
        command,
        cwd=PROJECT_DIR,
        env=env | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert ask(int(found[1]), "/publication")[0].status == 200
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in told


def test_the_command_wants_a_publication(corner_shop: Shop) -> None:
    done = corner_shop.martlet("serve")
    assert done.returncode == 2
    assert "martlet build" in done.stderr and "Traceback" not in done.stderr
