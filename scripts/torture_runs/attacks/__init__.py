"""What is sent to do harm, to every endpoint of the application, and what must come of it."""

from scripts.torture_runs.attacks.attack import Attack
from scripts.torture_runs.attacks.forms import FORM_ATTACKS, MULTIPART_ATTACKS, PACKED_ATTACKS
from scripts.torture_runs.attacks.json import JSON_ATTACKS
from scripts.torture_runs.attacks.xml import XML_ATTACKS

BODIES: tuple[Attack, ...] = (*XML_ATTACKS, *JSON_ATTACKS, *MULTIPART_ATTACKS, *FORM_ATTACKS, *PACKED_ATTACKS)
"""All that is a body."""
