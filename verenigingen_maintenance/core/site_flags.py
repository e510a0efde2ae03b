"""Flags of a site's configuration that should be off, or right, and how each is told without its secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Conf = Mapping[str, Any]


def _is_on(key: str) -> Callable[[Conf], bool]:
    """As Frappe reads a flag: any text that is not empty switches it on, “0” and “false” too."""
    return lambda conf: bool(conf.get(key))


def _is_muted(conf: Conf) -> bool:
    """This one Frappe reads as a number."""
    return str(conf.get("mute_emails") or "").strip().lower() not in ("", "0", "none", "false")


class Flag(NamedTuple):
    """One thing of the configuration: when it is wrong, how bad that is, and what to do."""

    key: str
    title: str
    severity: str
    is_wrong: Callable[[Conf], bool]
    told: str
    remedy: str
    words: tuple[str, str] = ("off", "on")

    def shown(self, conf: Conf) -> str:
        return self.words[bool(self.is_wrong(conf))]


def _allows_all(conf: Conf) -> bool:
    allowed = conf.get("allow_cors")
    return allowed == "*" or (isinstance(allowed, list | tuple) and "*" in allowed)


def _is_plain(conf: Conf) -> bool:
    return str(conf.get("host_name") or "").lower().startswith("http://")


def _is_guessable(conf: Conf) -> bool:
    password = conf.get("db_password")
    return bool(password) and password in (conf.get("db_name"), "admin", "root", "password", "frappe")


_OFF = "Take it out of site_config.json or common_site_config.json, and restart."
FLAGS = (
    Flag(
        *("ignore_csrf", "Requests from foreign pages", "Critical", _is_on("ignore_csrf")),
        "requests are not checked for where they come from: a foreign page may act as whoever is logged in",
        _OFF,
        ("checked", "not checked"),
    ),
    Flag(
        *("db_password", "The database's password", "Critical", _is_guessable),
        "it is the name of the database, or one of the first that are tried",
        "Give the database's user a long random one, and write it to site_config.json.",
        ("not to be guessed", "to be guessed"),
    ),
    Flag(
        *("developer_mode", "Developer mode", "High", _is_on("developer_mode")),
        "DocTypes are written to the files of the apps, and code is reloaded",
        _OFF,
    ),
    Flag(
        *("allow_cors", "Foreign origins", "High", _allows_all),
        "every origin may read what the site answers",
        "Name the origins that need it.",
        ("named ones, or none", "all"),
    ),
    Flag(
        *("root_password", "The root password of the database", "High", _is_on("root_password")),
        "it stands in the configuration: who reads a file owns all sites",
        "Take it out; bench asks for it where it is needed.",
        ("not in the configuration", "in the configuration"),
    ),
    Flag(
        *("admin_password", "The password of Administrator", "High", _is_on("admin_password")),
        "it stands in the configuration in clear",
        "Take it out, and set another.",
        ("not in the configuration", "in the configuration"),
    ),
    Flag(
        *("allow_tests", "Tests may run", "Medium", _is_on("allow_tests")),
        "tests write and delete documents of this site",
        _OFF,
    ),
    Flag(
        *("server_script_enabled", "Server Scripts", "Medium", _is_on("server_script_enabled")),
        "who may write a Server Script runs code on the server",
        "Where no script is needed: " + _OFF,
    ),
    Flag(
        *("host_name", "The site's address", "Medium", _is_plain),
        "it is http: links in mails lead past encryption",
        "Set host_name to the address with https.",
        ("https, or not set", "http"),
    ),
    Flag(
        *(
            "encryption_key",
            "The key that passwords are kept with",
            "Medium",
            lambda conf: not conf.get("encryption_key"),
        ),
        "there is none yet: the first password makes one, and backups made before do not have it",
        "Save a password, such as that of a mail account, and see that the backups keep site_config.json.",
        ("there", "none"),
    ),
    Flag(
        *("mute_emails", "Mail", "Medium", _is_muted),
        "no mail leaves the site: neither alerts nor what a user is warned of",
        _OFF,
        ("sent", "muted"),
    ),
    Flag(
        *("pause_scheduler", "The scheduler", "Medium", _is_on("pause_scheduler")),
        "it is paused: no backup, no check, no clearing of logs",
        _OFF,
        ("runs", "paused"),
    ),
    Flag(
        *("maintenance_mode", "Maintenance mode", "Low", _is_on("maintenance_mode")),
        "the site answers nobody",
        "Switch it off when the work is done.",
    ),
    Flag(
        *("disable_website_cache", "The cache of the website", "Low", _is_on("disable_website_cache")),
        "each visit is computed anew: a few visitors can keep the server busy",
        _OFF,
        ("on", "off"),
    ),
)
