"""Fitted models as bytes: equal models give equal bytes.

skops writes when it wrote and where in memory each part lay. Neither tells anything of
the model, and both would make two builds of the same input differ. Importing skops looks
through all that scikit-learn and SciPy hold, for seconds, so only who packs does.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

SCHEMA = "schema.json"
_ID = re.compile(r'"__id__": (\d+)')
_FILE = re.compile(r'"file": "(\d+)(\.\w+)"')
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say


def packed(model: Any) -> bytes:
    """Return a fitted model as a skops object."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as written:
        parts = {name: written.read(name) for name in written.namelist()}
    schema = parts.pop(SCHEMA).decode("utf-8")
    found = dict.fromkeys(_ID.findall(schema))
    number_of = {memory: number for number, memory in enumerate(found, start=1)}
    schema = _ID.sub(lambda met: f'"__id__": {number_of[met[1]]}', schema)
    schema = _FILE.sub(lambda met: f'"file": "{number_of[met[1]]}{met[2]}"', schema)
    numbered = {}
    for name, content in parts.items():
        memory, dot, ending = name.partition(".")
        numbered[f"{number_of[memory]}{dot}{ending}"] = content
    packed_again = io.BytesIO()
    with zipfile.ZipFile(packed_again, "w") as archive:
        for name, content in {SCHEMA: schema.encode(), **numbered}.items():
            archive.writestr(zipfile.ZipInfo(name, _WRITTEN_AT), content)
    return packed_again.getvalue()
