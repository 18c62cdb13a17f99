"""Start Apache Superset on this machine, with a dashboard over the published marts.

    make superset
    python docs/bi/superset.py --published data/published/marts.duckdb
    python docs/bi/superset.py --stop

Call it as often as you like: what is there is kept, what is missing is made. Superset
listens on 127.0.0.1 alone; its own tables, its secret and the password of its user
``admin`` lie in ``--state``. Needs nothing but Python and ``.venv-superset``.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
BIN = HERE.parents[1] / ".venv-superset" / "bin"
START_SECONDS = 300

DATABASE = "martlet"
DASHBOARD = "Shop"
# Title, mart, kind of chart, what it is by, and what is told.
CHARTS = (
    ("Net sales by month", "fct_orders", "echarts_timeseries_bar", "order_date",
     "sum(net_sales)"),
    ("Customers by RFM segment", "customer_rfm", "table", "rfm_segment", "count(*)"),
)  # fmt: skip


class Superset:
    """A running Superset, spoken to through its REST API."""

    def __init__(self, url: str, password: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._headers = {"Referer": url}
        who = {"username": "admin", "password": password, "provider": "db"}
        token = self.call("POST", "security/login", who)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        csrf = self.call("GET", "security/csrf_token/")["result"]
        self._headers["X-CSRFToken"] = csrf

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        """Call the API; fail with what Superset says."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=self._headers
            | ({} if body is None else {"Content-Type": "application/json"}),
            method=method,
        )
        try:
            with self._opener.open(request, timeout=120) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()[:2000]}")

    def ensure(self, kind: str, column: str, name: str, body: dict) -> int:
        """Make what is not there yet under its name, or bring it up to date."""
        wanted = quote(f"(filters:!((col:{column},opr:eq,value:'{name}')))")
        found = self.call("GET", f"{kind}/?q={wanted}")["result"]
        if not found:
            return self.call("POST", f"{kind}/", body | {column: name})["id"]
        if kind != "dataset":
            self.call("PUT", f"{kind}/{found[0]['id']}", body)
        return found[0]["id"]

    def rows(self, chart: int) -> list[dict]:
        """Give the numbers that a chart shows, asked of the database anew."""
        return self.call("GET", f"chart/{chart}/data/?force=true")["result"][0]["data"]


def make_dashboard(superset: Superset, published: Path) -> dict[str, int]:
    """Register the database and make datasets, charts and a dashboard; give charts' ids."""
    # Nobody who may write SQL in Superset gets at another file of this machine.
    locked = {"enable_external_access": False, "lock_configuration": True}
    options = {"connect_args": {"read_only": True, "config": locked}}
    database = superset.ensure(
        "database",
        "database_name",
        DATABASE,
        {
            "sqlalchemy_uri": f"duckdb:///{published}",
            "expose_in_sqllab": True,
            "extra": json.dumps({"engine_params": options}),
        },
    )
    dashboard = superset.ensure(
        "dashboard", "dashboard_title", DASHBOARD, {"published": True}
    )
    charts = {}
    for title, mart, kind, by, told in CHARTS:
        dataset = superset.ensure(
            "dataset", "table_name", mart, {"database": database, "schema": "main"}
        )
        body = chart(dataset, kind, by, told) | {"dashboards": [dashboard]}
        charts[title] = superset.ensure("chart", "slice_name", title, body)
    layout = json.dumps(dashboard_layout(charts))
    superset.call("PUT", f"dashboard/{dashboard}", {"position_json": layout})
    return charts


def chart(dataset: int, kind: str, by: str, told: str) -> dict:
    """Describe a chart, and the query behind it, as Superset stores them."""
    metric = {"expressionType": "SQL", "sqlExpression": told, "label": told}
    is_over_time = kind.startswith("echarts_timeseries")
    source = {"id": dataset, "type": "table"}
    form = {"viz_type": kind, "datasource": f"{dataset}__table", "metrics": [metric]}
    if is_over_time:
        # A dashboard's filter of time reaches the chart by the day that it is drawn by.
        in_time = {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": by,
            "operator": "TEMPORAL_RANGE",
            "comparator": "No filter",
        }
        form |= {"x_axis": by, "time_grain_sqla": "P1M", "adhoc_filters": [in_time]}
        axis = {
            "columnType": "BASE_AXIS",
            "expressionType": "SQL",
            "sqlExpression": by,
            "label": by,
            "timeGrain": "P1M",
        }
    else:
        form |= {"query_mode": "aggregate", "groupby": [by]}
    query = {
        "columns": [axis if is_over_time else by],
        "metrics": [metric],
        "orderby": [[metric, False]],
        "row_limit": 1000,
    }
    context = {
        "datasource": source,
        "queries": [query],
        "form_data": form,
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "viz_type": kind,
        "datasource_id": dataset,
        "datasource_type": "table",
        "params": json.dumps(form),
        "query_context": json.dumps(context),
    }


