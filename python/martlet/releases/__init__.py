"""Tables that leave the house: told once for each month, or with noise on a budget."""
