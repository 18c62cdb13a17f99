"""Audiences chosen by a filter: tried out, and written down as models of the project."""
