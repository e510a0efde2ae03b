"""How the Redis servers of a site were started: their processes show a title in place of a command line."""

from __future__ import annotations

from contextlib import closing

import frappe
import redis

from verenigingen_maintenance.core.service_starts import redis_options

SECONDS = 2


def arguments(key: str, program: str) -> list[str]:
    """The command line that starts the server of `redis_cache` or `redis_queue` as it runs now: with its
    file, or with the options that matter. Empty where it does not answer, or does not tell."""
    options = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "decode_responses": True}
    try:
        with closing(redis.Redis.from_url(str(frappe.conf.get(key) or ""), **options)) as server:
            if file := server.info("server").get("config_file"):
                return [program, str(file)]
            return [program, *redis_options(server.config_get("*"))]
    except (redis.RedisError, ValueError):
        return []
