{#-
  What a model's rows depend on beside the events themselves, as a hash. A model above
  it that notes how it was built answers for what is above that.
-#}
{% macro _settings() -%}
    {%- set settings = [model.raw_code, var('as_of_date', none)] -%}
    {%- if 'reporting_' in model.raw_code or var('as_of_date', none) -%}
        {%- do settings.extend([reporting_currency(), reporting_timezone()]) -%}
    {%- endif -%}
    {%- for name in modules.re.findall("var[(]'([a-z_]+)'", model.raw_code) -%}
        {%- do settings.append(name ~ '=' ~ var(name)) -%}
    {%- endfor -%}
    {%- for seed in _seeds_above(model, []) | sort -%}
        {%- do settings.append(_content_of_seed(graph.nodes[seed])) -%}
    {%- endfor -%}
    {%- for parent in _noted_parents() -%}
        {%- set built = _state_of(parent.name) -%}
        {%- do settings.extend([built.settings, built.refresh_number]) -%}
    {%- endfor -%}
    {{- return(local_md5(settings | join('\n'))) -}}
{%- endmacro %}

{% macro _seeds_above(node, found) -%}
    {%- for name in node.depends_on.nodes if name in graph.nodes and name not in found
    -%}
        {%- if graph.nodes[name].resource_type == 'seed' -%}
            {%- do found.append(name) -%}
        {%- elif not _is_noted(graph.nodes[name]) -%}
            {%- do _seeds_above(graph.nodes[name], found) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{%- endmacro %}

{% macro _content_of_seed(seed) -%}
    {%- set relation = api.Relation.create(
        database=seed.database, schema=seed.schema, identifier=seed.alias
    ) -%}
    {%- if load_relation(relation) is none -%}
        {{- return('') -}}
    {%- endif -%}
    {{- return(run_query(content_of_table(relation)).columns[0].values()[0]) -}}
{%- endmacro %}
