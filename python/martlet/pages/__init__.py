"""The look that pages share: one set of colours, type and spacing, and what reads it.

The report and the data dictionary are files that people mail and print, so their style is
written into them. It is said once, in the style sheets of this room.
"""
