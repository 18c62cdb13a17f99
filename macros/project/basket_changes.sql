{#-
  Pair counts that follow their baskets. A build of int_baskets tells in
  `ops.basket_changes` what each changed basket held before (to be counted -1 times) and
  holds now (once), in the transaction that stores it; int_pair_counts adds up what it
  has not taken in yet, and forgets it.
-#}

{#- dbt's incremental strategy `by_content`: replace the baskets that differ. -#}
{% macro get_incremental_by_content_sql(arguments) -%}
    {%- set target, temp = arguments.target_relation, arguments.temp_relation -%}
    {%- set change_number = _state_of(model.name).change_number + 1 -%}
    {%- set columns = 'basket_set, basket_id, items' -%}
    {%- set changes -%}
    insert into {{ _ledger('basket_changes') }}
    (change_number, basket_set, basket_id, items, times)
    select {{ change_number }}, {{ columns }}, -1
    from {{ target }} as before
    where not exists (
        select 1 from {{ temp }} as now
        where
            now.basket_set = before.basket_set
            and now.basket_id = before.basket_id
            and now.items = before.items
    )
    union all
    select {{ change_number }}, {{ columns }}, 1
    from {{ temp }} as now
    where not exists (
        select 1 from {{ target }} as before
        where
            now.basket_set = before.basket_set
            and now.basket_id = before.basket_id
            and now.items = before.items
    )
    {%- endset -%}
    {%- set replaced -%}
    exists (
        select 1 from {{ _ledger('basket_changes') }} as changes
        where
            changes.change_number = {{ change_number }}
            and changes.times = -1
            and {{ target }}.basket_set = changes.basket_set
            and {{ target }}.basket_id = changes.basket_id
    )
    {%- endset -%}
    {{- statement_before(changes) -}}
    {{- replaced_rows(
        target,
        arguments.dest_columns | map(attribute='name') | list,
        replaced,
        in_partitions("select " ~ columns ~ " from " ~ _ledger('basket_changes')
        ~ " where change_number = " ~ change_number ~ " and times = 1")
    ) -}}
{%- endmacro %}

{#- Post-hook of int_baskets. -#}
{% macro note_basket_changes() -%}
    {%- if execute and not flags.EMPTY -%}
        {{- _note(_state_of(model.name).change_number + 1) -}}
    {%- endif -%}
{%- endmacro %}

{#- What baskets held and hold that changed since the model was built. -#}
{% macro basket_changes() -%}
    (
        select basket_set, items, times
        from {{ _ledger('basket_changes') }}
        where
            change_number > {{ _state_of(model.name).change_number }}
            and change_number <= {{ _last_change() }}
    )
{%- endmacro %}

{#- dbt's incremental strategy `by_difference`: add differences to what is counted. -#}
{% macro get_incremental_by_difference_sql(arguments) -%}
    {{- added_rows(
        arguments.target_relation,
        ['basket_set', 'item_1', 'item_2'],
        'cooccurrences',
        "select * from " ~ arguments.temp_relation
    ) -}}
{%- endmacro %}

{#- Post-hook of int_pair_counts: what it has taken in need not be kept. -#}
{% macro forget_counted_baskets() -%}
    {%- if execute and not flags.EMPTY -%}
        {{- without_rows(
            _ledger('basket_changes'), "change_number <= " ~ _last_change()
        ) -}}
    {%- endif -%}
{%- endmacro %}
