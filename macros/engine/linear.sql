{#- Linear algebra on tables. Engines differ in what a recursion may do. -#}

{#-
  Rows `row_number, column_number, value`: the inverse of a square matrix, and beside
  it, as column 0, the solution for the right-hand side that the matrix has as its
  column 0. `matrix` names a relation of such rows, numbered from 1 without gaps, zeros
  included. Gauss-Jordan elimination in place, one row of the matrix at a time; pivots
  are those of the diagonal, which is safe where it outweighs the rest of its row, as in
  I - Q.
-#}
{% macro inverted_matrix(matrix) -%}
    {{ adapter.dispatch('inverted_matrix', 'martlet')(matrix) }}
{%- endmacro %}
