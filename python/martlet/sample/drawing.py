"""Draw a whole store, chunk of customers by chunk.

Every chunk is drawn from its own stream of random numbers and written before the next
one is begun: memory stays flat however large the store, and a chunk is the same
whatever was drawn before it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import (
    browsing,
    campaigns,
    catalogue,
    collector,
    consents,
    experiments,
    feedback,
    orders,
    returns,
    robots,
    truth,
    visits,
)
from martlet.sample.people import People, customer_columns, draw_people
from martlet.sample.period import COUNTRY, TIMEZONE, Period
from martlet.sample.purchases import draw_purchases
from martlet.sample.recommending import show_recommendations
from martlet.sample.visitors import draw_visitors
from martlet.sample.writing import StoreWriter

CUSTOMERS_PER_CHUNK = 20_000


class SampleStore:
    """A store being drawn: what its chunks share, and what adds up over them."""

    def __init__(
        self,
        store: StoreWriter,
        planted: truth.TruthWriter,
        customers: int,
        days: int,
        seed: int,
    ) -> None:
        self._store, self._planted = store, planted
        self._customers = customers
        self._name = f"sample-{customers}-{days}-{seed}"
        self._period = Period(days)
        chunks = -(-customers // CUSTOMERS_PER_CHUNK)
        streams = np.random.SeedSequence(seed).spawn(chunks + 1)
        self._shop_rng, *self._chunk_rngs = map(np.random.default_rng, streams)
        self._catalogue = catalogue.draw_catalogue(self._shop_rng, self._period)
        self._effects = experiments.EffectTally()
        self._visits = np.zeros((len(campaigns.CAMPAIGNS), days), dtype="int64")
        self._sent = np.zeros_like(self._visits)

    def write(self) -> Iterator[int]:
        """Write everything, yielding the customers done after each chunk."""
        self._write_shop()
        for chunk, rng in enumerate(self._chunk_rngs):
            first = chunk * CUSTOMERS_PER_CHUNK
            size = min(CUSTOMERS_PER_CHUNK, self._customers - first)
            people = draw_people(rng, self._period, chunk, first, size)
            self._write_people(rng, people)
            yield first + size
        self._write_campaigns()

    def _write_shop(self) -> None:
        self._store.write(
            "store",
            {
                "store_id": pa.array([self._name]),
                "reporting_currency": pa.array(["EUR"]),
                "reporting_timezone": pa.array([TIMEZONE]),
                "country": pa.array([COUNTRY]),
            },
        )
        self._store.write("products", catalogue.product_columns(self._catalogue))
        stock = catalogue.inventory_columns(
            self._shop_rng, self._catalogue, self._period
        )
        self._store.write("inventory", stock)
        pairs = catalogue.complement_columns(self._catalogue)
        self._planted.write("complements", pairs)
        self._planted.write("discount_response", truth.discount_columns(self._period))

    def _write_people(self, rng: np.random.Generator, people: People) -> None:
        period, write = self._period, self._store.write
        given = consents.draw_consents(rng, people, period)
        assignments = experiments.draw_assignments(rng, people, given, period)
        purchases = draw_purchases(rng, people, period)
        every_order, every_line = orders.draw_orders(
            rng, purchases, assignments, people, self._catalogue, period
        )
        self._effects.add(assignments, orders.traceable(every_order, people))
        sold, lines = orders.placed(every_order, every_line)
        back = returns.draw_returns(rng, sold, lines, people, self._catalogue, period)
        touches = experiments.draw_touches(assignments, sold)

        write("customers", customer_columns(rng, people))
        write("consents", consents.consent_columns(rng, people, given))
        write("orders", orders.order_columns(rng, people, sold))
        write("order_items", orders.line_columns(people, lines))
        write("returns", returns.return_columns(people, back))
        arms = experiments.assignment_columns(people, assignments)
        write("campaign_assignments", arms)
        write("campaign_touches", experiments.touch_columns(people, touches))
        reviews = feedback.review_columns(
            rng, sold, lines, back, people, self._catalogue, period
        )
        write("reviews", reviews)
        write("support_messages", feedback.message_columns(rng, sold, people, period))
        self._planted.write("customer_types", truth.kind_columns(people, self._period))

        treated = assignments[assignments["treated"]]
        self._count(
            self._sent,
            len(campaigns.ADVERTS) + treated["mailing"],
            treated["assigned_ms"],
        )
        drawn = visits.draw_visits(rng, people, sold, assignments, period)
        self._count(self._visits, drawn["campaign"], drawn["at_ms"])
        self._write_events(rng, people, sold, lines, drawn)

    def _write_events(
        self,
        rng: np.random.Generator,
        people: People,
        sold: pd.DataFrame,
        lines: pd.DataFrame,
        drawn: pd.DataFrame,
    ) -> None:
        period = self._period
        visitors = draw_visitors(rng, people)
        browsed = browsing.draw_events(
            rng, drawn, visitors, sold, lines, people, self._catalogue, period
        )
        crawled = robots.draw_robot_events(rng, visitors, len(self._catalogue), period)
        events = pd.concat([browsed, crawled], ignore_index=True)
        (own_rng,) = rng.spawn(1)
        events = show_recommendations(
            own_rng, collector.collect(rng, events, period), len(self._catalogue)
        )
        self._store.write(
            "events",
            collector.event_columns(
                rng, people, events, drawn, visitors, self._catalogue
            ),
        )
        self._planted.write("visitors", truth.visitor_columns(people, events))
        self._planted.write("bots", truth.robot_columns(people, visitors))

    def _write_campaigns(self) -> None:
        table, spend = campaigns.campaign_columns(
            self._shop_rng, self._period, self._visits, self._sent
        )
        self._store.write("campaigns", table)
        self._store.write("ad_spend", spend)
        self._planted.write("campaign_effects", self._effects.columns())

    def _count(self, counts: np.ndarray, campaign: pd.Series, at_ms: pd.Series) -> None:
        """Add one to ``counts`` for each campaign (-1: none) and instant."""
        campaign, day = campaign.to_numpy(), self._period.day_of(at_ms.to_numpy())
        np.add.at(counts, (campaign[campaign >= 0], day[campaign >= 0]), 1)
