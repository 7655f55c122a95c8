"""Coverage-guided fuzzing of what reads untrusted text; `python -m fuzzing --help`."""
