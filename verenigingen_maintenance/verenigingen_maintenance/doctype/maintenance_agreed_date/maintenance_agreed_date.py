from verenigingen_maintenance.operations.records import RowOfRecord


class MaintenanceAgreedDate(RowOfRecord):
    """A day that people agreed on for a slot, in place of the default one."""
