"""What several tests share."""

import pytest

import analysis


@pytest.fixture(scope="session")
def article():
    """The article's own numbers."""
    return analysis.load()
