from verenigingen_maintenance.operations.records import RowOfRecord


class AnalyticsComponentEvent(RowOfRecord):
    """What happened to a component, and when."""
