{% macro duckdb__inverted_matrix(matrix) -%}
    with recursive eliminated (step, row_number, column_number, value) as (
        select 0, row_number, column_number, cast(value as double) from {{ matrix }}
        union all
        select
            step + 1,
            row_number,
            column_number,
            case
                when row_number = step + 1 and column_number = step + 1
                    then 1 / diagonal
                when row_number = step + 1 then value / diagonal
                when column_number = step + 1 then -value / diagonal
                else value - of_row * of_column / diagonal
            end
        from (
            select
                eliminated.*,
                max(case
                    when row_number = step + 1 and column_number = step + 1 then value
                end) over () as diagonal,
                max(case when column_number = step + 1 then value end)
                    over (partition by row_number) as of_row,
                max(case when row_number = step + 1 then value end)
                    over (partition by column_number) as of_column
            from eliminated
        )
        where diagonal is not null
    )

    select row_number, column_number, value
    from eliminated
    where step = (select max(row_number) from {{ matrix }})
{%- endmacro %}
