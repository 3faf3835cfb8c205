"""How many processors this process may use."""

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # kernel.org, Documentation/admin-guide/cgroup-v2.rst


def cores() -> int:
    """Logical processors that this process may use, a container's quota counted; at least 1.

    >>> cores() >= 1
    True
    """
    allowed = getattr(os, "sched_getaffinity", None)
    there = len(allowed(0)) if allowed else os.cpu_count() or 1
    try:
        quota, _, period = _QUOTA.read_text().strip().partition(" ")
    except OSError:
        return there
    return max(1, min(there, int(quota) // int(period))) if quota.isdigit() and period.isdigit() else there
