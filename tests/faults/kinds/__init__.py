"""An app with kinds of jobs that only the fault suite needs; `tests.faults.settings` installs it."""
