"""A property is judged by what it says, and not by how long a busy machine takes over an example."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
