"""Both ways to Spark run the same SQL by the same rules."""

from __future__ import annotations

from pathlib import Path

import yaml

HEEDED = "set:hiveconf:"
# Of the server, which is there before any session.
OF_THE_SERVER = {"spark.sql.warehouse.dir"}
# What dbt-spark turns off in every session that it opens itself.
BY_DBT = {"spark.sql.ansi.enabled": "false"}


def test_a_session_over_thrift_is_told_what_any_session_is(project_dir: Path) -> None:
    profiles = yaml.safe_load(
        (project_dir / "profiles/profiles.yml").read_text("utf-8")
    )
    outputs = profiles["martlet"]["outputs"]
    in_process, over_thrift = (
        outputs[name]["server_side_parameters"] for name in ("spark", "spark_thrift")
    )
    of_sessions = {
        name: value
        for name, value in in_process.items()
        if name.startswith("spark.sql.") and name not in OF_THE_SERVER
    }
    assert of_sessions
    assert over_thrift == {
        HEEDED + name: value for name, value in (of_sessions | BY_DBT).items()
    }
