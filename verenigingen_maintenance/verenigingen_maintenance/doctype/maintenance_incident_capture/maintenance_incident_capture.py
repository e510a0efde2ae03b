from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceIncidentCapture(RowOfRecord):
    """What was read at one moment of an incident."""
