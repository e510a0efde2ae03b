"""RQ's queues and workers, of the whole bench. Only lists and hashes are read: what RQ offers tidies up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from frappe.utils.background_jobs import get_queues_timeout
from redis import Redis

from verenigingen_maintenance.core.readings import Reading, Unknown
from verenigingen_maintenance.core.wording import some
from verenigingen_maintenance.sources import shared, source
from verenigingen_maintenance.sources.jobs import connection, queues

DEAD_AFTER = timedelta(minutes=8)
WORKERS, WORKER = "rq:workers", "rq:worker:"
RQ = "RQ in Redis"


@source
def alive(now: datetime) -> Reading:
    """Workers whose last sign of life is younger than 8 minutes; RQ goes on listing dead ones.

    After Redis was emptied RQ lists none, although those that live go on giving signs: they are looked for.
    """
    beats = _heartbeats(now)
    living = [name for name, beat in beats.items() if beat and now - beat < DEAD_AFTER]
    dead = sorted(set(beats) - set(living))
    evidence = {"listed": len(beats), "dead": dead[:20]}
    detail = some([f"{each} is dead" for each in dead])
    return Reading(len(living), "workers", now, RQ, evidence, detail=detail)


@source
def waiting_jobs(now: datetime) -> Reading:
    """Jobs that wait for a worker, in all queues."""
    lengths = _lengths(now)
    return Reading(sum(lengths.values()), "jobs", now, RQ, {"by queue": lengths})


@source
def waiting_short(now: datetime) -> Reading | Unknown:
    return _waiting("short", now)


@source
def waiting_default(now: datetime) -> Reading | Unknown:
    return _waiting("default", now)


@source
def waiting_long(now: datetime) -> Reading | Unknown:
    return _waiting("long", now)


@source
def failed_jobs(now: datetime) -> Reading:
    """Jobs that RQ keeps as failed, however old."""
    by_queue = {
        queue.name.split(":")[-1]: queue.connection.zcard(queue.failed_job_registry.key) for queue in queues()
    }
    return Reading(sum(by_queue.values()), "jobs", now, RQ, {"by queue": by_queue})


def _waiting(name: str, now: datetime) -> Reading | Unknown:
    """Jobs that wait in one queue."""
    lengths = _lengths(now)
    if name not in lengths:
        return Unknown(f"this bench has no queue “{name}”", now, RQ)
    return Reading(lengths[name], "jobs", now, RQ)


@shared
def _lengths(now: datetime) -> dict[str, int]:
    """Jobs that wait, by queue: “short” of “bench-id:short”. RQ lists no queue that never had a job."""
    found = {queue.name.split(":")[-1]: queue.connection.llen(queue.key) for queue in queues()}
    return {**dict.fromkeys(get_queues_timeout(), 0), **found}


def _heartbeats(now: datetime) -> dict[str, datetime | None]:
    """The last sign of life of each worker that RQ lists; where none of them lives, of any that gives one."""
    redis = connection()
    listed = _beats(redis, redis.smembers(WORKERS))
    if any(beat and now - beat < DEAD_AFTER for beat in listed.values()):
        return listed
    return listed | _beats(redis, redis.scan_iter(f"{WORKER}*", count=1_000))


def _beats(redis: Redis, found: Iterable[bytes]) -> dict[str, datetime | None]:
    keys = [key.decode() for key in found]
    pipeline = redis.pipeline()
    for key in keys:
        pipeline.hget(key, "last_heartbeat")
    beats = pipeline.execute()
    return {key.removeprefix(WORKER): _moment(beat) for key, beat in zip(keys, beats, strict=True)}


def _moment(text: bytes | None) -> datetime | None:
    if not text:
        return None
    return datetime.fromisoformat(text.decode().rstrip("Z")).replace(tzinfo=timezone.utc)
