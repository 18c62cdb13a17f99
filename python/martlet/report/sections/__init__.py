"""The sections of the report, in the order they are read."""

from __future__ import annotations

from martlet.report.content import Section
from martlet.report.sections.bridge import BRIDGE
from martlet.report.sections.budget import BUDGET
from martlet.report.sections.campaigns import CAMPAIGNS
from martlet.report.sections.channels import CHANNELS
from martlet.report.sections.clusters import CLUSTERS
from martlet.report.sections.cohorts import COHORTS
from martlet.report.sections.funnel import FUNNEL
from martlet.report.sections.headlines import HEADLINES
from martlet.report.sections.quality import QUALITY
from martlet.report.sections.recommenders import RECOMMENDERS
from martlet.report.sections.rfm import RFM
from martlet.report.sections.scores import SCORES

SECTIONS: tuple[Section, ...] = (
    HEADLINES,
    BRIDGE,
    CHANNELS,
    FUNNEL,
    RFM,
    CLUSTERS,
    COHORTS,
    SCORES,
    CAMPAIGNS,
    BUDGET,
    RECOMMENDERS,
    QUALITY,
)
