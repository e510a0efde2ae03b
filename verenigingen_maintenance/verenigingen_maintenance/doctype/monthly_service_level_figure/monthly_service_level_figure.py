from verenigingen_maintenance.operations.records import RowOfRecord


class MonthlyServiceLevelFigure(RowOfRecord):
    """What became of one promise in a month."""
