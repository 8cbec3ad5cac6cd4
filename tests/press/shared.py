"""Where the three public reports and their gold lie, when they lie beside the repository."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared"
SEEDS = SHARED / "seeds"
GOLD = SHARED / "press" / "seeds-gold.json"
needs_shared = pytest.mark.skipif(not GOLD.exists(), reason="the public reports are not beside the repository (../shared)")
