from verenigingen_maintenance.operations.records import RowOfRecord


class ChecklistRunAction(RowOfRecord):
    """An action of this run, or of an earlier one that was not done yet."""
