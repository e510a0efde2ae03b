from frappe import _
from frappe.model.document import Document

from verenigingen_maintenance.core.analytics import WORKING
from verenigingen_maintenance.operations.analytics_state import KEPT, LONGEST
from verenigingen_maintenance.operations.records import keep
from verenigingen_maintenance.operations.refusals import refuse


class AnalyticsComponent(Document):
    """A part of the analytics engine: what it last answered, how old that is, and whether it works."""

    def validate(self):
        if not 1 <= (self.time_limit or 0) <= LONGEST:
            refuse(_("The time limit is 1 to {0} seconds."), LONGEST)
        keep(self, "shipped", *KEPT)
        if not self.state:
            self.update({"state": WORKING, "verdict": "UNKNOWN", "reason": _("not computed yet")})

    def on_trash(self):
        refuse(_("{0} belongs to the runbook. Switch it off instead of deleting it."), self.name)
