from verenigingen_maintenance.operations.records import RowOfRecord


class RecoveryDrillStep(RowOfRecord):
    """A step of a drill: what was expected, what was found, and who did it."""
