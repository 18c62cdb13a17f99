"""Keep contact data from being read: keys, sealing, pseudonyms, redaction."""
