"""A list of the evidence in SQLite, so that a hundred thousand trials are listed in a second.

Disposable: whatever it says can be rebuilt from the evidence folders.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, create_engine, delete, event, func, select
from sqlalchemy.dialects.sqlite import insert

from bartizan.core.evidence import Evidence

from .store import Store

Row = dict[str, Any]

_METADATA = MetaData()
_EVIDENCE = Table(
    "evidence",
    _METADATA,
    Column("id", String, primary_key=True),
    Column("trial", String, nullable=False),
    Column("plugin", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("outcome", String, nullable=False, index=True),
    Column("queries", Integer, nullable=False),
)


class Index:
    """The list. `rows()` is sorted by trial name, then id."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _fast)
        _METADATA.create_all(self._engine)

    def add(self, items: Iterable[Evidence]) -> None:
        """Add evidence, replacing rows with the same id."""
        self.add_rows([_row(e) for e in items])

    def add_rows(self, rows: list[Row]) -> None:
        """Add ready-made rows (see the columns), replacing those with the same id."""
        if rows:
            with self._engine.begin() as connection:
                _upsert(connection, rows)

    def rows(self, **where: str) -> list[Row]:
        """All rows whose columns equal `where`, e.g. outcome="error"."""
        query = select(_EVIDENCE).order_by(_EVIDENCE.c.trial, _EVIDENCE.c.id)
        for column, value in where.items():
            query = query.where(_EVIDENCE.c[column] == value)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def sync(self, store: Store) -> int:
        """Bring the list in step with the folders: read what is new, drop what is gone; the number of rows."""
        there = set(store.ids())
        with self._engine.begin() as connection:
            listed = set(connection.execute(select(_EVIDENCE.c.id)).scalars())
            for gone in listed - there:
                connection.execute(delete(_EVIDENCE).where(_EVIDENCE.c.id == gone))
        new = [e for key in sorted(there - listed) if (e := store.evidence(key))]
        self.add(new)
        return len(listed & there) + len(new)

    def rebuild(self, store: Store) -> int:
        """Make the list anew from the folders; the number of rows."""
        found = [e for key in store.ids() if (e := store.evidence(key))]
        with self._engine.begin() as connection:
            connection.execute(delete(_EVIDENCE))
        self.add(found)
        return len(found)

    def count(self) -> int:
        """How many rows there are."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(_EVIDENCE)).scalar_one())

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _row(e: Evidence) -> Row:
    t = e.trial
    subject = "+".join((t.subject.id, *t.subject.treatments))
    return {
        "id": e.id,
        "trial": t.name,
        "plugin": t.plugin,
        "kind": t.kind,
        "subject": subject,
        "outcome": str(e.outcome),
        "queries": e.cost.queries,
    }


def _upsert(connection: Connection, rows: list[Row]) -> None:
    statement = insert(_EVIDENCE)
    changes = {c.name: statement.excluded[c.name] for c in _EVIDENCE.columns if c.name != "id"}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes), rows)


def _fast(connection: Any, _: Any) -> None:
    # The folders are the truth and the list is disposable, so a lost write costs a rebuild and nothing else.
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=WAL")
