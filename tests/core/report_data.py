"""The data of a report as it is stored, made by hand: what each section's facts look like."""

from datetime import date, timedelta

FIRST = date(2026, 5, 4)
WORSE_FROM = date(2026, 8, 10)
PLANTED = {
    **{
        "name": "EP-1",
        "title": "Mandate <b>X</b> could not be booked",
        "state": "Ongoing",
        "severity": "Critical",
    },
    **{
        "kind": "exception",
        "area": "payments",
        "own": False,
        "errors": 1248,
        "before": 0,
        "first": "2026-08-10",
    },
}


def data(kind="QUARTERLY-PERFORMANCE", sections=("errors", "performance", "trends"), **changes):
    """The quarter 2026-Q3, in which errors and the response of the API became worse in week 7."""
    made = {
        **{"version": 1, "kind": kind, "title": "Quarterly Performance Report", "audience": "the board"},
        **{"cadence": "Quarterly", "period": "2026-Q3", "site": "test.localhost"},
        "read_at": "2026-10-05T07:01:00+02:00",
        "sections": list(sections),
        "measured_days": 92,
        "measured_days_before": 91,
        "facts": {"errors": errors(), "metrics": metrics(), "forecasts": forecasts()},
    }
    return {**made, **changes}


def errors(**changes):
    days = [FIRST + timedelta(days=number) for number in range(150)]
    counts = {str(day): 24 if day >= WORSE_FROM else 6 for day in days}
    told = {
        "counted_since": "2026-01-01",
        "kept_since": None,
        "by_day": counts,
        "patterns": [PLANTED],
        "patterns_with_errors": 1,
    }
    told |= {
        "new": 1,
        "new_critical": 1,
        "new_critical_patterns": [PLANTED],
        "by_area": {"payments": 1248},
        "resolved": 0,
        "regressed": 0,
        "regressed_patterns": [],
    }
    return {
        **told,
        "not_rolled_up": "",
        "sources": {"days": "Error Count", "patterns": "Error Pattern"},
        **changes,
    }


def metric(name="traffic.api_time", title="API response", group="Requests", **changes):
    weeks = [FIRST + timedelta(weeks=number) for number in range(22)]
    values = [[str(week), 260.0 if week >= WORSE_FROM else 120.0, 7] for week in weeks]
    told = {"metric": name, "title": title, "group": group, "unit": "ms", "is_count": False, "value": 195.0}
    told |= {"before": 120.0, "minimum": 100.0, "maximum": 300.0, "days": 92, "before_days": 91, "reason": ""}
    return {
        **told,
        "weeks": values,
        "capacity": "",
        "limit": "> 200",
        "limit_value": 200.0,
        "days_over": 52,
        "worse": "higher",
        **changes,
    }


def metrics(*rows):
    unmeasured = metric(
        "host.load", "Load", value=None, before=None, weeks=[], days=0, reason="/proc is not there"
    )
    told = list(rows) or [metric(), unmeasured]
    return {"metrics": told, "sources": {"days": "Metric Day"}}


def forecasts(**changes):
    return {
        "weeks": [],
        "last": [],
        "sources": {"weeks": "Metric Forecast", "last": "Metric Forecast"},
        **changes,
    }
