from verenigingen_maintenance.operations.records import RowOfRecord


class ChecklistRunNote(RowOfRecord):
    """A line of the checklist that a person writes; drafted from the rows."""
