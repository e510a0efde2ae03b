from verenigingen_maintenance.operations.records import RowOfRecord


class ComplianceGapEvent(RowOfRecord):
    """What happened to a gap, and when."""
