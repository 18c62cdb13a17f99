"""The report and the data dictionary in the browser of this machine."""
