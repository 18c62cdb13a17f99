{#-
  What is foretold of whom, in one list. A target of customers needs this entry and a
  model label_<name>, whose rows say at which as_of_date to whom it then happened.

  horizon_days: days the outcome is looked for; may read order_gaps.usual_days
  population: of whom it is foretold; may read features and windows
  baseline: the feature that the rule to beat looks at alone
-#}
{% macro prediction_targets(entity=none) -%}
    {%- set targets = [
        {
            'name': 'purchase', 'entity': 'customer',
            'title': 'Places an order within the horizon',
            'horizon_days': var('purchase_horizon_days'),
            'population': 'true',
            'baseline': 'recency_days',
        },
        {
            'name': 'churn', 'entity': 'customer',
            'title': 'Active, and places no order within the horizon',
            'horizon_days': 'order_gaps.usual_days',
            'population': 'features.orders > 0'
                ~ ' and features.recency_days < windows.label_horizon_days',
            'baseline': 'recency_days',
        },
        {
            'name': 'conversion', 'entity': 'cart',
            'title': 'Buys after leaving a cart open',
            'horizon_days': var('conversion_horizon_hours') / 24,
            'baseline': 'hours_since_last_cart_event',
        },
        {
            'name': 'response', 'entity': 'contact',
            'title': 'Clicks or orders after a contact by a campaign',
            'horizon_days': var('response_horizon_days'),
            'baseline': 'days_since_last_response',
        },
    ] -%}
    {%- if entity -%}
        {{- return(targets | selectattr('entity', 'equalto', entity) | list) -}}
    {%- endif -%}
    {{- return(targets) -}}
{%- endmacro %}

{#- What a variable says of a target: by its name, else by default. -#}
{% macro of_target(variable, target) -%}
    {%- set by_target = var(variable) -%}
    {%- if target.name not in by_target and 'default' not in by_target -%}
        {{- exceptions.raise_compiler_error(
            "The variable " ~ variable ~ " says nothing of " ~ target.name
            ~ ": add it, or a default."
        ) -}}
    {%- endif -%}
    {{- return(by_target.get(target.name, by_target.get('default'))) -}}
{%- endmacro %}
