{#- The matrix as one list of rows, through which a fold goes pivot by pivot: Spark's
    recursion may not look at more than one row. -#}
{% macro spark__inverted_matrix(matrix) -%}
    with rows_of_matrix as (
        select
            row_number,
            transform(
                array_sort(collect_list(
                    struct(column_number, cast(value as double) as value)
                )),
                cell -> cell.value
            ) as cells
        from {{ matrix }}
        group by row_number
    ),

    whole as (
        select transform(
            array_sort(collect_list(struct(row_number, cells))), line -> line.cells
        ) as lines
        from rows_of_matrix
    ),

    -- Column 0 lies at index 0, and row 1 at index 0.
    eliminated as (
        select aggregate(
            sequence(1, size(lines)),
            lines,
            (before, pivot) -> transform(before, (line, i) -> transform(
                line,
                (value, j) -> case
                    when i + 1 = pivot and j = pivot then 1 / value
                    when i + 1 = pivot then value / line[pivot]
                    when j = pivot then -value / before[pivot - 1][pivot]
                    else
                        value
                        - line[pivot] * before[pivot - 1][j] / before[pivot - 1][pivot]
                end
            ))
        ) as lines
        from whole
    ),

    lines_out as (
        select posexplode(lines) as (line_index, cells) from eliminated
    ),

    cells_out as (
        select line_index, posexplode(cells) as (column_number, value) from lines_out
    )

    select line_index + 1 as row_number, column_number, value from cells_out
{%- endmacro %}
