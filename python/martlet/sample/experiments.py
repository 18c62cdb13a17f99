"""Draw the randomised mailings: arms, reactions, and what would have been.

For everybody assigned, both outcomes are known here: the orders they place anyway, and
whether the message would add one. The data shows only one of them; the truth that goes
beside the sample is the mean difference between both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.campaigns import (
    ADVERTS,
    CAMPAIGN_IDS,
    MAILINGS,
    OUTCOME_DAYS,
    mailings_in,
)
from martlet.sample.consents import Consents
from martlet.sample.orders import VAT
from martlet.sample.people import People
from martlet.sample.period import DAY_MS, MINUTE_MS, Period

_HOUR_MS = 60 * MINUTE_MS
_ARMS = ("control", "treatment")
_TOUCHES = ("sent", "open", "click", "coupon_issued", "coupon_redeemed")


def draw_assignments(
    rng: np.random.Generator, people: People, consents: Consents, period: Period
) -> pd.DataFrame:
    """Draw arms and reactions.

    Returns
    -------
    pandas.DataFrame
        A row per mailing and eligible customer: ``mailing``, ``person``, ``treated``,
        ``assigned_ms``, ``visitor`` (the device links are opened on), ``decile``,
        ``extra_ms`` (the order a message would add, -1 for
        none), and for the treated ``sent_ms``, ``opened_ms``, ``clicked_ms`` (-1 for
        never).
    """
    registered = people.frame["registered_ms"].to_numpy()[: people.customers]
    parts = []
    for number in mailings_in(period):
        day = period.day_number(MAILINGS[number].sent_on)
        assigned_ms = int(period.midnights[day]) + 8 * _HOUR_MS
        is_eligible = consents.may_be_mailed(assigned_ms) & (registered < assigned_ms)
        person = np.flatnonzero(is_eligible)
        parts.append(
            pd.DataFrame(
                {"mailing": number, "person": person, "assigned_ms": assigned_ms}
            )
        )
    if not parts:
        parts = [
            pd.DataFrame({"mailing": [], "person": [], "assigned_ms": []}, dtype=int)
        ]
    drawn = pd.concat(parts, ignore_index=True)
    mailing, assigned_ms = drawn["mailing"].to_numpy(), drawn["assigned_ms"].to_numpy()
    size = len(drawn)
    effect = np.array([one.effect for one in MAILINGS])[mailing]
    adds_order = rng.random(size) < effect
    delay = np.minimum(rng.exponential(3 * DAY_MS, size), (OUTCOME_DAYS - 2) * DAY_MS)
    extra_ms = assigned_ms + 6 * _HOUR_MS + delay.astype("int64")
    treated = rng.random(size) < 0.5
    sent_ms = assigned_ms + rng.integers(_HOUR_MS, 2 * _HOUR_MS, size)
    opens = rng.random(size) < np.where(adds_order, 1.0, 0.42)
    clicks = opens & (rng.random(size) < np.where(adds_order, 1.0, 0.16))
    opened_ms = sent_ms + np.minimum(
        rng.exponential(5 * _HOUR_MS, size), 4 * _HOUR_MS
    ).astype("int64")
    clicked_ms = opened_ms + rng.integers(3_000, 3 * MINUTE_MS, size)
    person = drawn["person"].to_numpy()
    score = people.column("rate", person) + rng.exponential(3, size)
    return drawn.assign(
        treated=treated,
        visitor=people.draw_visitors(rng, person),
        decile=_deciles(score),
        extra_ms=np.where(adds_order, extra_ms, -1),
        sent_ms=np.where(treated, sent_ms, -1),
        opened_ms=np.where(treated & opens, opened_ms, -1),
        clicked_ms=np.where(treated & clicks, clicked_ms, -1),
    )


def _deciles(score: np.ndarray) -> np.ndarray:
    """Return tenths of ``score``, 10 the highest."""
    place = np.argsort(np.argsort(score, kind="stable"), kind="stable")
    return place * 10 // max(len(score), 1) + 1


@dataclass
class EffectTally:
    """Sums, over all chunks, of what messages would change; one entry per mailing."""

    assigned: np.ndarray = field(default_factory=lambda: np.zeros(len(MAILINGS)))
    converted: np.ndarray = field(default_factory=lambda: np.zeros(len(MAILINGS)))
    revenue: np.ndarray = field(default_factory=lambda: np.zeros(len(MAILINGS)))

    def add(self, assignments: pd.DataFrame, orders: pd.DataFrame) -> None:
        """Compare both outcomes of everybody assigned.

        ``orders`` holds the orders that count and can be traced to a customer, those
        that a message would add included: ``person``, ``ordered_ms``, ``mailing`` (-1
        where placed anyway) and ``euro_cents``.
        """
        anyway, added = orders[orders["mailing"] < 0], orders[orders["mailing"] >= 0]
        for number, group in assignments.groupby("mailing"):
            since = group["assigned_ms"].iloc[0]
            placed = anyway["ordered_ms"].between(
                since, since + OUTCOME_DAYS * DAY_MS, inclusive="left"
            )
            buys_anyway = group["person"].isin(anyway.loc[placed, "person"])
            self.assigned[number] += len(group)
            self.converted[number] += ((group["extra_ms"] >= 0) & ~buys_anyway).sum()
            self.revenue[number] += added.loc[
                added["mailing"] == number, "euro_cents"
            ].sum()

    def columns(self) -> dict[str, pa.Array]:
        """Return the true effect of each mailing per customer assigned.

        Revenue is what was charged for goods, before returns, net of tax, in euro.
        """
        sent = np.flatnonzero(self.assigned)
        return {
            "campaign_id": columns.words(CAMPAIGN_IDS, len(ADVERTS) + sent),
            "outcome_window_days": pa.array([OUTCOME_DAYS] * len(sent), pa.int64()),
            "assigned": columns.whole(self.assigned[sent]),
            "true_conversion_lift": pa.array(
                np.round(self.converted[sent] / self.assigned[sent], 6)
            ),
            "true_revenue_lift": pa.array(
                np.round(self.revenue[sent] / self.assigned[sent] / 100 / (1 + VAT), 4)
            ),
        }


def assignment_columns(
    people: People, assignments: pd.DataFrame
) -> dict[str, pa.Array]:
    """Return the columns of ``campaign_assignments``."""
    mailing = assignments["mailing"].to_numpy()
    exports = [f"export-{mailing.campaign_id}" for mailing in MAILINGS]
    return {
        "campaign_id": columns.words(CAMPAIGN_IDS, len(ADVERTS) + mailing),
        "customer_id": people.customer_ids(assignments["person"].to_numpy()),
        "arm": columns.words(_ARMS, assignments["treated"]),
        "assigned_at": columns.instants(assignments["assigned_ms"]),
        "segment_id": columns.same("email_subscribers", len(mailing)),
        "export_id": columns.words(exports, mailing),
        "score_decile": columns.whole(assignments["decile"]),
    }


def draw_touches(assignments: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """List the contacts of messages with people.

    Returns
    -------
    pandas.DataFrame
        In time: ``mailing``, ``person``, ``visitor`` (-1 unless on the web), ``touch``
        (code), ``touched_ms``.
    """
    with_coupon = np.array([one.coupon is not None for one in MAILINGS])
    treated = assignments[assignments["treated"]]
    issued = treated[with_coupon[treated["mailing"].to_numpy()]]
    redeemed = orders[(orders["mailing"] >= 0) & (orders["coupon"] >= 0)]
    sources = (
        (treated.assign(visitor=-1), "sent_ms"),
        (treated[treated["opened_ms"] >= 0].assign(visitor=-1), "opened_ms"),
        (treated[treated["clicked_ms"] >= 0], "clicked_ms"),
        (issued.assign(visitor=-1), "sent_ms"),
        (redeemed, "ordered_ms"),
    )
    touches = pd.concat(
        [
            rows[["mailing", "person", "visitor"]].assign(
                touch=code, touched_ms=rows[instant]
            )
            for code, (rows, instant) in enumerate(sources)
        ]
    )
    return touches.sort_values(["touched_ms", "person", "touch"], ignore_index=True)


def touch_columns(people: People, touches: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the columns of ``campaign_touches``."""
    mailing = touches["mailing"].to_numpy()
    return {
        "touch_id": people.ids("t", np.arange(len(touches))),
        "campaign_id": columns.words(CAMPAIGN_IDS, len(ADVERTS) + mailing),
        "customer_id": people.customer_ids(touches["person"].to_numpy()),
        "visitor_id": people.visitor_ids(touches["visitor"].to_numpy()),
        "touch_type": columns.words(_TOUCHES, touches["touch"]),
        "touched_at": columns.instants(touches["touched_ms"]),
    }
