"""Every story of ``stories.yaml`` ends as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

STORIES = yaml.safe_load((Path(__file__).parent / "stories.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("title", STORIES)
def test_story(title: str, village: Callable[[Mapping[str, Any]], Any]) -> None:
    story = STORIES[title]
    assert village(story).course() == [request["then"] for request in story["asks"]]
