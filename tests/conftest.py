"""Shapes and types in every signature are checked while tests run; they cost nothing otherwise."""

import os
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

install_import_hook("tendu", "checking.check")

SHARED = Path(os.environ.get("TENDU_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real models, photos and films; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"real models and photos are not here: set TENDU_SHARED (looked in {SHARED})")
    return SHARED
