from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceChangeMeasurement(RowOfRecord):
    """What was measured before or after a change: a value's median, and how many there were."""
