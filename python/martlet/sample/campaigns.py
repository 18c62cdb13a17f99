"""The shop's campaigns: what they are, when they run, and what they cost.

Adverts bring visits and are paid by the click. Mailings are sent to a random half of
those who may be written to, and so have a true effect that a lift test should find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.channels import channel_code
from martlet.sample.period import Period

OUTCOME_DAYS = 14
_ALWAYS = (date(2023, 1, 1), date(2026, 12, 31))


@dataclass(frozen=True)
class Advert:
    """A campaign paid by the click.

    ``pull`` weighs it against others of its channel; ``buyers_pull`` does so for visits
    that end in an order. ``click_rate`` is clicks per impression, ``cost_per_click`` in
    euro.
    """

    campaign_id: str
    name: str
    campaign_type: str
    platform: str
    objective: str
    channel: str
    starts_on: date
    ends_on: date
    pull: float
    buyers_pull: float
    click_rate: float
    cost_per_click: float


@dataclass(frozen=True)
class Mailing:
    """A message with a control group.

    ``effect`` is the chance that a message makes its reader place one more order
    within ``OUTCOME_DAYS``. ``cost_per_message`` is in euro; ``coupon`` is the code it
    carries.
    """

    campaign_id: str
    name: str
    campaign_type: str
    sent_on: date
    effect: float
    cost_per_message: float
    coupon: str | None = None
    platform: str = "mailer"
    objective: str = "retention"
    channel: str = "email"

    @property
    def starts_on(self) -> date:
        """The day it is sent."""
        return self.sent_on

    @property
    def ends_on(self) -> date:
        """The last day an order is looked for."""
        return self.sent_on + timedelta(days=OUTCOME_DAYS)


ADVERTS = (
    Advert("ad-search-brand", "Search: our name", "ad", "google", "conversion",
           "paid_search", *_ALWAYS, 0.45, 0.80, 0.11, 0.55),
    Advert("ad-search-generic", "Search: everything else", "ad", "google",
           "acquisition", "paid_search", *_ALWAYS, 0.55, 0.20, 0.03, 2.10),
    Advert("ad-social-everyday", "Social: everyday finds", "ad", "meta", "acquisition",
           "paid_social", *_ALWAYS, 0.5, 0.5, 0.012, 0.60),
    Advert("ad-social-summer", "Social: summer", "ad", "meta", "conversion",
           "paid_social", date(2025, 6, 16), date(2025, 8, 3), 1.0, 1.3, 0.016, 0.55),
    Advert("ad-social-christmas", "Social: Christmas gifts", "ad", "meta", "conversion",
           "paid_social", date(2025, 11, 10), date(2025, 12, 20),
           1.2, 1.6, 0.018, 0.65),
    Advert("ad-display-return", "Display: come back", "ad", "display", "retention",
           "display", *_ALWAYS, 1.0, 1.0, 0.004, 0.45),
    Advert("social-creators", "Creators on social networks", "social", "instagram",
           "awareness", "social", date(2025, 4, 1), date(2026, 12, 31),
           1.0, 1.0, 0.02, 0.40),
    Advert("membership-news", "Members' letter", "membership", "mailer", "retention",
           "email", *_ALWAYS, 1.0, 1.0, 0.04, 0.30),
)  # fmt: skip
MAILINGS = (
    Mailing("mail-back-to-school", "Back to school", "email",
            date(2025, 9, 2), 0.02, 0.06),
    Mailing("coupon-october", "Ten percent in October", "coupon",
            date(2025, 10, 14), 0.06, 0.08, "OCT10"),
    Mailing("mail-december", "December ideas", "email",
            date(2025, 12, 2), 0.0, 0.06),
    Mailing("coupon-spring", "Spring coupon", "coupon",
            date(2026, 2, 24), 0.04, 0.08, "SPRING10"),
    Mailing("mail-may", "Fresh in May", "email",
            date(2026, 5, 12), 0.04, 0.06),
)  # fmt: skip
CAMPAIGNS = ADVERTS + MAILINGS
# Has yet to begin when the data end; costs nothing so far, and draws no random number.
PLANNED = Mailing("mail-autumn", "Autumn ideas", "email", date(2026, 9, 8), 0.0, 0.06)
PLANNED_BUDGET = 60
CAMPAIGN_IDS = tuple(campaign.campaign_id for campaign in CAMPAIGNS)


def mailings_in(period: Period) -> list[int]:
    """Return the numbers of the mailings sent, and judged, within the period."""
    return [
        number
        for number, mailing in enumerate(MAILINGS)
        if period.day_number(mailing.sent_on) >= 0
        and period.day_number(mailing.ends_on) < period.days
    ]


def draw_adverts(
    rng: np.random.Generator,
    period: Period,
    day: np.ndarray,
    channel: np.ndarray,
    buys: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the advert behind each visit.

    Returns
    -------
    campaign, channel : numpy.ndarray
        Codes of ``CAMPAIGNS``, -1 for channels without adverts, and channels. Visits of
        a channel whose adverts all rest on ``day`` become direct.
    """
    campaign, channel = np.full(len(day), -1), channel.copy()
    chance = rng.random(len(day))
    for name in sorted({advert.channel for advert in ADVERTS}):
        rows = np.flatnonzero(channel == channel_code(name))
        numbers = [n for n, advert in enumerate(ADVERTS) if advert.channel == name]
        pulls = np.stack([_daily_pull(ADVERTS[n], period) for n in numbers], axis=-1)
        ends = np.cumsum(pulls[buys[rows].astype(int), day[rows]], axis=1)
        chosen = (ends <= (chance[rows] * ends[:, -1])[:, None]).sum(axis=1)
        runs = ends[:, -1] > 0
        campaign[rows[runs]] = np.array(numbers)[chosen[runs]]
        channel[rows[~runs]] = channel_code("direct")
    return campaign, channel


