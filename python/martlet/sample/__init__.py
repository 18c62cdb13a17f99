"""The built-in sample: a made-up store with planted truth, for trying and for testing.

One call writes a store of any size; the same arguments give the same bytes.
"""

from __future__ import annotations

from martlet.sample.generate import SampleSummary, generate_sample

__all__ = ["SampleSummary", "generate_sample"]
