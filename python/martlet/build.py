"""The whole job: dbt, the Python models, the marts that read them, the publication.

Models of the ``ml`` schema are sources to dbt. Everything that does not read them is built
first, then the models run on what was built, then dbt builds what reads their outputs.
Recommenders take one turn more: SQL judges their trial, and the winner may have to be
fitted before its lists are made. Only when all of it passed is anything published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from dbt.contracts.graph.manifest import Manifest

from martlet.checking.check import absent_tables, check_raw, raise_on_problems
from martlet.checking.erased_people import refuse_erased
from martlet.contract import read_contract
from martlet.dictionary.page import render_dictionary
from martlet.faults import machine_faults
from martlet.lock import home_lock
from martlet.privacy.keys import find_sealer
from martlet.settings import DICTIONARY, Settings
from martlet.warehouse.dbt import DbtOptions, DbtProject, as_data
from martlet.warehouse.models import models
from martlet.warehouse.opening import DUCKDB, engine_of, open_for_models
from martlet.warehouse.publish import (
    KEPT_PUBLICATIONS,
    Publication,
    PublicModel,
    public_models,
    publish,
)
from martlet.warehouse.rebuilding import rebuilding
from martlet.warehouse.recommending import (
    compare_products,
    recommend_by_winner,
    try_recommenders,
)
from martlet.warehouse.running import ModelOutcome
from martlet.warehouse.store import make_way_for_store, raw_store_id

# What is built when, by the names of ``selectors.yml``.
WITHOUT_MODELS = "selector:without_models"
READS_MODEL_OUTPUTS = "selector:reads_model_outputs"
READS_CANDIDATES = "selector:reads_candidates"
READS_RECOMMENDERS = "selector:reads_recommenders"
BUILT_KINDS = ("model", "seed", "test")

_AFTERMATH = "What was published before is as it was."

# Called with what was just finished, how much is done, and how much there is to do.
OnStep = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BuildResult:
    """What a build made.

    ``published`` is None on engines other than DuckDB, from which nothing is published.
    """

    published: Path | None
    models: list[ModelOutcome]
    marts: list[PublicModel]
    absent_tables: list[str] = field(default_factory=list)
    replaced_sample: bool = False


class _Steps:
    """Counts steps over every part of the job, so that one bar tells of all of it."""

    def __init__(self, total: int, on_step: OnStep | None) -> None:
        self._total = total
        self._done = 0
        self._on_step = on_step

    def expect(self, more: int) -> None:
        self._total += more

    def finish(self, label: str) -> None:
        self._done = min(self._done + 1, self._total)
        if self._on_step:
            self._on_step(label, self._done, self._total)


def build(
    settings: Settings,
    options: DbtOptions,
    *,
    select: Sequence[str] = (),
    on_step: OnStep | None = None,
) -> BuildResult:
    """Build the warehouse from the raw files, run the models, publish the marts.

    On another engine than DuckDB nothing is published: BI reads the marts where they are.

    Parameters
    ----------
    select : sequence of str
        dbt selectors. With any, dbt builds just those and no Python model runs.

    Raises
    ------
    MartletError
        The raw files break the contract, dbt's nodes fail, or the machine is in the way.
        Nothing is published then.
    """
    with machine_faults("The build", _AFTERMATH), home_lock(settings.home):
        contract = read_contract(settings.project_dir)
        raise_on_problems(check_raw(settings.raw, contract))
        refuse_erased(
            settings.raw,
            contract,
            lambda: find_sealer(settings.home, raw_store_id(settings) or ""),
        )
        is_on_duckdb = engine_of(settings, options.target) == DUCKDB
        replaced_sample = is_on_duckdb and make_way_for_store(settings)
        project = DbtProject(settings, options)
        manifest = project.parse()
        marts = public_models(manifest)
        steps = _Steps(_node_count(manifest) + len(marts), on_step)
        outcomes = []
        with _rebuilding(settings, options, mends=not select):
            if select:
                project.build(["--select", *select], steps.finish)
            else:
                project.build(["--select", WITHOUT_MODELS], steps.finish)
                outcomes += _run_models(project, steps)
                outcomes += _judge_and_serve(project, READS_MODEL_OUTPUTS, steps)
        published = None
        if is_on_duckdb:
            pages = _pages(manifest)
            publication = publish(settings, marts, pages, on_model=steps.finish)
            published = publication.database
        return BuildResult(
            published=published,
            models=outcomes,
            marts=marts,
            absent_tables=absent_tables(settings.raw, contract),
            replaced_sample=replaced_sample,
        )


def publish_built(
    settings: Settings, keep: int = KEPT_PUBLICATIONS, on_step: OnStep | None = None
) -> Publication:
    """Publish what the warehouse holds now, and build nothing.

    Raises
    ------
    MartletError
        The warehouse was never built, or not to the end; another process builds,
        publishes or holds it; or the machine is in the way. Nothing is published then.
    """
    with machine_faults("Publishing", _AFTERMATH), home_lock(settings.home):
        manifest = DbtProject(settings).parse()
        marts = public_models(manifest)
        steps = _Steps(len(marts), on_step)
        return publish(settings, marts, _pages(manifest), keep, steps.finish)


def recommend(
    settings: Settings,
    options: DbtOptions,
    *,
    full_refresh: bool = False,
    on_step: OnStep | None = None,
) -> list[ModelOutcome]:
    """Try the recommenders, judge them, and make the lists of the winner.

    Works on what was built last, and publishes nothing.

    Raises
    ------
    MartletError
        The warehouse was never built, dbt's nodes fail, or the machine is in the way.
    """
    with machine_faults("Recommending", _AFTERMATH), home_lock(settings.home):
        project = DbtProject(settings, options)
        project.parse()
        # How many nodes are downstream only dbt knows, so the bar has no end.
        steps = _Steps(0, on_step)
        with open_for_models(settings, options.target) as warehouse:
            outcomes = [
                compare_products(warehouse),
                try_recommenders(warehouse, full_refresh=full_refresh),
            ]
        with _rebuilding(settings, options):
            return outcomes + _judge_and_serve(project, READS_RECOMMENDERS, steps)


def _rebuilding(
    settings: Settings, options: DbtOptions, *, mends: bool = False
) -> AbstractContextManager[None]:
    """Keep what is half built from being published; only DuckDB's tables ever are."""
    if engine_of(settings, options.target) != DUCKDB:
        return nullcontext()
    return rebuilding(settings.home, mends=mends)


def _pages(manifest: Manifest) -> dict[str, str]:
    """Give the pages that are published beside the tables, by name."""
    return {DICTIONARY: render_dictionary(as_data(manifest))}


def _run_models(project: DbtProject, steps: _Steps) -> list[ModelOutcome]:
    outcomes = []
    with open_for_models(project.settings, project.options.target) as warehouse:
        found = list(models(warehouse))
        steps.expect(len(found))
        for name, run in found:
            outcomes += run(warehouse)
            steps.finish(name)
    return outcomes


def _judge_and_serve(
    project: DbtProject, reads_outputs: str, steps: _Steps
) -> list[ModelOutcome]:
    """Build what reads the models' outputs; fit the recommender that won meanwhile."""
    project.build(
        ["--select", reads_outputs, "--exclude", READS_CANDIDATES], steps.finish
    )
    with open_for_models(project.settings, project.options.target) as warehouse:
        outcome = recommend_by_winner(warehouse)
    project.build(["--select", READS_CANDIDATES], steps.finish)
    return [outcome] if outcome else []


def _node_count(manifest: Manifest) -> int:
    return sum(node.resource_type in BUILT_KINDS for node in manifest.nodes.values())
