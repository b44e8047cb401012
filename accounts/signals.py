"""What later apps may listen to; accounts itself knows none of them."""

from __future__ import annotations

from django.dispatch import Signal

# The first administrator has finished the set-up. Arguments: user, sample_data (bool).
setup_finished = Signal()
