"""Where columns come from and go to, told by the SQL that really runs."""
