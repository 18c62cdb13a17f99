"""Keep people who were erased from coming back with later loads."""
