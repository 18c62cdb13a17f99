"""Shapes of charts as Vega-Lite specifications: rows and a width in, a dict out."""
