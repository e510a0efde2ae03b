"""What of this app is translated, read from the files alone, without Frappe: see babel_extractors.csv."""
