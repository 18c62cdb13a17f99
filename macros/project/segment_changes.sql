{#-
  Post-hook of segment_membership: note who entered and left an audience on the
  as_of_date, in place of what an earlier build of that date noted. A build as of a date
  before the last one that was noted notes nothing: it must not rewrite history.
-#}
{% macro note_segment_changes() -%}
    {%- if execute and not flags.EMPTY -%}
        {%- set ledger = _ledger('segment_changes') -%}
        {%- set today -%}
            (select as_of_date from {{ ref('int_data_period') }})
        {%- endset -%}
        {%- set is_latest -%}
            {{ today }} >= (select max(changed_date) from {{ ledger }})
        {%- endset -%}
        {%- set noted -%}
        select segment_id, customer_id, changed_date, is_member, reason
        from (
            select
                segment_id, customer_id, valid_from as changed_date,
                true as is_member, reason
            from {{ this }}
            union all
            select segment_id, customer_id, valid_to, false, null from {{ this }}
        ) as changes
        where changed_date = {{ today }} and coalesce({{ is_latest }}, true)
        {%- endset -%}
        {{- replaced_rows(
            ledger,
            ['segment_id', 'customer_id', 'changed_date', 'is_member', 'reason'],
            "changed_date = " ~ today ~ " and " ~ is_latest,
            noted
        ) -}}
    {%- endif -%}
{%- endmacro %}
