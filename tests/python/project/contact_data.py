"""The rule that contact data and their pseudonyms leave the identity room in no form."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from martlet.lineage.project import Project
from martlet.lineage.queries import Column
from martlet.lineage.tracing import Trace

# Made from pseudonyms on purpose, and safe to know: who it is, not how to reach them.
CLEAN = {
    "customer_id",
    "own_customer_id",
    "edge_id",
    "node_type",
    "holder_type",
    "is_contactable_by_email",
    "is_contactable_by_sms",
}


MARKS = ("sealed", "pseudonym")


def given(traced: Trace, tainted: Collection[Column]) -> set[str]:
    """Columns that a query gives and that are made of tainted ones."""
    return {
        name
        for name, value in traced.columns.items()
        if not value.origins.isdisjoint(tainted)
    }


def used(traced: Trace, tainted: Collection[Column]) -> list[str]:
    """Uses that a query makes of tainted columns."""
    return [str(use) for use in traced.uses if not use.origins.isdisjoint(tainted)]


def tainted_columns(project: Project, marks: Collection[str] = MARKS) -> set[Column]:
    """Columns that came in with one of some marks, and all that is made of them."""
    tainted = {column for column, mark in project.contacts.items() if mark in marks}
    for model in project.in_order:
        names = given(project.traces[model.relation], tainted)
        clean = CLEAN if model.room == "identity" else set()
        tainted |= {Column(model.relation, name) for name in names - clean}
    return tainted


def leaks(project: Project) -> Iterator[str]:
    """Yield what models outside identity give or use of contact data."""
    tainted = tainted_columns(project)
    for model in project.in_order:
        traced = project.traces[model.relation]
        if model.room != "identity":
            for name in sorted(given(traced, tainted)):
                yield f"{model.relation} gives {name}"
            for use in used(traced, tainted):
                yield f"{model.relation} uses {use}"
