// What is stored is English; it is read in the language of whoever reads it.
frappe.provide("verenigingen_maintenance");

// A text that the app wrote into a document, in the reader's language; unknown ones stay as they are. Not escaped.
verenigingen_maintenance.said = (text) => (text ? __(text) : "");
