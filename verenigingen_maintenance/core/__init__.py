"""The rules, as plain Python: data and `now` in, data out. Imports no Frappe."""
