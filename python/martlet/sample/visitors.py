"""Draw the devices and browsers behind visits: those of people, and robots."""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample.catalogue import CURRENCIES
from martlet.sample.people import COUNTRY_CODES, COUNTRY_SHARES, People

CUSTOMERS_PER_ROBOT = 400
UNKNOWN_PER_CUSTOMER = 3.8
DEVICES = ("mobile", "desktop", "tablet")
_DEVICE_SHARES = (0.58, 0.36, 0.06)
_DESKTOP = DEVICES.index("desktop")

_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome"
_FIREFOX = "rv:138.0) Gecko/20100101 Firefox/138.0"
_BROWSERS = {
    "mobile": (
        f"(iPhone; CPU iPhone OS 18_4 like Mac OS X) {_SAFARI}/18.4 Mobile Safari/604.1",
        f"(iPhone; CPU iPhone OS 17_6 like Mac OS X) {_SAFARI}/17.6 Mobile Safari/604.1",
        f"(Linux; Android 15; K) {_CHROME}/136.0.0.0 Mobile Safari/537.36",
        f"(Linux; Android 14; K) {_CHROME}/125.0.0.0 Mobile Safari/537.36",
    ),
    "desktop": (
        f"(Windows NT 10.0; Win64; x64) {_CHROME}/136.0.0.0 Safari/537.36",
        f"(Windows NT 10.0; Win64; x64) {_CHROME}/136.0.0.0 Safari/537.36 Edg/136.0.0.0",
        f"(Macintosh; Intel Mac OS X 10_15_7) {_SAFARI}/18.4 Safari/605.1.15",
        f"(Windows NT 10.0; Win64; x64; {_FIREFOX}",
        f"(X11; Linux x86_64; {_FIREFOX}",
    ),
    "tablet": (
        f"(iPad; CPU OS 18_4 like Mac OS X) {_SAFARI}/18.4 Mobile Safari/604.1",
        f"(Linux; Android 14; Tab) {_CHROME}/136.0.0.0 Safari/537.36",
    ),
}
_ROBOTS = (
    "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "(compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "(compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    f"(X11; Linux x86_64) {_CHROME.replace('Chrome', 'HeadlessChrome')}/136.0.0.0",
)
USER_AGENTS = tuple(
    f"Mozilla/5.0 {system}"
    for system in (*(one for some in _BROWSERS.values() for one in some), *_ROBOTS)
)


def unknown_visitors(people: People) -> int:
    """Return how many visitors of a chunk never say who they are."""
    return round(people.customers * UNKNOWN_PER_CUSTOMER)


def draw_visitors(rng: np.random.Generator, people: People) -> pd.DataFrame:
    """Draw all visitors of a chunk.

    Returns
    -------
    pandas.DataFrame
        A row per visitor number: first the devices of people, then unknown ones,
        then robots; codes ``device``, ``country``, ``agent``, ``currency``, and
        ``is_robot``.
    """
    unknown = unknown_visitors(people)
    robots = int(np.ceil(people.customers / CUSTOMERS_PER_ROBOT))
    size = len(people.visitor_owner) + unknown + robots
    is_robot = np.arange(size) >= size - robots
    country = np.concatenate(
        [
            people.column("country", people.visitor_owner),
            rng.choice(len(COUNTRY_CODES), unknown + robots, p=COUNTRY_SHARES),
        ]
    )
    device = rng.choice(len(DEVICES), size, p=_DEVICE_SHARES)
    device = np.where(is_robot, _DESKTOP, device)
    choices = np.array([len(agents) for agents in _BROWSERS.values()])
    browser = (np.cumsum(choices) - choices)[device] + rng.integers(0, choices[device])
    robot = len(USER_AGENTS) - len(_ROBOTS) + np.arange(size) % len(_ROBOTS)
    in_britain = country == COUNTRY_CODES.index("GB")
    return pd.DataFrame(
        {
            "device": device,
            "country": country,
            "agent": np.where(is_robot, robot, browser),
            "currency": np.where(in_britain, CURRENCIES.index("GBP"), 0),
            "is_robot": is_robot,
        }
    )
