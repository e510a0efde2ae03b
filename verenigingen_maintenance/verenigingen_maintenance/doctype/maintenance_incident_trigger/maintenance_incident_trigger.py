from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceIncidentTrigger(RowOfRecord):
    """A check whose breach opens an incident of an emergency procedure."""
