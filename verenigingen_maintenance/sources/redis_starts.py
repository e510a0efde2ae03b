"""How the Redis servers of a site were started: their processes show a title in place of a command line."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import frappe
import redis

SECONDS = 2
OPTIONS = ("bind", "port", "dir", "appendonly", "maxmemory", "maxmemory-policy", "unixsocket")


def arguments(key: str, program: str) -> list[str]:
    """The command line that starts the server of `redis_cache` or `redis_queue` as it runs now: with its
    file, or with the options that matter. Empty where it does not answer, or does not tell."""
    options = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "decode_responses": True}
    try:
        with closing(redis.Redis.from_url(str(frappe.conf.get(key) or ""), **options)) as server:
            if file := server.info("server").get("config_file"):
                return [program, str(file)]
            return [program, *_options(server.config_get("*"))]
    except (redis.RedisError, ValueError):
        return []


def _options(settings: Mapping[str, str]) -> list[str]:
    found = [
        part for name in OPTIONS if settings.get(name) for part in (f"--{name}", *settings[name].split())
    ]
    saves = settings.get("save", "").split()
    pairs = zip(saves[::2], saves[1::2], strict=False)
    found += [part for pair in pairs for part in ("--save", *pair)] or ["--save", ""]
    return [*found, "--requirepass", "***"] if settings.get("requirepass") else found
