"""Read what shops really have, whatever its format, as rows of text.

Every source becomes one DuckDB relation whose columns are text, in the order of the
source, that can be read more than once. Nothing is interpreted here: what a text means
is for ``martlet.loading.parsing``.
"""
