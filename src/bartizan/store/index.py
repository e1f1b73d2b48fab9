"""A list of the evidence in SQLite, so that a hundred thousand trials are listed in a second.

Disposable: whatever it says can be rebuilt from the evidence folders. A list that is broken is made anew, and where
none can be written it is kept in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

from bartizan.core.errors import StoreError
from bartizan.core.evidence import Evidence
from bartizan.core.suggest import did_you_mean
from bartizan.core.vocabulary import Outcome

from .store import Store

Row = dict[str, Any]

# Trials that ended so are tried again, so that their rows may be out of date.
_PASSING = (Outcome.ERROR, Outcome.SKIPPED)

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
        self._path = path
        try:
            self._engine = _open(f"sqlite:///{path}")
        except DatabaseError:
            self._anew()

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
            if column not in _EVIDENCE.c:
                raise StoreError(
                    f"the list of evidence has no column {column!r}{did_you_mean(column, _EVIDENCE.c.keys())}"
                )
            query = query.where(_EVIDENCE.c[column] == value)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def sync(self, store: Store) -> int:
        """Bring the list in step with the folders: read what is new, drop what is gone; the number of rows."""
        try:
            return self._sync(store)
        except DatabaseError:
            self._anew()
            return self._sync(store)

    def rebuild(self, store: Store) -> int:
        """Make the list anew from the folders; the number of rows."""
        self._anew()
        return self._sync(store)

    def count(self) -> int:
        """How many rows there are."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(_EVIDENCE)).scalar_one())

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _sync(self, store: Store) -> int:
        there = set(store.ids())
        with self._engine.begin() as connection:
            listed = set(connection.execute(select(_EVIDENCE.c.id)).scalars())
            passing = set(connection.execute(select(_EVIDENCE.c.id).where(_EVIDENCE.c.outcome.in_(_PASSING))).scalars())
            for gone in listed - there:
                connection.execute(delete(_EVIDENCE).where(_EVIDENCE.c.id == gone))
        unread = (there - listed) | (there & passing)
        self.add([e for key in sorted(unread) if (e := store.evidence(key))])
        return self.count()

    def _anew(self) -> None:
        if hasattr(self, "_engine"):
            self._engine.dispose()
        try:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            self._engine = _open(f"sqlite:///{self._path}")
        except (OSError, DatabaseError):
            self._engine = _open("sqlite://")


def _open(url: str) -> Engine:
    engine = create_engine(url)
    event.listen(engine, "connect", _fast)
    _METADATA.create_all(engine)
    return engine


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
