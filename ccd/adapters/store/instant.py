"""A moment in a column: aware UTC with microseconds, alike on both engines.

PostgreSQL has a type for it. SQLite has none, so there it is the microseconds since 1970 as an integer: it
sorts as it should, and writing, which is done a thousand times as often as reading, takes 0.2 us a value
against 1.0 us for fixed-width text, with a third of the bytes in every index (reading back: 0.5 us against
0.1 us). In the sqlite3 shell: ``datetime(started / 1000000, 'unixepoch')``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["Instant", "aware", "from_micros", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def aware(value: datetime) -> datetime:
    """The same value. Raises ValueError for a naive one, which could mean any moment of a day."""
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone; give an aware datetime, such as datetime.now(UTC)")
    return value


def to_micros(value: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for a naive value."""
    return (aware(value) - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """A column type for aware datetimes; values come back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        plain = BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(plain)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return to_micros(value) if dialect.name == "sqlite" else aware(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return from_micros(value) if dialect.name == "sqlite" else value.astimezone(UTC)
