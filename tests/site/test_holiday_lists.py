"""Business days by ERPNext's Holiday List where there is one, by the site's own holidays elsewhere."""

from datetime import date

import frappe
import pytest
from frappe.core.doctype.doctype.test_doctype import new_doctype

from verenigingen_maintenance.operations import settings
from verenigingen_maintenance.operations.refusals import plain
from verenigingen_maintenance.operations.still_to_fill import still_to_fill
from verenigingen_maintenance.sources import holiday_lists

LISTS, DAYS, COMPANY = "Holiday List", "Holiday", "Company"
KINGS_DAY, BRIDGE, NEXT_YEAR, OWN = (
    *(date(2027, 4, 27), date(2027, 5, 7)),
    *(date(2028, 1, 3), date(2027, 9, 1)),
)
FIELDS = {
    DAYS: {"holiday_date": "Date", "weekly_off": "Check", "description": "Data"},
    LISTS: {"holiday_list_name": "Data", "from_date": "Date", "to_date": "Date"},
    COMPANY: {"default_holiday_list": "Data"},
}


@pytest.fixture(scope="module")
def erpnext(site):
    """The DocTypes that ERPNext has them in."""
    for doctype, kinds in FIELDS.items():
        fields = [{"fieldname": name, "fieldtype": kind, "label": name} for name, kind in kinds.items()]
        new_doctype(doctype, fields=fields, autoname="prompt", istable=doctype == DAYS).insert()
    frappe.db.commit()
    yield
    for doctype in FIELDS:
        frappe.delete_doc("DocType", doctype, force=True)
        frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
    frappe.db.commit()


def holiday_list(name="NL 2027", days=(BRIDGE,), first="2027-01-01", last="2027-12-31"):
    put(LISTS, name, from_date=first, to_date=last)
    for day in days:
        put(DAYS, f"{name} {day}", parent=name, parenttype=LISTS, parentfield="holidays", holiday_date=day)


def put(doctype, name, **values):
    frappe.get_doc({"doctype": doctype, "name": name, **values}).db_insert()


def own_holidays(*days, **fields):
    document = frappe.get_doc(settings.SETTINGS)
    rows = [{"day": day, "title": "Ours"} for day in days]
    document.update({"holidays": rows, **fields}).save()


def is_business_day(day):
    return settings.calendar().is_business_day(day)


def test_without_erpnext_the_own_holidays_count():
    own_holidays(KINGS_DAY)
    assert [is_business_day(day) for day in (KINGS_DAY, BRIDGE)] == [False, True]


def test_without_erpnext_a_list_that_is_named_is_refused():
    with pytest.raises(frappe.ValidationError) as refused:
        own_holidays(KINGS_DAY, holiday_list="NL 2027")
    assert plain(refused.value).startswith("This site has no DocType Holiday List. Leave Holiday List empty")


@pytest.mark.usefixtures("erpnext")
class TestWithERPNext:
    def test_the_list_that_is_named_counts_for_the_days_that_it_covers_and_the_own_for_others(self):
        holiday_list()
        own_holidays(KINGS_DAY, NEXT_YEAR, holiday_list="NL 2027")
        found = [is_business_day(day) for day in (KINGS_DAY, BRIDGE, NEXT_YEAR)]
        assert found == [True, False, False]

    def test_the_first_and_the_last_day_of_a_list_are_covered_by_it(self):
        holiday_list(first="2027-04-27", last="2027-05-07")
        before, after = date(2027, 4, 26), date(2027, 5, 10)
        own_holidays(before, KINGS_DAY, after, holiday_list="NL 2027")
        found = [is_business_day(day) for day in (before, KINGS_DAY, BRIDGE, after)]
        assert found == [False, True, False, False]

    def test_a_weekly_day_off_of_the_list_is_no_business_day(self):
        wednesdays = [date(2027, 6, day) for day in (2, 9, 16)]
        holiday_list(days=wednesdays)
        own_holidays(holiday_list="NL 2027")
        assert not any(map(is_business_day, wednesdays))
        assert is_business_day(date(2027, 6, 3))

    def test_with_no_name_that_of_the_default_company_counts(self):
        holiday_list("Of the company")
        put(COMPANY, "Vereniging", default_holiday_list="Of the company")
        own_holidays(KINGS_DAY)
        assert is_business_day(BRIDGE)
        frappe.defaults.set_global_default("company", "Vereniging")
        try:
            assert [is_business_day(day) for day in (KINGS_DAY, BRIDGE)] == [True, False]
        finally:
            frappe.defaults.clear_default("company")

    def test_a_name_that_is_no_list_is_refused_with_what_to_do(self):
        with pytest.raises(frappe.ValidationError) as refused:
            own_holidays(KINGS_DAY, holiday_list="<b>NL</b>")
        assert plain(refused.value) == (
            "There is no Holiday List “<b>NL</b>” that says which days it covers. Choose one of ERPNext's "
            "lists, or leave this empty: the default company's is used then."
        )

    def test_a_list_that_goes_later_leaves_the_own_holidays_and_is_to_be_mended(self):
        holiday_list()
        own_holidays(KINGS_DAY, holiday_list="NL 2027")
        assert not [each for each in still_to_fill() if each.startswith("Holidays")]
        frappe.db.delete(LISTS)
        assert [is_business_day(day) for day in (KINGS_DAY, BRIDGE)] == [False, True]
        (told,) = [each for each in still_to_fill() if each.startswith("Holidays")]
        assert told == (
            "Holidays: the Holiday List NL 2027 is not there any more, or says not which days it covers. "
            "Until you choose another, those in Maintenance Settings count"
        )
        own_holidays(KINGS_DAY, OWN)
        assert not is_business_day(OWN)

    def test_a_list_that_says_not_which_days_it_covers_covers_none(self):
        put(LISTS, "Blank")
        assert holiday_lists.find("Blank") is None

    def test_the_days_of_another_list_do_not_count(self):
        holiday_list("Other", days=[KINGS_DAY])
        holiday_list()
        own_holidays(holiday_list="NL 2027")
        assert is_business_day(KINGS_DAY)
