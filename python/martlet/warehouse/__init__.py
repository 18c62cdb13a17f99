"""Connections to the warehouse, dbt runs in it, and everything that writes to it."""
