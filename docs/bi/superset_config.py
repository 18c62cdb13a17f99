"""Apache Superset's settings; docs/bi/superset.py names this file to it."""

import os
from pathlib import Path

from superset.config import TALISMAN_CONFIG as USUAL

SECRET_KEY = os.environ["MARTLET_SUPERSET_SECRET"]
SQLALCHEMY_DATABASE_URI = (
    f"sqlite:///{os.environ['MARTLET_SUPERSET_STATE']}/superset.db"
)
# Its pages carry a picture that tells another host of each visit, and no setting takes it
# out: browsers are told to ask no host but this one.
TALISMAN_CONFIG = USUAL | {
    "content_security_policy": USUAL["content_security_policy"]
    | {
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
    }
}


def DB_CONNECTION_MUTATOR(uri, params, username, security_manager, source):
    """Open the publication that the link names now, under its own path.

    Superset connects anew for each query. But DuckDB shares one open file among all
    connections of a process to the same path: through the link, a query would see the
    old publication for as long as any other is running.
    """
    if uri.get_backend_name() == "duckdb":
        uri = uri.set(database=str(Path(uri.database).resolve()))
    return uri, params
