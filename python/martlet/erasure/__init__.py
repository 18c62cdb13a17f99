"""Erase a person everywhere, prove it, and tell people what is held of them."""
