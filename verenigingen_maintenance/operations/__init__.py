"""The use cases, one file each: the only code that writes documents."""
