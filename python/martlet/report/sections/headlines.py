"""The numbers of the last 28 days, and which of them moved by more than chance."""

from __future__ import annotations

from markupsafe import Markup

from martlet.report.content import Findings, Kind, Period, Section, Tile, Tiles
from martlet.report.marts import PublishedMarts
from martlet.report.wording import change, listed, money

_METRICS = """
select metric, metric_name, unit, value, previous_value, relative_change, ci_low, ci_high,
    verdict, is_higher_better, period_start_date, period_end_date
from headline_metrics
where period_type = '28_days' and value is not null
    -- What there is nothing of is no news.
    and not (value = 0 and coalesce(previous_value, 0) = 0)
order by position
"""

_KINDS: dict[str, Kind] = {
    "currency": "money",
    "count": "count",
    "share": "share",
    "number": "decimal",
}


def _find(marts: PublishedMarts, period: Period) -> Findings:
    metrics = marts.rows(_METRICS)
    if not metrics:
        return Findings(
            missing=Markup(
                "Numbers of 28 days are told beside the 28 before, and the data hold fewer "
                "than 56 days: load <code>orders</code>, <code>order_items</code> and "
                "<code>events</code>."
            )
        )
    return Findings(
        headline=_headline(metrics[0], period.currency),
        action=_action(metrics),
        data={"metrics": metrics},
        parts=(Tiles([_tile(row) for row in metrics]),),
    )


def _tile(row: dict) -> Tile:
    moved = {"up": True, "down": False}.get(row["verdict"])
    is_known = moved is not None and row["is_higher_better"] is not None
    return Tile(
        label=row["metric_name"],
        value=row["value"],
        unit=_KINDS[row["unit"]],
        previous_value=row["previous_value"],
        change=row["relative_change"],
        ci_low=row["ci_low"],
        ci_high=row["ci_high"],
        verdict=row["verdict"],
        is_good=moved == row["is_higher_better"] if is_known else None,
    )


def _headline(first: dict, currency: str) -> Markup:
    told = Markup("{} of {} in 28 days").format(
        first["metric_name"], money(first["value"], currency)
    )
    if first["relative_change"] is None:
        return told + Markup(".")
    told += Markup(", {} against the 28 before").format(
        change(first["relative_change"])
    )
    if first["verdict"] is None:
        return told + Markup("; nothing tells whether that is chance.")
    if first["verdict"] == "cannot tell":
        return told + Markup(", which may be chance.")
    return told + Markup(".")


def _action(metrics: list[dict]) -> Markup:
    """Name what is worse and what is better beyond chance."""
    tiles = [_tile(row) for row in metrics]
    if all(tile.verdict is None for tile in tiles):
        return Markup(
            "Too few customers and visitors to tell changes from chance: read these "
            "numbers as what happened, not as where things go."
        )
    worse = [tile for tile in tiles if tile.is_good is False]
    better = [tile for tile in tiles if tile.is_good]
    if not worse and not better:
        return Markup(
            "Nothing moved by more than chance does. Act on what follows, not on the "
            "ups and downs of these weeks."
        )
    told = Markup("")
    if worse:
        told += Markup(
            "Look into what is worse, by more than chance usually makes it: {}. "
        ).format(_named(worse))
    if better:
        told += Markup("Better by more than chance usually makes it: {}.").format(
            _named(better)
        )
    return told


def _named(tiles: list[Tile]) -> Markup:
    return listed(
        [
            Markup("{} ({})").format(tile.label.lower(), change(tile.change))
            for tile in tiles
        ]
    )


HEADLINES = Section("headlines", "The last 28 days", ("headline_metrics",), _find)
