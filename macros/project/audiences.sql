{#- Audiences whose members are followed and exported: one name for each file of
    models/segments that says its purpose. -#}
{% macro audiences() -%}
    {{- return([
        'at_risk_high_value',
        'bargain_hunters',
        'birthdays',
        'cart_abandoners',
        'category_fans',
        'champions',
        'high_uplift',
        'lapsing',
        'likely_to_buy',
        'likely_to_churn',
        'new_without_second_order',
        'recommendations',
        'win_back',
    ]) -}}
{%- endmacro %}

{#-
  Each audience with what it says of itself (`meta`) and all that it reads; none before
  dbt knows the project. Whatever says its purpose has to be listed above.
-#}
{% macro followed_audiences() -%}
    {%- set followed = [] -%}
    {%- if not execute -%}
        {{- return(followed) -}}
    {%- endif -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- if node.config.meta.get('purpose') and node.name not in audiences() -%}
            {%- do exceptions.raise_compiler_error(
                "The audience " ~ node.name ~ " is not followed yet. Add its name "
                ~ "to the list in macros/project/audiences.sql"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for segment in audiences() -%}
        {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ segment] -%}
        {%- for name in [
            'title', 'owner', 'channel', 'purpose', 'refresh', 'control_share'
        ] if name not in node.config.meta -%}
            {%- do exceptions.raise_compiler_error(
                "The audience " ~ segment ~ " does not say its " ~ name ~ ". Add it "
                ~ "to the meta in models/segments/" ~ segment ~ ".sql"
            ) -%}
        {%- endfor -%}
        {%- do followed.append({
            'segment_id': segment,
            'meta': node.config.meta,
            'reads': ancestors(node),
        }) -%}
    {%- endfor -%}
    {{- return(followed) -}}
{%- endmacro %}
