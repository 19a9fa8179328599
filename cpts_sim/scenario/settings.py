"""The base of every block of settings, and the two containers they may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

T = TypeVar("T")


class Settings(BaseModel):
    """A frozen block of settings: no unknown key, no change of type, no change once made."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=True, use_attribute_docstrings=True
    )


class FrozenMap(Mapping[str, T]):
    """A mapping that cannot be changed, can be copied and can be pickled."""

    __slots__ = ("_data",)

    def __init__(self, data: Mapping[str, T] | None = None) -> None:
        self._data = dict(data or {})

    def __getitem__(self, key: str) -> T:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"FrozenMap({self._data!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMap, (self._data,)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(value)


Frozen = Annotated[Mapping[str, T], AfterValidator(FrozenMap), PlainSerializer(_plain)]
"""A mapping field that cannot be changed."""


class Plugins(Settings):
    """Missions or shocks of a scenario, by name; the fields come from the catalogue. None: absent."""

    def names(self) -> tuple[str, ...]:
        """Return the names of those present, in alphabetical order."""
        return tuple(sorted(name for name in type(self).model_fields if getattr(self, name) is not None))

    def items(self) -> list[tuple[str, Any]]:
        """Return (name, settings) of those present, in alphabetical order of names."""
        return [(name, getattr(self, name)) for name in self.names()]

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def __getitem__(self, name: str) -> Any:
        return dict(self.items())[name]
