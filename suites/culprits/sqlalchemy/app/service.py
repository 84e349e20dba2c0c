"""Quiz scores, kept in a database of their own."""

from flask import Flask, jsonify, request
from sqlalchemy import Column, Integer, String, create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.pool import StaticPool

Base = declarative_base()


class Round(Base):
    """One round of one player."""

    __tablename__ = "rounds"
    id = Column(Integer, primary_key=True)
    player = Column(String(40), nullable=False, unique=True)
    right = Column(Integer, nullable=False)
    asked = Column(Integer, nullable=False)


engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([Round(player="mia", right=9, asked=12), Round(player="ole", right=6, asked=6)])
    session.commit()

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/players")
def list_players():
    with Session(engine) as session:
        rounds = session.execute(select(Round).order_by(Round.player)).scalars()
        return jsonify([{"player": r.player, "right": r.right, "asked": r.asked} for r in rounds])


@app.get("/ranking")
def rank():
    """Players by the share of answers that were right."""
    share = (Round.right / Round.asked).label("share")
    with Session(engine) as session:
        rows = session.execute(select(Round.player, share).order_by(share.desc(), Round.player)).all()
    return jsonify([{"player": row.player, "share": float(row.share)} for row in rows])


@app.get("/totals")
def count():
    with Session(engine) as session:
        right, asked = session.execute(select(func.sum(Round.right), func.sum(Round.asked))).one()
    return jsonify(right=right, asked=asked)


@app.post("/rounds")
def add_round():
    played = request.get_json()
    with Session(engine) as session:
        session.add(Round(player=played["player"], right=played["right"], asked=played["asked"]))
        try:
            session.commit()
        except IntegrityError:
            return jsonify(error="has_played_already"), 409
    return jsonify(player=played["player"]), 201
