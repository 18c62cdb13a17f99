{#- Touches that a campaign makes. Opening is neither these nor an answer: mail clients
    open by themselves. -#}
{% macro campaign_contacts() -%}
    ('sent', 'impression', 'coupon_issued')
{%- endmacro %}

{#- Touches that a person makes. -#}
{% macro campaign_responses() -%}
    ('click', 'share', 'coupon_redeemed')
{%- endmacro %}

{#- A campaign's name as people and links write it: case, plus signs and escaped spaces
    make no difference. -#}
{% macro campaign_name(text) -%}
    lower(trim(replace(replace({{ text }}, '+', ' '), '%20', ' ')))
{%- endmacro %}
