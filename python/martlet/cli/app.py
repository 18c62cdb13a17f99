"""The ``martlet`` command: gathers the commands."""

from __future__ import annotations

import typer

from martlet.cli import (
    access,
    build,
    campaigns,
    cluster,
    contract,
    dictionary,
    doctor,
    export,
    forget,
    key,
    lineage,
    load,
    loads,
    models,
    quarantine,
    recommend,
    releases,
    runs,
    sample,
    segments,
)

app = typer.Typer(
    name="martlet",
    help="A SQL-first marketing warehouse for online shops.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("sample")(sample.sample)
app.command("contract")(contract.contract)
app.command("load")(load.load)
app.add_typer(loads.app, name="loads")
app.add_typer(quarantine.app, name="quarantine")
app.command("build")(build.build)
app.command("cluster")(cluster.cluster)
app.command("train")(models.train)
app.command("score")(models.score)
app.command("evaluate")(models.evaluate)
app.command("promote")(models.promote)
app.command("value")(models.value)
app.command("recommend")(recommend.recommend)
app.command("similar")(recommend.similar)
app.add_typer(campaigns.app, name="campaigns")
app.add_typer(key.app, name="key")
app.add_typer(segments.app, name="segments")
app.command("export")(export.export)
app.command("suppress")(export.suppress)
app.add_typer(releases.app, name="releases")
app.command("access")(access.access)
app.command("forget")(forget.forget)
app.add_typer(runs.app, name="runs")
app.command("dictionary")(dictionary.dictionary)
app.command("lineage")(lineage.lineage)
app.command("doctor")(doctor.doctor)
