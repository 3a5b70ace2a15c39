"""Percentiles of what was measured."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed (nearest rank); NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def spread_ms(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """p50, p90, p99 and the greatest, in ms, named for a figure's `absolute`."""
    found = {f"{name}_p{percent}_ms": percentile(seconds, percent) * 1000 for percent in (50, 90, 99)}
    return {**found, f"{name}_max_ms": max(seconds, default=math.nan) * 1000}
