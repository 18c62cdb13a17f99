"""Write the list that the portability gate holds, and the page about it.

Run it in the project after a change of models or engine macros:
python tests/python/portability_page.py
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from martlet.settings import load_settings
from martlet.warehouse.compiling import compiled_manifest
from portability import CONSTRUCTS, KNOWN, needed_macros, portability, written_in

PROJECT_DIR = Path(__file__).parents[2]
PAGE = PROJECT_DIR / "docs" / "portability.md"
LIST = Path(__file__).parent / "project" / "portability.yml"
LIST_HEADER = """\
# Written by tests/python/portability_page.py; may only shrink: docs/portability.md.
"""

INTRODUCTION = """\
<!-- Written by tests/python/portability_page.py: change that one. -->
# Other engines

martlet runs on DuckDB and on Spark, and engines differ in SQL. This page
says what a further adapter (Snowflake, BigQuery, Trino) has to bring and will meet.

## The gate

`tests/python/project/test_portability.py` takes each model as compiled for DuckDB,
has sqlglot write it for the three engines, and parses what came out in their own dialect.
Not to carry over means:

- sqlglot complains, or leaves a function that the dialect does not know;
- steps, columns or relations are others than before, or it cannot be read back;
- written, read and written again, it has other words;
- sqlglot writes it without complaint, and it is known to be wrong there:
  [those are named by hand](../tests/python/project/portability_constructs.yml).

What is lost is listed by construct and by model in
[`portability.yml`](../tests/python/project/portability.yml).
The test fails when something is lost that is not in the list, and when something in the
list is lost no more. **The list may only shrink**: a new construct wants another way to
write it first, or a macro in `macros/engine`. After a change for the better, or for a
model that is new and calls macros that others call too:

```console
$ python tests/python/portability_page.py     # the list and this page, from the project
```

It shows what sqlglot and its authors know, not what an engine does: nothing here ran on
Snowflake, BigQuery or Trino. Numbers in the tables are models.

## In engine macros

Nothing but macros of `macros/engine` writes these, which the test proves from the source
of all models and other macros: an adapter's own macros replace all of them.

| construct | elsewhere | snowflake | bigquery | trino | written by |
|---|---|---|---|---|---|
{in_engine_macros}

## In models

These are also written outside `macros/engine`. An adapter's macros do not reach them:
each wants a macro of its own first, or a model that does without.

| construct | elsewhere | snowflake | bigquery | trino | engine macros that write it too |
|---|---|---|---|---|---|
{in_models}

## Rewritten by sqlglot

sqlglot knows how to write these, but dbt hands a model's text to the engine as it stands.
They are not counted, since most models hold one.

| construct | elsewhere | snowflake | bigquery | trino | engine macros that write it too |
|---|---|---|---|---|---|
{rewritten}

## Add an adapter

Every macro below is dispatched, DuckDB has its own and there is no default. Write one
`<adapter>__<macro>` for each into `macros/engine/<adapter>`, as in `macros/engine/spark`.
The list is read off the manifest. Macros with a default (`default__<macro>`) may be left
alone, unless the first table above names them.

| macro | gives |
|---|---|
{macros}
"""


def list_text(listed: Mapping[str, Any]) -> str:
    """Write the list as its file holds it."""
    return LIST_HEADER + yaml.safe_dump(listed, sort_keys=False, width=100)


def page(manifest: Mapping[str, Any], listed: Mapping[str, Any]) -> str:
    """Write the page: constructs, and the macros that an adapter needs."""
    return INTRODUCTION.format(
        in_engine_macros=_table(manifest, listed, "in_engine_macros"),
        in_models=_table(manifest, listed, "in_models"),
        rewritten=_table(manifest, listed, "rewritten"),
        macros="\n".join(
            f"| `{name}` | {_described(manifest, name)} |"
            for name in sorted(needed_macros(manifest))
        ),
    )


def _described(manifest: Mapping[str, Any], name: str) -> str:
    """What a macro gives, as its YAML says, or else the file that says it."""
    macro = manifest["macros"][f"macro.martlet.{name}"]
    return macro["description"] or f"told in `{macro['original_file_path']}`"


def _table(manifest: Mapping[str, Any], listed: Mapping[str, Any], group: str) -> str:
    """Write a line for each construct: models by dialect, and the macros it is in."""
    is_counted = group != "rewritten"
    lines = []
    for name in sorted({name for each in listed.values() for name in each[group]}):
        counts = [
            ""
            if name not in each[group]
            else str(len(each[group][name]))
            if is_counted
            else "x"
            for each in listed.values()
        ]
        macros = ", ".join(f"`{macro}`" for macro in written_in(manifest, name))
        why = CONSTRUCTS[name].why
        lines.append(f"| `{name}` | {why} | {' | '.join(counts)} | {macros} |")
    return "\n".join(lines)


def main() -> None:
    """Write the list of this project, and its page."""
    manifest = compiled_manifest(load_settings(PROJECT_DIR))
    listed = portability(manifest)
    lost = {n for each in listed.values() for names in each.values() for n in names}
    if unknown := lost - set(CONSTRUCTS):
        sys.exit(f"Say in {KNOWN} how these are written: {', '.join(sorted(unknown))}")
    LIST.write_text(list_text(listed), "utf-8")
    PAGE.write_text(page(manifest, listed), "utf-8")


if __name__ == "__main__":
    main()
