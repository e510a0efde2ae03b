from frappe.model.document import Document

from verenigingen_maintenance.operations.records import refuse_by_hand


class RequestRecording(Document):
    """Some minutes of requests, recorded by Frappe's Recorder and read into proposals."""

    def validate(self):
        refuse_by_hand(self)

    def on_trash(self):
        refuse_by_hand(self)
