from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceIncidentMeasure(RowOfRecord):
    """What is done so that an incident does not happen again, as a ToDo."""
