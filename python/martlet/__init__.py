"""martlet: a SQL-first marketing warehouse for online shops."""

__version__ = "0.1.0"
