"""How people sign in: what System Settings and Website Settings ask of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import frappe
from frappe.utils import cint

from verenigingen_maintenance.core.security import Part, switch

SYSTEM, WEBSITE = "System Settings", "Website Settings"
LOWEST_SCORE, LONGEST_SESSION, MOST_ATTEMPTS = 2, 72, 20


class Setting(NamedTuple):
    """A field, what is wrong with a value of it, and what to do then; without a test it is only compared."""

    doctype: str
    field: str
    title: str
    severity: str = "Low"
    is_wrong: Callable[[Any], bool] = lambda _value: False
    told: str = ""
    remedy: str = ""


SETTINGS = (
    Setting(
        *(SYSTEM, "enable_two_factor_auth", "Two-factor authentication", "High"),
        lambda value: not cint(value),
        "nobody is asked for a second factor",
        "Switch it on in System Settings, and tick it in the roles that give power.",
    ),
    Setting(SYSTEM, "two_factor_method", "How the second factor comes"),
    Setting(
        *(SYSTEM, "bypass_2fa_for_retricted_ip_users", "No second factor from restricted addresses", "Low"),
        lambda value: bool(cint(value)),
        "who has restricted addresses is not asked for a second factor",
        "Switch it off, unless these addresses are your own network.",
    ),
    Setting(
        *(SYSTEM, "enable_password_policy", "Password policy", "High"),
        lambda value: not cint(value),
        "weak passwords are taken",
        "Switch it on in System Settings.",
    ),
    Setting(
        *(SYSTEM, "minimum_password_score", "Lowest score of a password", "Medium"),
        lambda value: cint(value) < LOWEST_SCORE,
        f"passwords with a score below {LOWEST_SCORE} are taken",
        f"Ask for {LOWEST_SCORE} or more in System Settings.",
    ),
    Setting(
        *(SYSTEM, "session_expiry", "A session ends after", "Low"),
        lambda value: _hours(value) > LONGEST_SESSION,
        f"a session that nobody uses lasts for more than {LONGEST_SESSION} hours",
        "Shorten it in System Settings.",
    ),
    Setting(
        *(SYSTEM, "allow_consecutive_login_attempts", "Refused logins before a pause", "Medium"),
        lambda value: not 0 < cint(value) <= MOST_ATTEMPTS,
        f"a password may be tried more than {MOST_ATTEMPTS} times in a row",
        "Allow ten or fewer in System Settings.",
    ),
    Setting(SYSTEM, "allow_login_after_fail", "Seconds of that pause"),
    Setting(SYSTEM, "deny_multiple_sessions", "One session for each user"),
    Setting(SYSTEM, "force_user_to_reset_password", "Days after which a password is renewed"),
    Setting(SYSTEM, "allow_login_using_mobile_number", "Login by mobile number"),
    Setting(SYSTEM, "allow_login_using_user_name", "Login by user name"),
    Setting(SYSTEM, "login_with_email_link", "Login by a link that is mailed"),
    Setting(SYSTEM, "disable_user_pass_login", "Login by password is off"),
    Setting(
        *(SYSTEM, "allow_guests_to_upload_files", "Guests may upload files", "Medium"),
        lambda value: bool(cint(value)),
        "anybody may fill the disk",
        "Switch it off in System Settings.",
    ),
    Setting(WEBSITE, "disable_signup", "Signing up is off"),
)


def sign_in(now: datetime) -> Part:
    """Each setting with its value. One that this Frappe has not is left out."""
    fields = {doctype: frappe.get_meta(doctype) for doctype in (SYSTEM, WEBSITE)}
    found = [_row(each) for each in SETTINGS if fields[each.doctype].has_field(each.field)]
    logins = frappe.get_all("Social Login Key", {"enable_social_login": 1}, pluck="name", order_by="name asc")
    row = {"key": "social_logins", "title": "Logins of others that are taken", "value": ", ".join(logins)}
    found.append({**row, "wrong": False})
    asking = frappe.get_all("Role", {"two_factor_auth": 1}, pluck="name", order_by="name asc")
    return Part(found, {"roles that ask for a second factor": ", ".join(asking) or "none"})


def _row(setting: Setting) -> dict[str, Any]:
    value = frappe.db.get_single_value(setting.doctype, setting.field)
    wrong, shown = setting.is_wrong(value), "" if value is None else value
    return switch(setting.field, setting.title, shown, wrong, setting.severity, setting.told, setting.remedy)


def _hours(value: str | None) -> int:
    """“170:00” is 170 hours; where nothing is set, Frappe takes 240."""
    return cint(str(value or "240:00").partition(":")[0])
