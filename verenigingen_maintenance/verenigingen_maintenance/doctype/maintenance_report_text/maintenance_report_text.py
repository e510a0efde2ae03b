from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceReportText(RowOfRecord):
    """What people wrote on a section of a report."""
