from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceIncidentAction(RowOfRecord):
    """What was done to the system in an incident, with what was there before and after."""
