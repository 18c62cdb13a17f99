"""Speed and memory of martlet beside named peers; run with ``make bench``."""
