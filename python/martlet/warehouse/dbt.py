"""Run dbt inside this process, with progress and readable failures."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.resources.types import AccessType
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

from martlet.errors import BuildFailed, EnvironmentFault, UsageError
from martlet.faults import machine_faults
from martlet.settings import Settings
from martlet.warehouse.connection import explain_duckdb_error, open_warehouse
from martlet.warehouse.opening import DUCKDB, engine_of
from martlet.warehouse.spark_faults import explain_spark_error

OnNode = Callable[[str], None]

_MOST_FAILURES_SHOWN = 8
_HOLDS_PSEUDONYMS = "identity"


@dataclass(frozen=True)
class DbtOptions:
    """Options that dbt and martlet share, under dbt's names."""

    target: str | None = None
    threads: int | None = None
    vars: str | None = None
    full_refresh: bool = False

    def arguments(self) -> list[str]:
        """Write the options as dbt's command line takes them."""
        arguments = []
        if self.target:
            arguments += ["--target", self.target]
        if self.threads:
            arguments += ["--threads", str(self.threads)]
        if self.vars:
            arguments += ["--vars", self.vars]
        return arguments


@dataclass
class DbtProject:
    """The dbt project of ``settings``, parsed once and then run as often as needed."""

    settings: Settings
    options: DbtOptions = field(default_factory=DbtOptions)
    manifest: Manifest | None = None

    def parse(self) -> Manifest:
        """Parse the project, and keep the manifest for the runs that follow."""
        self.manifest = self._invoke(["parse"], None).result
        return self.manifest

    def compile(self) -> None:
        """Write every model's compiled SQL into the manifest of dbt's target directory.

        What macros ask of the warehouse meanwhile is made first, since nothing orders
        that while dbt compiles.
        """
        self.parse()
        for operation in ("register_raw_tables", "create_ledgers"):
            self._invoke(["run-operation", operation], None)
        self._invoke(["compile", "--select", "resource_type:model"], None)

    def names(self) -> set[str]:
        """Parse the project, and give the names of its models, seeds and sources."""
        manifest = self.parse()
        return {
            node.name
            for node in (*manifest.nodes.values(), *manifest.sources.values())
            if node.resource_type in ("model", "seed", "snapshot", "source")
        }

    def build(self, selection: Sequence[str], on_node: OnNode | None = None) -> int:
        """Run ``dbt build`` with ``selection`` arguments; return the nodes that ran.

        Data tests run, unit tests do not: those prove the SQL, not this store's data.

        Raises
        ------
        BuildFailed
            Models or tests failed; the message names them.
        EnvironmentFault
            The warehouse is locked, or the disk is full.
        """
        arguments = ["build", "--exclude-resource-type", "unit_test", *selection]
        if self.options.full_refresh:
            arguments.append("--full-refresh")
        built = len(self._invoke(arguments, on_node).result.results)
        if not built:
            raise UsageError(
                f"Nothing in the project matches {' '.join(selection)}.",
                "List what there is: dbt ls --resource-type model",
            )
        return built

    def _invoke(self, arguments: list[str], on_node: OnNode | None) -> dbtRunnerResult:
        project_dir = self.settings.project_dir
        with machine_faults(f"Making {self.settings.home} (MARTLET_HOME)"):
            self.settings.home.mkdir(parents=True, exist_ok=True)
        runner = dbtRunner(manifest=self.manifest, callbacks=[_node_callback(on_node)])
        working_directory = Path.cwd()
        logging.getLogger("snowplow_tracker").setLevel(logging.CRITICAL)
        try:
            # Relative paths in the environment and in models are the project's.
            os.chdir(project_dir)
            result = runner.invoke(
                [
                    *arguments,
                    *("--project-dir", str(project_dir)),
                    *("--profiles-dir", str(project_dir / "profiles")),
                    *("--log-level", "none", "--log-level-file", "info"),
                    *self.options.arguments(),
                ]
            )
        finally:
            os.chdir(working_directory)
            # dbt keeps the file open after it returns, and its lock with it.
            DuckDBConnectionManager.close_all_connections()
        if not result.success:
            raise self._explain(result)
        return result

    def _explain(self, result: dbtRunnerResult) -> Exception:
        failures = [
            node
            for node in getattr(result.result, "results", None) or []
            if node.status in ("error", "fail", "runtime error")
        ]
        if isinstance(result.exception, KeyboardInterrupt) or (
            result.exception and not str(result.exception)
        ):
            # dbt swallows Ctrl-C, and leaves an exception without a word.
            raise KeyboardInterrupt
        texts = [str(result.exception or ""), *(str(node.message) for node in failures)]
        for text in texts:
            explained = explain_duckdb_error(
                Exception(text), self.settings.warehouse
            ) or explain_spark_error(text, self.settings)
            if explained:
                return explained
        if not failures:
            return EnvironmentFault(
                f"dbt could not run: {_first_lines(str(result.exception))}",
                "The whole story is in logs/dbt.log; try: dbt debug",
            )
        return self._failed_nodes(failures)

    def _failed_nodes(self, failures: list[Any]) -> BuildFailed:
        shown = "\n".join(
            f"  {node.node.resource_type} {node.node.name}: "
            f"{_first_lines(node.message)}{self._first_row(node)}"
            for node in failures[:_MOST_FAILURES_SHOWN]
        )
        more = len(failures) - _MOST_FAILURES_SHOWN
        shown += f"\n  and {more} more" if more > 0 else ""
        target, name = self.options.target, failures[0].node.name
        if engine_of(self.settings, target) != DUCKDB:
            return BuildFailed(
                f"{len(failures)} of dbt's nodes failed:\n{shown}",
                f"Look closer with: dbt build --target {target} --select {name}",
            )
        return BuildFailed(
            f"{len(failures)} of dbt's nodes failed, so nothing new was published:\n"
            + shown,
            f"Look closer with: dbt build --select {name}\n"
            "The published marts are still those of the last good build.",
        )

    def _first_row(self, node: Any) -> str:
        """Tell of the first row that a failed data test found, where it can be had.

        A private row of the identity room may hold pseudonyms, which nobody is to be shown.
        """
        if node.status != "fail" or not getattr(node.node, "compiled_code", None):
            return ""
        if engine_of(self.settings, self.options.target) != DUCKDB:
            return ""
        inputs = (self.manifest.nodes.get(each) for each in node.node.depends_on.nodes)
        if any(
            isinstance(each, ModelNode)
            and each.group == _HOLDS_PSEUDONYMS
            and each.access == AccessType.Private
            for each in inputs
        ):
            return ""
        with open_warehouse(self.settings.warehouse, read_only=True) as connection:
            found = connection.sql(node.node.compiled_code)
            row = found.fetchone()
        if row is None:
            return ""
        pairs = zip(found.columns, row, strict=True)
        return (
            " (first: " + ", ".join(f"{name} = {value}" for name, value in pairs) + ")"
        )


def as_data(manifest: Manifest) -> dict[str, Any]:
    """Give a manifest as dbt writes it into ``manifest.json``."""
    return manifest.writable_manifest().to_dict(omit_none=False)


def _first_lines(message: str | None, lines: int = 3, width: int = 300) -> str:
    kept = [line.strip() for line in (message or "").splitlines() if line.strip()]
    return " ".join(kept[:lines])[:width]


def _node_callback(on_node: OnNode | None) -> Callable[[Any], None]:
    def callback(event: Any) -> None:
        if on_node and event.info.name == "NodeFinished":
            on_node(event.data.node_info.node_name)

    return callback
