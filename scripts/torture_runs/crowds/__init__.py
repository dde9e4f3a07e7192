"""Callers that ask for as much as they can get, all from one address."""

from scripts.torture_runs.crowds.attacks import ATTACKS, CrowdAttack, site
from scripts.torture_runs.crowds.callers import crowd
from scripts.torture_runs.crowds.normal_client import NormalClient, p99

__all__ = ["ATTACKS", "CrowdAttack", "NormalClient", "crowd", "p99", "site"]
