"""Write docs/raw_contract.md: what raw tables must look like, from the contract itself.

Run it in the project after a change of the contract: python docs/render_contract.py
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from martlet.checking.problems import RULES
from martlet.cli.contract import rules_in_words
from martlet.contract import CONTRACT_PATH, Column, RawTable, read_contract

PAGE = Path(__file__).with_name("raw_contract.md")

INTRODUCTION = f"""\
<!-- Written by docs/render_contract.py from {CONTRACT_PATH}: change that one. -->
# The raw contract

What martlet expects of a shop's data: {{tables}} raw tables, their keys, their columns
and what their values may be. [`{CONTRACT_PATH.name}`](../{CONTRACT_PATH})
declares them; the loader, the checks, staging, its tests and this page read that file.

Every table may be missing, and so may every column that is not required: what depends on
it is then empty. Columns that a table does not have are not read.

```console
$ martlet contract                      # all tables
$ martlet contract orders               # the columns of one
$ martlet contract --check data/raw     # judge a directory, load nothing
```

`martlet load` brings files of any shape into this one. Files that have it already can be
put into the raw directory as they are.

## Where files lie

| path below the raw directory | who puts it there |
|---|---|
| `<table>/**/*.parquet`, `*.csv`, `*.csv.gz` | you; folders inside have no meaning |
| `load_id=<id>/<table>/*.parquet` | the loader, one directory for each load |

Both are read as one table, with a last column `load_id` that the path tells; it is null
for files of your own. Of rows with one key the one that was `received_at` last is kept,
where the table has that column, else the one of the latest load. A `load_id=` directory
that no load made is refused.

## What files look like

- **Parquet** keeps its own types, and every value must cast to the column's type without
  loss: `3.0` is a whole number, `2.5` is not.
- **CSV** is UTF-8 with a header, commas, and `"` around values that need it; `.csv.gz` is
  the same, compressed with gzip. An empty field is null.
- **Column names** are those below, in upper or lower case and in any order.
- **Ids** are text. Numbers become text as they are written, so `17850.0` is another
  customer than `17850`, and is refused.
- **Timestamps** are UTC: `2024-05-31 18:00:00`, or with an offset of zero. A date stands
  for its midnight, and a moment within a day is no date.
- **Amounts** have a decimal point and up to four decimals: `12.50`.
- **Booleans** are `true` and `false`.

| word in the tables | meaning |
|---|---|
| key | part of what identifies a row |
| required | the column must be there, and no value of it null |
| refers to | should be found there; a value that is not joins with nothing |
| sealed | contact data, encrypted by the loader: `sealed:…`, or null |
| pseudonym of | keyed hash of a sealed column, 64 hex digits, made by the loader |
| redacted | free text and URLs: e-mail addresses and phone numbers are blotted out |
| made from the row where absent | the loader makes an id of what the row says |

Contact data in clear is refused wherever it is found. Load such files: the loader seals
them.

## What is checked

A build refuses a raw directory with a problem in it; `martlet contract --check` tells of
problems and of warnings, and its exit code is 1 if there is a problem.

| rule | broken by | |
|---|---|---|
{{rules}}

## As JSON

- `martlet contract --json`: `tables`, each with {{table_fields}}; each of the columns
  with {{column_fields}}.
- `martlet contract --check data/raw --json`: `directory`, `ok`, `tables` (each with
  `table`, `files`, `rows`), `absent_tables`, `problems` and `warnings` (each with `rule`,
  `table`, `column`, `what`, `rows`, `example`, `file`, `files`, `next`).
"""


def page(contract: dict[str, RawTable]) -> str:
    """Write the page."""
    rules = "\n".join(
        f"| `{rule.name}` | {rule.broken_by} | "
        f"{'warning' if rule.is_warning else 'problem'} |"
        for rule in RULES
    )
    introduction = INTRODUCTION.format(
        tables=len(contract),
        rules=rules,
        table_fields=_names(RawTable),
        column_fields=_names(Column),
    )
    return "\n".join([introduction, *map(section, contract.values())])


def _names(kind: type) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(kind))


def section(table: RawTable) -> str:
    """Write what there is to know about one table."""
    happened = f" Dated by `{table.happened_at}`." if table.happened_at else ""
    rows = "\n".join(
        f"| `{column.name}` | {column.data_type} | "
        f"{', '.join(rules_in_words(column, table))} | {column.description} |"
        for column in table.written
    )
    return (
        f"## {table.name}\n\n{table.description}{happened}\n\n"
        f"| column | type | rules | what it is |\n|---|---|---|---|\n{rows}\n"
    )


def main() -> None:
    """Write the page of this project's contract."""
    PAGE.write_text(page(read_contract(PAGE.parents[1])), "utf-8")


if __name__ == "__main__":
    main()
