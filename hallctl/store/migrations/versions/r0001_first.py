"""The first tables.

Revision r0001, after None.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "r0001"
down_revision = None


def upgrade() -> None:
    _create_event()
    _create_ticket()
    _create("window", _id("id"), _text("state"), _text("clerk", None), _text("ticket", None), _text("reason", None),
            _moment("since"), _count("done"), _text("plan", None), _count("streak"), _text("credits"),
            _text("before", None), _moment("arranged_at", None))  # fmt: skip
    _create("tally", _id("day"), _id("service"), _count("number"), _count("called"), _count("done"), _count("missed"),
            _count("cancelled"), _count("expired"), _moment("wait_sum_ms"), _moment("serve_mean_ms"),
            _count("calls"), _count("streak"), _count("overtime"), _count("extra"),
            _count("privileged"), _moment("turn_mean_ms"))  # fmt: skip
    _create("device", _id("name"), _text("state"), _text("faults"), _moment("since"))
    _create("account", _id("id"), _text("name"), _text("roles"), _text("password_hash", None), _count("epoch"))
    _create("terminal", _id("id"), _text("role"), _text("place", None), _text("token_digest"))
    _create("agent", _id("id"), _text("digest"))
    _create("alert", _id("id"), _text("rule"), _text("service", None), _text("window", None), _moment("since"),
            _count("value"), _count("line"), _text("stage"), _text("suggestion", None), _text("by", None),
            _moment("at", None), _text("reason", None), _count("waiting", None))  # fmt: skip
    _create_appointments()
    _create_lists()
    op.create_table(
        "request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        *(_text("key"), _text("digest"), _moment("seq"), _moment("at")),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_table(
        "hall",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _text("day", None),
        _text("last_day", None),
        _text("emergency", None),
        sa.Column("rows_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("own", "before", "digest")),
    )


def downgrade() -> None:
    for table in (
        "generation",
        "hall",
        "request",
        "help",
        "call",
        "scan",
        "quota",
        "block",
        "appointment",
        "alert",
        "agent",
        "terminal",
        "account",
        "device",
        "tally",
        "window",
        "ticket",
    ):
        op.drop_table(table)
    op.drop_table("event")


def _create_appointments() -> None:
    _create("appointment", _id("id"), _text("code"), _text("service"), _text("day"), _moment("start"), _moment("end"),
            _moment("booked_at"), _text("source"), _text("external", None), _text("stage"), _text("ticket", None),
            _flag("late"), _moment("ended_at", None), _text("reason", None), _flag("live"),
            _text("phone", None), _text("tail", None), _text("holder", None))  # fmt: skip
    live = sa.text("live")
    op.create_index("ix_appointment_live", "appointment", ["start"], sqlite_where=live, postgresql_where=live)
    _create("block", _id("digest"), _text("misses"), _moment("kept_until"), _moment("until", None),
            _text("appointment", None))  # fmt: skip
    _create("quota", _id("id"), _text("service"), _moment("start"), _count("quota"))


def _create_lists() -> None:
    _create("scan", _id("id"), _text("label"), _moment("changed_at"), _text("pages"), _text("removed"),
            _moment("finished_at", None))  # fmt: skip
    _create("call", _id("ticket"), _text("label"), _text("window"), _text("queue"), _moment("at"), _count("count"),
            _moment("seq"))  # fmt: skip
    _create("help", _id("kiosk"))


def _create_event() -> None:
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        _moment("at"),
        _text("day", None),
        _text("actor"),
        _text("type"),
        _text("ticket", None),
        _text("window", None),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("private", sa.Text()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
    )
    opened = sa.text("type = 'day.opened'")
    op.create_index("ix_event_day_opened", "event", ["day"], sqlite_where=opened, postgresql_where=opened)


def _create_ticket() -> None:
    _create(
        "ticket",
        *(_id("id"), _text("day"), _text("service"), _count("number"), _text("label"), _text("queue")),
        *(_text("priority"), _moment("taken_at"), _moment("place"), _moment("seq"), _text("source"), _text("stage")),
        *(_text("kiosk", None), _text("target", None), _text("window", None), _text("clerk", None)),
        *(_text("first_clerk", None), _count("calls"), _moment("first_called_at", None), _moment("called_at", None)),
        *(_moment("announced_at", None), _moment("started_at", None), _moment("ended_at", None)),
        *(_moment("held_at", None), _moment("resumed_at", None), _moment("held_ms")),
        *(_moment("after", None), _count("misses"), _text("for_clerk", None), _text("steps"), _count("principals")),
        sa.Column("agent", sa.Boolean(), nullable=False),
        *(_text("appointment", None), _text("served", None), _moment("eligible_at", None), _count("ahead")),
        *(_text("slip"), _text("slip_fault", None), _text("slip_kiosk", None)),
        *(_count("copies"), _text("rating"), _text("level", None), _text("reason", None)),
        sa.Column("live", sa.Boolean(), nullable=False),
        *(_text("person_digest", None), _text("person_name_mask", None)),
        *(_text("person_number_mask", None), _text("person_kind", None)),
        sa.UniqueConstraint("day", "service", "number"),
    )
    live, active = sa.text("live"), sa.text("stage IN ('called', 'serving')")
    op.create_index("ix_ticket_live", "ticket", ["seq"], sqlite_where=live, postgresql_where=live)
    op.create_index("uq_ticket_active_window", "ticket", ["window"], unique=True,
                    sqlite_where=active, postgresql_where=active)  # fmt: skip


def _create(name: str, *items: SchemaItem) -> None:
    """A table that is one B-tree by its primary key; constraints are named by the naming convention."""
    op.create_table(name, *items, sqlite_with_rowid=False)


def _id(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), primary_key=True)


def _text(name: str, default: object = ...) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=default is None)


def _count(name: str, default: object = ...) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=default is None)


def _moment(name: str, default: object = ...) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=default is None)


def _flag(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), nullable=False)