def _daily_pull(advert: Advert, period: Period) -> np.ndarray:
    """Return an advert's weight for (other visits, buying visits) by day."""
    runs = np.zeros(period.days)
    first = max(period.day_number(advert.starts_on), 0)
    runs[first : max(period.day_number(advert.ends_on) + 1, 0)] = 1
    return np.stack([advert.pull * runs, advert.buyers_pull * runs])


def campaign_columns(
    rng: np.random.Generator, period: Period, visits: np.ndarray, sent: np.ndarray
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Return the columns of ``campaigns`` and ``ad_spend``.

    ``visits`` that campaigns brought and messages ``sent`` are counts per campaign and
    day, (campaigns, days).
    """
    # Platforms count some clicks that never become a visit.
    clicks = np.ceil(visits * rng.uniform(1.0, 1.12, visits.shape)).astype("int64")
    cents = np.zeros(visits.shape, dtype="int64")
    impressions = sent.astype("int64")
    for number, campaign in enumerate(CAMPAIGNS):
        daily = clicks[number]
        if isinstance(campaign, Mailing):
            cents[number] = np.round(sent[number] * campaign.cost_per_message * 100)
            continue
        noise = rng.uniform(0.85, 1.15, (2, period.days))
        impressions[number] = np.ceil(daily / campaign.click_rate * noise[0])
        cents[number] = np.round(daily * campaign.cost_per_click * 100 * noise[1])
    number, day = np.nonzero(impressions + clicks)
    spend = {
        "date_day": columns.days(period.dates[day]),
        "platform": columns.words([one.platform for one in CAMPAIGNS], number),
        "campaign_id": columns.words(CAMPAIGN_IDS, number),
        "impressions": columns.whole(impressions[number, day]),
        "clicks": columns.whole(clicks[number, day]),
        "spend": columns.money(cents[number, day]),
        "currency": columns.same("EUR", len(day)),
    }
    return _campaign_table(rng, period, cents.sum(axis=1)), spend


def _campaign_table(
    rng: np.random.Generator, period: Period, cents: np.ndarray
) -> dict[str, pa.Array]:
    sent = {MAILINGS[number].campaign_id for number in mailings_in(period)}
    shown = [
        number
        for number, one in enumerate(CAMPAIGNS)
        if one.campaign_id in sent
        or (isinstance(one, Advert) and period.day_number(one.ends_on) >= 0)
    ]
    budget = np.ceil(cents[shown] / 1000 * rng.uniform(0.9, 1.2, len(shown))) * 1000
    kept = [*(CAMPAIGNS[number] for number in shown), PLANNED]
    budget = [*budget, PLANNED_BUDGET * 100]
    return {
        "campaign_id": pa.array([one.campaign_id for one in kept]),
        "campaign_name": pa.array([one.name for one in kept]),
        "campaign_type": pa.array([one.campaign_type for one in kept]),
        "platform": pa.array([one.platform for one in kept]),
        "objective": pa.array([one.objective for one in kept]),
        "starts_on": pa.array([one.starts_on for one in kept]),
        "ends_on": pa.array([one.ends_on for one in kept]),
        "budget": columns.money(budget),
        "currency": columns.same("EUR", len(kept)),
    }
