"""Why net sales moved against the 28 days before."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from martlet.report.charts.bars import waterfall
from martlet.report.charts.style import AMOUNTS
from martlet.report.content import Column, Figure, Findings, Period, Row, Section
from martlet.report.marts import PublishedMarts
from martlet.report.sections.tips import tipped
from martlet.report.wording import change, decimal, money, share, short

_EFFECTS = """
select effect, position, amount, starts_at, ends_at, previous_net_sales, net_sales,
    net_sales_change,
    (net_sales_change / nullif(previous_net_sales, 0))::double as relative_change,
    driver_before, driver_now
from revenue_bridge
where period_type = '28_days'
qualify period_start_date = max(period_start_date) over ()
order by position
"""

_VERDICT = """
select verdict from headline_metrics
where period_type = '28_days' and metric = 'net_sales'
"""

# What each effect is called, and where to look if it took net sales down.
_EFFECT_WORDS = {
    "new_customers": (
        "New customers",
        "Look at the channels that bring new people, below.",
    ),
    "returning_customers": (
        "Returning customers",
        "Write to who is due: audiences <code>lapsing</code> and <code>win_back</code>.",
    ),
    "guest_orders": ("Guests", "Look at the checkout for guests."),
    "frequency": (
        "Orders per customer",
        "Remind those who are due: audience <code>likely_to_buy</code>.",
    ),
    "basket": (
        "Items per order",
        "Offer what goes with what: audience <code>recommendations</code>.",
    ),
    "price": ("Price and mix", "Look at which goods sell, and at what price."),
    "uncounted_orders": (
        "Credit notes and samples",
        "Look at who writes credit notes, and why.",
    ),
    "discounts": (
        "Discounts",
        "Give coupons to whom they move: audience <code>high_uplift</code>.",
    ),
    "returns": ("Returns", "Look at which goods come back."),
}
_RATES = ("discounts", "returns")


def _find(marts: PublishedMarts, period: Period) -> Findings:
    effects = marts.rows(_EFFECTS)
    if not effects:
        return Findings(
            missing=Markup(
                "Net sales of 28 days are told beside the 28 before, and the data hold "
                "fewer than 56 days of <code>orders</code> and <code>order_items</code>."
            )
        )
    verdicts = marts.rows(_VERDICT)
    verdict = verdicts[0]["verdict"] if verdicts else None
    return Findings(
        headline=_headline(effects, period.currency),
        action=_action(effects, verdict, period.currency),
        data={"effects": effects, "verdict": verdicts},
        parts=(
            Figure(
                f"From the net sales of 28 days to those of the next, {period.currency}",
                _steps(effects, period.currency),
                partial(waterfall, number=AMOUNTS),
                (
                    Column("label", "Effect"),
                    Column("amount", "Net sales", "money"),
                    Column("driver_before", "Before", "decimal"),
                    Column("driver_now", "Now", "decimal"),
                ),
                is_wide=True,
                note="Effects add up to the change, to the cent (logarithmic mean Divisia "
                "index). Returns count on the day they came back.",
            ),
        ),
    )


def _label(effect: str) -> str:
    label, _ = _EFFECT_WORDS[effect]
    return label


def _tip(row: Row, currency: str) -> Markup:
    """Tell an effect with what stands behind it, where that moved the same way.

    Effects are of each kind of customers by itself; over all of them the number may go
    the other way, and would then explain nothing.
    """
    told = Markup("{}: {}").format(
        _label(row["effect"]), money(row["amount"], currency)
    )
    before, now = row["driver_before"], row["driver_now"]
    is_rate = row["effect"] in _RATES
    if (
        before is None
        or now is None
        or (now > before) != ((row["amount"] > 0) ^ is_rate)
    ):
        return told
    write = share if is_rate else decimal
    return told + Markup(", from {} to {}").format(write(before), write(now))


def _steps(effects: list[dict], currency: str) -> list[dict]:
    """Give the bars of the waterfall: the total before, each effect, the total now."""
    first = effects[0]
    return [
        _total("Before", first["previous_net_sales"], currency),
        *(
            row
            | {
                "label": _label(row["effect"]),
                "kind": "up" if row["amount"] >= 0 else "down",
                "written": _signed(row["amount"], currency),
            }
            for row in tipped(effects, partial(_tip, currency=currency))
            if row["amount"]
        ),
        _total("Now", first["net_sales"], currency),
    ]


def _total(label: str, amount, currency: str) -> dict:
    written = money(amount, currency)
    return {
        "label": label,
        "kind": "total",
        "amount": amount,
        "starts_at": 0,
        "ends_at": amount,
        "driver_before": None,
        "driver_now": None,
        "written": short(amount, "money", currency).striptags(),
        "tip": Markup("{}: {}").format(label, written).striptags(),
    }


def _signed(amount, currency: str) -> str:
    written = short(amount, "money", currency).striptags()
    return ("+" if amount > 0 else "") + written


def _headline(effects: list[dict], currency: str) -> Markup:
    first = effects[0]
    total = first["net_sales_change"]
    if not total:
        return Markup("Net sales were the same as before: {}.").format(
            money(first["net_sales"], currency)
        )
    told = Markup("Net sales {} by {}").format(
        "rose" if total > 0 else "fell", money(abs(total), currency)
    )
    if first["previous_net_sales"] > 0:
        told += Markup(" ({})").format(change(first["relative_change"]))
    most = max(effects, key=lambda row: row["amount"] * (1 if total > 0 else -1))
    return told + Markup(", most of all by {}: {}.").format(
        _label(most["effect"]).lower(), money(most["amount"], currency)
    )


def _action(effects: list[dict], verdict: str | None, currency: str) -> Markup:
    """Name the step that took most away, and say where all of it may be chance."""
    worst = min(effects, key=lambda row: row["amount"])
    if worst["amount"] >= 0:
        return Markup("Nothing pulled net sales down; keep doing what you do.")
    label, advice = _EFFECT_WORDS[worst["effect"]]
    told = Markup("“{}” took most away: {}. ").format(
        label, money(worst["amount"], currency)
    ) + Markup(advice)
    if verdict in ("up", "down"):
        return told
    return told + Markup(
        " Net sales as a whole moved no more than chance may move them, so look before "
        "you change anything."
    )


BRIDGE = Section(
    "revenue_bridge",
    "Why net sales moved",
    ("revenue_bridge", "headline_metrics"),
    _find,
)
