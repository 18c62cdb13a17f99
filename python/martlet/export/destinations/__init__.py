"""The platforms a list can be for, one module each: columns, normalisation, limits.

Every module cites the platform's own documentation.
"""

from __future__ import annotations

from martlet.export.destinations.braze import BRAZE
from martlet.export.destinations.destination import Consent, Contact, Destination
from martlet.export.destinations.google_ads import GOOGLE_ADS
from martlet.export.destinations.klaviyo import KLAVIYO
from martlet.export.destinations.linkedin import LINKEDIN
from martlet.export.destinations.mailchimp import MAILCHIMP
from martlet.export.destinations.meta import META
from martlet.export.destinations.plain import CSV, PARQUET
from martlet.export.destinations.shopify import SHOPIFY
from martlet.export.destinations.tiktok import TIKTOK

__all__ = ["DESTINATIONS", "Consent", "Contact", "Destination"]

DESTINATIONS = {
    destination.name: destination
    for destination in (
        *(CSV, PARQUET),
        *(GOOGLE_ADS, META, TIKTOK, LINKEDIN),
        *(KLAVIYO, MAILCHIMP, SHOPIFY, BRAZE),
    )
}
