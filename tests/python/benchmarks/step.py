"""Run one step in a process of its own, so that its peak memory is its own.

Called by ``timing.run_step``; the last line printed is the outcome as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path

from martlet.errors import MartletError

MAXRSS_PER_MIB = 1024**2 if sys.platform == "darwin" else 1024


def main() -> None:
    """Call ``module:function`` with keywords given as JSON; texts are paths."""
    target, given = sys.argv[1:]
    module, function = target.split(":")
    step = getattr(import_module(f"{__package__}.{module}"), function)
    keywords = {
        name: Path(value) if isinstance(value, str) else value
        for name, value in json.loads(given).items()
    }
    started, cpu_started = time.perf_counter(), time.process_time()
    try:
        returned = step(**keywords)
    except MartletError as error:
        sys.exit(error.message)
    outcome = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_started,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MAXRSS_PER_MIB,
        "returned": returned,
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
