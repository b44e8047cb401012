"""`GET /me` with FastAPI, SQLAlchemy async on SQLite and PyJWT: verify the token, read the user's row, answer its fields.

`GET /me/kept` keeps the answer for 5 s. Environment: PEER_DATABASE (path of the file), PEER_KEY (key of the tokens).
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

AUDIENCE, ISSUER = "peer:api", "peer"
KEY = os.environ.get("PEER_KEY", "")
engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ.get('PEER_DATABASE', ':memory:')}")
sessions = async_sessionmaker(engine, expire_on_commit=False)
bearer = HTTPBearer()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(default="")
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="")
    theme: Mapped[str] = mapped_column(default="auto")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_staff: Mapped[bool] = mapped_column(default=False)
    is_superuser: Mapped[bool] = mapped_column(default=False)
    date_joined: Mapped[datetime]
    last_login: Mapped[datetime | None]


class Profile(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    language: str
    time_zone: str
    theme: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: datetime
    last_login: datetime | None


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as session:
        now = datetime.now(UTC)
        session.add(User(username="admin", email="admin@example.org", date_joined=now, last_login=now))
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def database() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    session: Annotated[AsyncSession, Depends(database)],
) -> User:
    try:
        claims = jwt.decode(credentials.credentials, KEY, ["HS256"], audience=AUDIENCE, issuer=ISSUER)
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error
    user = await session.scalar(select(User).where(User.id == int(claims["sub"])))
    if user is None or not user.is_active:
        raise HTTPException(401)
    return user


@app.get("/me")
async def me(user: Annotated[User, Depends(current_user)]) -> Profile:
    return Profile.model_validate(user)


kept: dict[str, tuple[float, Profile]] = {}
KEEP_SECONDS = 5.0


@app.get("/me/kept")
async def me_kept(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Profile:
    """The same from memory while the last look at token and row is fresh."""
    raw = credentials.credentials
    until, profile = kept.get(raw, (0.0, None))
    if profile is None or time.monotonic() >= until:
        async with sessions() as session:
            profile = Profile.model_validate(await current_user(credentials, session))
        kept[raw] = time.monotonic() + KEEP_SECONDS, profile
    return profile


def token(key: str, user_id: int) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": str(user_id),
        "aud": AUDIENCE,
        "iss": ISSUER,
        "iat": now,
        "exp": now + timedelta(hours=1),
    }
    return jwt.encode(claims, key, "HS256")
