"""A setting that several tests of what-ifs share."""

import pytest

from analysis.model.model import Model, Setting


@pytest.fixture(scope="module")
def with_former(model: Model) -> Setting:
    return model.setting({"former_detainees": 350_000})
