"""Draw docs/demo.svg: what ``make demo`` prints, as a picture.

Run it in the project after a change of the output: python docs/render_demo.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from martlet.cli import console
from martlet.cli.build import build
from martlet.cli.export import export

PICTURE = Path(__file__).with_name("demo.svg")


def main() -> None:
    """Run the demo and write its picture."""
    os.environ |= {"MARTLET_HOME": "data/demo", "MARTLET_RAW": "seeds/sample"}
    console.out.record = True
    console.out.width = 80
    build()
    export("likely_to_buy", to="csv")
    svg = console.out.export_svg(title="make demo")
    # Fonts from elsewhere would make every reader's browser ask another host for them.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    PICTURE.write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
