"""The text of an added audience: its model, its YAML, and its place in the list."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from martlet.errors import UsageError
from martlet.segments.filters import Filter
from martlet.segments.kinds import Kind, kind_of_type
from martlet.segments.naming import Audience
from martlet.segments.rendering import MOST_COLUMNS, filled

# A reason tells the values of so many columns of the filter.
MOST_REASONS = 4

_MODEL = """\
{header}
-- Grain: one row per customer. Written by martlet segments add; edit it as any model.
{{{{ config(meta={{
    'title': {title},
    'owner': {owner},
    'channel': '{channel}',
    'purpose': '{purpose}',
    'refresh': '{refresh}',
    'control_share': {control_share},
}}) }}}}
with

profiles as (
    select * from {{{{ ref('customer_profiles') }}}}
),

members as (
    select
        as_of_date,
        customer_id,
{reason}
    from profiles
{where}
)

select * from members
"""

_YAML = """\
version: 2

models:
  - name: {name}
    description: >
{description}
    columns:
      - name: as_of_date
        description: "{{{{ doc('as_of_date') }}}}"
      - name: customer_id
        description: "{{{{ doc('customer_id') }}}}"
        data_tests: [not_null, unique]
      - name: reason
        description: "What the filter saw of the customer."
        data_tests: [not_null]
"""


def model_text(
    audience: Audience, condition: Filter, columns: Mapping[str, str]
) -> str:
    """Write the model of an audience in the style of the project.

    Parameters
    ----------
    columns : mapping of str to str
        Types of the profiles' columns.
    """
    about = f"Customers chosen by a filter of their profiles, for: {audience.title}."
    where = f"    where {condition.rendered}"
    if len(where) > MOST_COLUMNS:
        where = "    where\n" + filled(condition.rendered, 8)
    return _MODEL.format(
        header=textwrap.fill(
            about, MOST_COLUMNS, initial_indent="-- ", subsequent_indent="-- "
        ),
        title=_in_jinja(audience.title),
        owner=_in_jinja(audience.owner),
        channel=audience.channel,
        purpose=audience.purpose,
        refresh=audience.refresh,
        control_share=audience.control_share,
        reason=filled(_reason(condition, columns) + " as reason", 8),
        where=where,
    )


def yaml_text(audience: Audience) -> str:
    """Write what the project's YAML says of an audience."""
    about = (
        f"Customers chosen by a filter of their profiles, for: {audience.title}. "
        "Grain: one row per customer."
    )
    description = textwrap.fill(
        about, MOST_COLUMNS, initial_indent=" " * 6, subsequent_indent=" " * 6
    )
    return _YAML.format(name=audience.name, description=description)


def with_audience(listing: str, name: str) -> str:
    """Give the text of ``macros/project/audiences.sql`` with one name more.

    Raises
    ------
    UsageError
        The file has not the list of names that this knows how to add to.
    """
    found = re.search(
        r"macro audiences\(\) -%\}\s*\{\{- return\(\[\n((?: *'\w+',\n)*) *\]\)", listing
    )
    if not found:
        raise UsageError(
            "macros/project/audiences.sql has no list with one quoted name per line.",
            "Bring its list into that shape again, one 'name', per line.",
        )
    names = sorted({*re.findall(r"'(\w+)'", found[1]), name})
    lines = "".join(f"        '{each}',\n" for each in names)
    return listing[: found.start(1)] + lines + listing[found.end(1) :]


def _in_jinja(text: str) -> str:
    return "'" + text.replace("'", "\\'") + "'"


def _reason(condition: Filter, columns: Mapping[str, str]) -> str:
    """Tell what the filter saw, as in ``churn_score 0.83, rfm_segment Champions``."""
    told = [
        f"'{', ' if position else ''}{name} ' "
        f"|| coalesce({_as_text(name, columns[name])}, 'unknown')"
        for position, name in enumerate(condition.columns[:MOST_REASONS])
    ]
    return " || ".join(told)


def _as_text(column: str, data_type: str) -> str:
    kind = kind_of_type(data_type)
    if kind is Kind.TEXT:
        return column
    if kind is Kind.TIMESTAMP:
        return f"cast(cast({column} as date) as varchar)"
    if re.match("double|float|real|decimal", data_type, re.IGNORECASE):
        return f"cast(round({column}, 2) as varchar)"
    return f"cast({column} as varchar)"
