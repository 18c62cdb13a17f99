"""What an audience that is to be added says of itself, checked before anything is written.

Names become models, and titles stand in Jinja, SQL and YAML: what any of them would take
for code is refused here, so that writing needs to think of quotes alone.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

import duckdb

from martlet.errors import UsageError
from martlet.segments.listing import REFRESH_DAYS

MOST_CONTROL_SHARE = 0.5
LONGEST_TITLE = 60

_NAME = re.compile("[a-z][a-z0-9_]{2,49}")
# A step of segment_members and of every audience; a second of that name fails there.
_STEP = "members"


@dataclass(frozen=True)
class Audience:
    """An audience's name and what its ``meta`` says.

    Raises
    ------
    UsageError
        Something of it cannot be, or could not be written.
    """

    name: str
    title: str
    owner: str
    channel: str
    purpose: str
    refresh: str
    control_share: float

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name == _STEP:
            raise UsageError(
                f"An audience cannot be called {self.name[:60]!r}.",
                "Choose 3 to 50 small letters, digits and underscores, beginning with "
                "a letter: loyal_in_hamburg",
            )
        for what in ("title", "owner"):
            _check_text(what, getattr(self, what))
        for what in ("channel", "purpose"):
            if not re.fullmatch("[a-z][a-z0-9_]{1,29}", getattr(self, what)):
                raise UsageError(
                    f"There is no {what} {getattr(self, what)[:60]!r}.",
                    "Say what people consented to: --channel email --purpose marketing",
                )
        if self.refresh not in REFRESH_DAYS:
            raise UsageError(
                f"Lists cannot be refreshed {self.refresh[:60]!r}.",
                "Choose one of: " + ", ".join(REFRESH_DAYS),
            )
        if not 0 <= self.control_share <= MOST_CONTROL_SHARE:
            raise UsageError(
                f"A control group cannot be {self.control_share} of an audience.",
                f"Choose a share from 0 to {MOST_CONTROL_SHARE}: --control-share 0.1",
            )


def _check_text(what: str, text: str) -> None:
    if not text.strip() or len(text) > LONGEST_TITLE:
        raise UsageError(
            f"The {what} has {len(text)} characters.",
            f"Choose one of 1 to {LONGEST_TITLE}.",
        )
    if not text.isprintable() or re.search(r"[{}\\]", text):
        raise UsageError(
            f"The {what} holds a brace, a backslash or what cannot be seen, which dbt "
            "may take for code.",
            f"Say it in words: --{what} 'Loyal in Hamburg'",
        )


def check_is_new(
    connection: duckdb.DuckDBPyConnection, audience: Audience, taken: Set[str]
) -> None:
    """Refuse a name that the project or the language has taken, and consent nobody gave.

    Parameters
    ----------
    taken : set of str
        Names of the project's models, seeds and sources.

    Raises
    ------
    UsageError
        The name is taken, or nobody was ever asked for this channel and purpose.
    """
    name = audience.name
    is_keyword = connection.execute(
        "select count(*) > 0 from duckdb_keywords() where keyword_name = ?", [name]
    ).fetchone()[0]
    if name in taken or is_keyword:
        owner = "The project" if name in taken else "SQL"
        raise UsageError(
            f"{owner} has something called '{name}' already.",
            f"Choose another name: {name[:40]}_customers",
        )
    asked = connection.execute(
        "select distinct channel, purpose from identity.identity_consents order by all"
    ).fetchall()
    wanted = (audience.channel, audience.purpose)
    if asked and wanted not in asked:
        raise UsageError(
            f"Nobody was ever asked for '{audience.purpose}' by '{audience.channel}', "
            "so no list could hold anybody.",
            "Consents there are: "
            + ", ".join(f"--channel {channel} --purpose {p}" for channel, p in asked),
        )
