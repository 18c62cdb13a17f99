"""Bring a store's files in: read, refuse, seal, write; and judge what lies there."""
