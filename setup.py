"""For tools that still look for one; pyproject.toml has everything."""

from setuptools import setup

setup()
