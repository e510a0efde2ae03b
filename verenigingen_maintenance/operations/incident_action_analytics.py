"""Analytics in an incident: down to basic monitoring, and back one component after another."""

from __future__ import annotations

from collections.abc import Mapping

from frappe import _

from verenigingen_maintenance.core.analytics import OFF
from verenigingen_maintenance.core.language import phrase
from verenigingen_maintenance.operations import analytics_switches
from verenigingen_maintenance.operations.incident_action_way import Asked, Parameters, Prepared, State
from verenigingen_maintenance.operations.refusals import refuse
from verenigingen_maintenance.operations.transactions import commit
from verenigingen_maintenance.sources import analytics_store
from verenigingen_maintenance.sources.analytics_store import Stored


def state(_parameters: Parameters) -> State:
    """The state and verdict of each component, and which are switched off."""
    found = analytics_store.components()
    return {"components": {name: _standing(each) for name, each in found.items()}, "left": _off(found)}


def _standing(component: Stored) -> str:
    return f"{component.standing.state}, {component.verdict or 'not computed'}"


def _off(found: Mapping[str, Stored]) -> list[str]:
    return [name for name, each in found.items() if each.enabled and each.standing.state == OFF]


# --- down


def none_to_switch_off() -> str:
    found = analytics_store.components().values()
    return (
        "" if any(each.advanced and each.is_in_use for each in found) else _("No advanced component is on.")
    )


def prepare_fall_back(_parameters: Parameters) -> Prepared:
    if why_not := none_to_switch_off():
        refuse("{0}", why_not)
    return Prepared("", {})


def fall_back(asked: Asked) -> None:
    analytics_switches.fall_back(asked.reason)


def fallen_back(before: State, after: State) -> str:
    switched = [name for name in after["left"] if name not in before["left"]]
    if not switched:
        refuse(_("No component was switched off."))
    return "Switched off: {}. Samples, runs and checks go on.".format(", ".join(switched))


# --- and back


def none_to_restore() -> str:
    return "" if _off(analytics_store.components()) else _("No component is switched off.")


def prepare_restore(parameters: Parameters) -> Prepared:
    """The named component, or the next in the order of the engine, while none is being restored."""
    name = str(parameters.get("component") or "").strip() or analytics_switches.next_to_restore()
    found = analytics_store.components([name]).get(name)
    if found is None or found.standing.state != OFF:
        refuse(_("{0} is no component that is switched off."), name)
    return Prepared(name, {"component": name})


def component_state(parameters: Parameters) -> State:
    """The same as `state`, with the chosen one and why it is not OK."""
    name = parameters["component"]
    found = analytics_store.components()
    component = found[name]
    return {
        **{"component": name, "state": component.standing.state, "verdict": component.verdict},
        **{"reason": component.reason, "left": _off(found)},
    }


def restore(asked: Asked) -> None:
    """Marked first: where a worker is killed, the next refresh computes it."""
    analytics_switches.begin_restoring(asked.parameters["component"])
    commit()
    analytics_switches.compute(asked.parameters["component"])


def restored(_before: State, after: State) -> str:
    if after["state"] == OFF:
        refuse(_("{0} failed and is switched off again: {1}"), after["component"], after["reason"])
    left = ", ".join(after["left"]) or phrase("none")
    why = f" ({after['reason']})" if after["reason"] else ""
    message = "{0} is {1}, {2}{3}. Still switched off: {4}."
    return message.format(after["component"], after["state"], after["verdict"], why, left)


def choices() -> dict[str, list[dict[str, str]]]:
    found = analytics_store.components()
    return {"component": [{"value": name, "label": found[name].title} for name in _off(found)]}
