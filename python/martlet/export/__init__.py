"""Segment lists for ad and mail platforms: the one place where contact data is opened."""
