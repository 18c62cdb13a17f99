"""How commands tell of what a Python model did."""

from __future__ import annotations

from martlet.cli.console import number, percent, print_line, print_note
from martlet.warehouse.running import MOST_FITTED_ROWS, ModelOutcome


def outcome_as_dict(outcome: ModelOutcome) -> dict:
    """Return what a script wants to know of an outcome."""
    return {
        "run_id": outcome.run_id,
        "model_name": outcome.model_name,
        "rows_out": outcome.rows_out,
        "is_reused": outcome.is_reused,
        "sampled_share": outcome.sampled_share,
        "refusal": outcome.refusal.message if outcome.refusal else None,
    }


def print_outcome(outcome: ModelOutcome) -> None:
    """Print what a person wants to know of an outcome."""
    if outcome.refusal:
        print_note(f"{outcome.model_name}: {outcome.refusal.message}")
    elif outcome.is_reused:
        print_note(f"Nothing changed since {outcome.run_id}; its outputs stand.")
    else:
        print_line(outcome.run_id, f"{number(outcome.rows_out)} rows written")
        if outcome.sampled_share < 1:
            print_note(
                f"Fitted on {percent(outcome.sampled_share)} of the rows at a time, by a "
                f"hash of their ids: there are more than {MOST_FITTED_ROWS:,}."
            )
