"""Load the files of one system with the SQL that a connector keeps for it."""
