"""The page about the raw contract says what the contract says."""

from __future__ import annotations

import runpy
from pathlib import Path

from martlet.contract import read_contract

SCRIPT, PAGE = Path("docs/render_contract.py"), Path("docs/raw_contract.md")


def test_page_is_the_contracts(project_dir: Path) -> None:
    render = runpy.run_path(str(project_dir / SCRIPT))
    expected = render["page"](read_contract(project_dir))
    is_same = (project_dir / PAGE).read_text("utf-8") == expected
    assert is_same, f"{PAGE} is not the contract's. Write it anew: python {SCRIPT}"
