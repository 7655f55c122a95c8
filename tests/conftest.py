"""Settings of the tools that the tests use."""

from hypothesis import settings

# On a busy machine an example may take any time; a test that is slow for good is for benchmarks.
settings.register_profile("bpreport", parent=settings(), deadline=None)
settings.load_profile("bpreport")
