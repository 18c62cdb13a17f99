"""The report on many customers: martlet's side, its queries alone, a look at the page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from martlet.errors import CheckFailed, EnvironmentFault
from martlet.report.making import make_report
from martlet.report.page import render_page
from martlet.settings import find_project

DATABASE = "marts.duckdb"
MOST_BYTES = 1_000_000


def prepare(inputs: Path, size: int) -> None:
    """Build and publish the sample, and copy its customers until there are ``size``.

    What else the report reads has a row per day, channel, campaign or model, however
    many customers there are.
    """
    home = inputs / "home"
    done = subprocess.run(
        [Path(sys.executable).with_name("martlet"), "build", "--json"],
        cwd=find_project(Path(__file__).parent),
        env=os.environ | {"MARTLET_HOME": str(home), "MARTLET_RAW": "seeds/sample"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EnvironmentFault(f"The sample could not be built: {done.stderr}")
    shutil.copy(json.loads(done.stdout)["published"], inputs / DATABASE)
    with duckdb.connect(str(inputs / DATABASE)) as connection:
        (customers,) = connection.execute(
            "select count(*) from customer_rfm"
        ).fetchone()
        connection.execute(
            "create or replace table customer_rfm as "
            "select customer_rfm.* replace (customer_id || copies.i as customer_id) "
            f"from customer_rfm cross join range({-(-size // customers)}) as copies (i) "
            f"limit {size}"
        )


def run(inputs: Path, outputs: Path) -> None:
    """Make the report and draw its page."""
    page = render_page(make_report(inputs / DATABASE))
    (outputs / "report.html").write_text(page, "utf-8")


def query(inputs: Path, outputs: Path) -> None:
    """Ask what the report asks, and draw nothing."""
    make_report(inputs / DATABASE)


def check(inputs: Path, outputs: Path) -> str:
    """See that the page tells of all customers and can be mailed."""
    page = (outputs / "martlet" / "report.html").read_bytes()
    if len(page) >= MOST_BYTES:
        raise CheckFailed(f"The page has {len(page):,} bytes.")
    with duckdb.connect(str(inputs / DATABASE), read_only=True) as connection:
        (customers,) = connection.execute(
            "select count(*) from customer_rfm"
        ).fetchone()
    (told,) = (
        found.data["segments"]
        for section, found in make_report(inputs / DATABASE).sections
        if section.section_id == "rfm"
    )
    if sum(row["customers"] for row in told) != customers:
        raise CheckFailed("The report does not tell of all customers.")
    return f"{len(page):,} bytes, {customers:,} customers"
