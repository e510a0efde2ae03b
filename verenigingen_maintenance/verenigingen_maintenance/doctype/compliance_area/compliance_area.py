from verenigingen_maintenance.operations.records import RowOfRecord


class ComplianceArea(RowOfRecord):
    """An area of compliance in an assessment: its score, its controls and their evidence."""