def dashboard_layout(charts: dict[str, int]) -> dict:
    """Lay charts side by side."""
    tiles = {
        f"CHART-{chart}": {
            "type": "CHART",
            "id": f"CHART-{chart}",
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID", "ROW-1"],
            "meta": {"chartId": chart, "sliceName": title, "width": 6, "height": 60},
        }
        for title, chart in charts.items()
    }
    row = {
        "type": "ROW",
        "id": "ROW-1",
        "children": list(tiles),
        "parents": ["ROOT_ID", "GRID_ID"],
        "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {
            "type": "GRID",
            "id": "GRID_ID",
            "children": ["ROW-1"],
            "parents": ["ROOT_ID"],
        },
        "ROW-1": row,
        **tiles,
    }


def start(state: Path, port: int) -> Superset:
    """Start Superset unless it runs already; give it once it answers."""
    if not (BIN / "superset").exists():
        sys.exit(f"There is no Superset in {BIN.parent}. Install it: make superset")
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = kept_secret(state / "admin-password")
    env = os.environ | {
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        "MARTLET_SUPERSET_STATE": str(state),
        "MARTLET_SUPERSET_SECRET": kept_secret(state / "secret-key"),
        "FLASK_APP": "superset.app:create_app()",
    }
    url = f"http://127.0.0.1:{port}"
    if not is_up(url):
        for arguments in (
            ("db", "upgrade"),
            ("fab", "create-admin", "--username", "admin", "--firstname", "Ad",
             "--lastname", "Min", "--email", "admin@localhost", "--password", password),
            ("init",),
        ):  # fmt: skip
            run(state, env, "superset", *arguments)
        server = subprocess.Popen(
            [BIN / "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1",
             "--threads", "8", "--timeout", "120", "superset.app:create_app()"],
            env=env,
            stdout=(state / "server.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        (state / "pid").write_text(str(server.pid))
        deadline = time.monotonic() + START_SECONDS
        while not is_up(url):
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"Superset did not start; see {state / 'server.log'}")
            time.sleep(1)
    return Superset(url, password)


def stop(state: Path) -> None:
    """Stop the Superset of a state directory."""
    pid = state / "pid"
    if not pid.exists():
        sys.exit(f"No Superset was started from {state}")
    os.kill(int(pid.read_text()), signal.SIGTERM)
    pid.unlink()


def run(state: Path, env: dict[str, str], program: str, *arguments: str) -> None:
    """Run one of Superset's commands to its end."""
    with (state / "setup.log").open("ab") as log:
        done = subprocess.run(
            [BIN / program, *arguments], env=env, stdout=log, stderr=subprocess.STDOUT
        )
    if done.returncode:
        sys.exit(f"superset {arguments[0]} failed; see {state / 'setup.log'}")


def is_up(url: str) -> bool:
    """Say whether a Superset answers."""
    try:
        return urllib.request.urlopen(f"{url}/health", timeout=5).status == 200
    except OSError:
        return False


def kept_secret(file: Path) -> str:
    """Give a secret that only the owner may read, drawn the first time."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()


def main() -> None:
    """Start, or stop, and say where the dashboard is."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--published", type=Path, default="data/published/marts.duckdb")
    asked.add_argument("--state", type=Path, default=".superset")
    asked.add_argument("--port", type=int, default=8088)
    asked.add_argument("--stop", action="store_true")
    given = asked.parse_args()
    if given.stop:
        stop(given.state)
        return
    # Absolute, but not resolved: the link is followed anew by every query.
    published = given.published.absolute()
    if not published.is_file():
        sys.exit(
            f"There is no {published}. Make it: martlet build, or: martlet publish"
        )
    superset = start(given.state.absolute(), given.port)
    charts = make_dashboard(superset, published)
    for title, chart_id in charts.items():
        print(f"{title}: {len(superset.rows(chart_id))} rows (chart {chart_id})")
    print(f"Dashboard: {superset.url}/dashboard/list/")
    print(f"User admin, password: {given.state / 'admin-password'}")


if __name__ == "__main__":
    main()
