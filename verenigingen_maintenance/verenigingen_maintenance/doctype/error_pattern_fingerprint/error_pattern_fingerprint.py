from verenigingen_maintenance.operations.records import RowOfRecord


class ErrorPatternFingerprint(RowOfRecord):
    """By what an error log is known to belong to a pattern."""
