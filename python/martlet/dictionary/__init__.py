"""The data dictionary: what every published table says of itself, on one page.

All of it comes from dbt's manifest, so that it cannot say other than the project does.
"""
