"""Rules that hold over several shifts, parted among them: for a solver that knows only what one shift may have."""

from __future__ import annotations

from gis.tours.problem import CountRule, Order, Problem, StayRule


def shared_rules(problem: Problem) -> tuple[CountRule | StayRule, ...]:
    """The rules with a most that several shifts could use up together."""
    if len(problem.shifts) < 2:
        return ()
    counts = (rule for rule in problem.counts if rule.at_most is not None and rule.at_most < len(rule.sites))
    return (*counts, *(rule for rule in problem.stays if _load(problem, rule, tuple(rule.sites)) > rule.most))


def strained(problem: Problem, order: Order) -> frozenset[str]:
    """The keys of those that ``order`` breaks."""
    visited = tuple(site for route in order for site in route)
    return frozenset(rule.key for rule in shared_rules(problem) if _load(problem, rule, visited) > _most(rule))


def shares(problem: Problem, keys: frozenset[str], order: Order) -> dict[str, tuple[int, ...]]:
    """
    What each shift may have of the rules of ``keys``: what it uses of them in ``order``, which keeps them.

    What nobody uses goes to the shift that uses most. The shares of a rule together are what it allows.
    """
    found: dict[str, tuple[int, ...]] = {}
    for rule in shared_rules(problem):
        if rule.key in keys:
            used = [_load(problem, rule, route) for route in order]
            used[used.index(max(used))] += max(0, _most(rule) - sum(used))
            found[rule.key] = tuple(used)
    return found


def _most(rule: CountRule | StayRule) -> int:
    if isinstance(rule, StayRule):
        return rule.most
    return len(rule.sites) if rule.at_most is None else rule.at_most


def _load(problem: Problem, rule: CountRule | StayRule, visited: tuple[int, ...]) -> int:
    ours = [site for site in visited if site in rule.sites]
    return len(ours) if isinstance(rule, CountRule) else sum(problem.sites[site].stay for site in ours)
