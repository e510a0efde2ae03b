"""What of this app is translated: read from the files alone, without Frappe, as babel_extractors.csv names it."""
