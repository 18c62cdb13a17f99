"""What an export reads and writes beside the identity room, in a warehouse made by hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

PROJECT_DIR = Path(__file__).parents[2]
LEDGERS = PROJECT_DIR / "models" / "staging" / "ops" / "_ops__sources.yml"
MIN_AGE, CAP, CAP_DAYS = 18, 2, 7


def make_export_tables(
    connection: duckdb.DuckDBPyConnection, *, global_control_share: float
) -> None:
    """Make the segments ``mail`` and ``text`` of all in ``segment_membership``.

    Ledgers are empty and as their sources declare them; those that are there stay.
    """
    connection.execute(f"""
        create schema if not exists marts;
        create table segments.segment_definitions as
        select segment_id, segment_id as title, channel, 'marketing' as purpose,
            0.2 as control_share, null::date as oldest_score_date,
            false as has_stale_scores
        from (values ('mail', 'email'), ('text', 'sms')) as t(segment_id, channel);
        create table segments.export_rules as
        select date '2026-06-01' as as_of_date, null::varchar as store_country,
            'UTC' as reporting_timezone, {MIN_AGE} as min_age,
            {CAP} as contact_cap_touches, {CAP_DAYS} as contact_cap_days,
            {global_control_share}::double as global_control_share;
        create view segments.mail as
        select current_date as as_of_date, customer_id, '' as reason
        from segments.segment_membership where segment_id = 'mail';
        create view segments.text as
        select current_date as as_of_date, customer_id, '' as reason
        from segments.segment_membership where segment_id = 'text';
        create table segments.assigned_arms
        (campaign_id varchar, customer_id varchar, arm varchar);
        create table segments.exportable_campaigns (campaign_id varchar);
        create table if not exists segments.recent_contacts (
            customer_id varchar, campaign_id varchar, contact_date date,
            contacted_at timestamp
        );
        create table marts.customer_profiles
        (customer_id varchar, net_sales decimal(18, 4), purchase_decile bigint);
        create schema if not exists ops;
    """)
    (source,) = yaml.safe_load(LEDGERS.read_text("utf-8"))["sources"]
    for table in source["tables"]:
        columns = ", ".join(
            f"{column['name']} {column['data_type']}" for column in table["columns"]
        )
        connection.execute(
            f"create table if not exists ops.{table['name']} ({columns})"
        )
