"""Judge what lies in a raw directory, by the rules that loading holds rows to."""
