"""What the project's own columns are made of, as far up as the raw tables."""

from __future__ import annotations

import pytest
from rooms import Project

from martlet.lineage.tree import Lineage, Step


@pytest.fixture(scope="module")
def lineage(project: Project) -> Lineage:
    """The lineage of every column of the project."""
    return Lineage(project)


def columns(step: Step) -> set[str]:
    """Every column that is told of."""
    return {step.column}.union(*(columns(each) for each in step.steps))


def found(step: Step, column: str) -> Step:
    """The place where a column is told of."""
    places = [step, *step.steps]
    for place in places:
        if place.column == column:
            return place
        places += place.steps
    raise AssertionError(f"{column} is not among {sorted(columns(step))}")


def test_monetary_is_what_was_charged_less_what_was_refunded(lineage: Lineage) -> None:
    told = lineage.up(lineage.find("customer_rfm.monetary"))
    assert told.about == ("published",)
    given = {name for name in columns(told) if "source" in found(told, name).about}
    assert given >= {
        "raw.order_items.line_amount",
        "raw.order_items.quantity",
        "raw.order_items.unit_price",
        "raw.orders.taxes_included",
        "raw.returns.refund_amount",
        "reference.exchange_rates.eur_per_unit",
    }
    assert not {name for name in given if name.startswith(("raw.events", "ml."))}


def test_contactability_is_consent_and_an_address(lineage: Lineage) -> None:
    told = lineage.up(lineage.find("customer_profiles.is_contactable_by_email"))
    way_out = found(told, "identity.identity_contactability.is_contactable_by_email")
    assert way_out.how == "computed"
    assert "contacts.email" in str(way_out.expression)
    assert columns(way_out) >= {"raw.consents.state", "raw.customers.email"}
    assert found(told, "raw.customers.email").about == ("source", "sealed")


def test_an_address_goes_to_the_exports_tables_and_one_flag(lineage: Lineage) -> None:
    told = lineage.down(lineage.find("raw.orders.email"))
    assert columns(told) == {
        "raw.orders.email",
        "identity.identity_contacts.email",
        "identity.identity_sealed_addresses.sealed_address",
        "identity.identity_contactability.is_contactable_by_email",
        "marts.customer_profiles.is_contactable_by_email",
    }
    deciding = {rows.relation for rows in told.rows}
    assert "identity.identity_contacts" in deciding
    assert all(relation.startswith("identity.") for relation in deciding)


def test_every_column_of_every_model_has_a_lineage(
    project: Project, lineage: Lineage
) -> None:
    """Whatever a column is made of exists, and whoever is below knows who is above."""
    for model in project.in_order:
        for name in project.columns(model):
            told = lineage.up(lineage.find(f"{model.relation}.{name}"), depth=1)
            for step in told.steps:
                below = lineage.down(lineage.find(step.column), depth=1)
                assert told.column in {each.column for each in below.steps}
