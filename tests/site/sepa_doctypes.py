"""DocTypes as the app verenigingen has them, made for tests, and documents of them."""

import frappe
from conftest import stored
from frappe.core.doctype.doctype.test_doctype import new_doctype

MANDATE, USAGE, LOG = "SEPA Mandate", "SEPA Mandate Usage", "SEPA Audit Log"
BATCH, ENTRY, INVOICE = "Direct Debit Batch", "Direct Debit Batch Invoice", "Sales Invoice"
FIELDS = {
    MANDATE: {
        **{"mandate_id": "Data", "status": "Data", "iban": "Data"},
        **{"sign_date": "Date", "expiry_date": "Date"},
    },
    USAGE: {"usage_date": "Date", "status": "Data"},
    LOG: {
        **{"process_type": "Data", "reference_doctype": "Data", "reference_name": "Data"},
        **{"compliance_status": "Data", "timestamp": "Datetime"},
    },
    BATCH: {"batch_date": "Date", "status": "Data"},
    ENTRY: {"invoice": "Data", "status": "Data"},
    INVOICE: {"posting_date": "Date"},
}


def make(*doctypes, without=()):
    """DocTypes with their fields, but for those in `without`."""
    for doctype in doctypes:
        kinds = {name: kind for name, kind in FIELDS[doctype].items() if name not in without}
        fields = [{"fieldname": name, "fieldtype": kind, "label": name} for name, kind in kinds.items()]
        is_table = doctype in (USAGE, ENTRY)
        made = new_doctype(doctype, fields=fields, autoname="hash", istable=is_table, track_changes=1)
        made.insert()
    frappe.db.commit()


def drop(*doctypes):
    for doctype in doctypes:
        frappe.delete_doc("DocType", doctype, force=True)
        frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
    frappe.db.commit()


def insert(doctype, made=0, **values):
    """A document that was made so many days ago; returns its name."""
    document = frappe.get_doc({"doctype": doctype, **values})
    document.set_new_name()
    document.db_insert()
    moment = stored(days=made, hours=1)
    document.db_set({"creation": moment, "modified": moment}, update_modified=False)
    return document.name


def day(months=0, days=0):
    """A date so long ago."""
    return frappe.utils.add_months(stored(days=days).date(), -months)


def mandate(made=0, **values):
    whole = {"status": "Active", "iban": "NL91ABNA0417164300", "mandate_id": "M1", "sign_date": day(months=1)}
    return insert(MANDATE, made, **{**whole, **values})


def used(name, on, status="Collected"):
    insert(USAGE, parent=name, parenttype=MANDATE, parentfield="usage_history", usage_date=on, status=status)


def logged(name="x", doctype=MANDATE, process="Mandate Creation", status="Compliant", ago=0):
    values = {"reference_doctype": doctype, "reference_name": name, "process_type": process}
    return insert(LOG, ago, compliance_status=status, **values)


def batch(status="Generated", made=0, collected=-30, invoices=()):
    """A batch, with invoices that were posted so many days ago."""
    name = insert(BATCH, made, status=status, batch_date=day(days=collected))
    frappe.db.set_value(BATCH, name, "creation", day(days=made), update_modified=False)
    for posted in invoices:
        invoice = insert(INVOICE, posting_date=day(days=posted))
        insert(ENTRY, parent=name, parenttype=BATCH, parentfield="invoices", invoice=invoice)
    return name
