from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceIncidentEvent(RowOfRecord):
    """What happened in an incident, when, and where that is known from."""
