"""The rules of one limit, as changes of a `Pace` row: no clock and no database of their own.

A limit is open, held, half-open or paced (wire/baidu-netdisk.md §6: few numbers are published, so they are learnt).

- A refusal holds everybody (`held_until`). Then the limit is half-open while `strikes` > 0: one call at a time probes, under a
  lease that ends should its process die. An answer opens it, a refusal holds for longer.
- Opened again, `rate` calls per minute go, evenly spaced. The first episode may have been a storm, so the rate grows by half
  with each call and soon is no limit any more. Later ones mean a real limit: the rate is below what was reached and grows by
  5 % a minute while it is used up, and fast again once it is well beyond the point where it was refused.
- Who is refused again before half as many calls have passed as before the first refusal is still in the same episode: the
  pause was too short and grows, nothing is learnt.
- A window (`limit` calls in any minute) holds for a class whose limit is documented.
- A limit that was not met for an hour is forgotten.

Every time is in seconds of the database's clock. A clock that was set back stretches a wait to what it was meant to be, never
to hours (F48).
"""

from __future__ import annotations

from netdisk.models import Pace

WINDOW = 60.0
MARGIN = 0.5  # the calls of a window reach Baidu with differing delays
FIRST_HOLD, HOLD_GROWTH = 4.0, 1.6
LONGEST_BACKOFF, LONGEST_HOLD, LONGEST_CLEARING = 60.0, 3600.0, 30.0
PROBE_SECONDS = 45.0  # longer than one call usually takes
PROBE_POLL = 1.0
LONGEST_URGENCY = 5.0
JUMP = 1.0
FIRST_RATE, FAST_GROWTH = 30.0, 1.5
LEAST_RATE, SLOW_GROWTH = 2.0, 0.05
BELOW_REACHED, BEYOND, DECREASE = 0.8, 1.1, 0.7
FEW, TRIAL, ENOUGH = 5, 20, 100
NO_LIMIT, TOP_RATE = 600.0, 6000.0  # calls per minute
FORGET = 3600.0


def settle(row: Pace, now: float) -> bool:
    """Correct what a jump of the clock left behind, and forget a limit that was not met for long; true: keep the correction."""
    longest = {
        "held_until": row.hold,
        "probe_until": PROBE_SECONDS,
        "next_at": _interval(row),
        "urgent_until": LONGEST_URGENCY,
    }
    late = [name for name, seconds in longest.items() if getattr(row, name) > now + seconds + JUMP]
    for name in late:
        setattr(row, name, now + longest[name])
    row.refused_at = min(row.refused_at, now)
    row.recent = [moment for moment in row.recent if now - WINDOW - MARGIN < moment <= now]
    if not row.strikes and now - row.refused_at > FORGET:
        row.rate, row.episodes, row.active = None, 0, False
    return bool(late)


def wait(row: Pace, now: float, *, bulk: bool = False, limit: int = 0, ahead: int = 0) -> float:
    """Seconds until a caller with `ahead` others before it may go, as far as is known; 0: now."""
    if row.held_until > now:
        return row.held_until - now
    if row.strikes:
        return min(PROBE_POLL, row.probe_until - now) if row.probe and row.probe_until > now else 0.0
    if bulk and row.urgent_until > now:
        return row.urgent_until - now
    # Where the rate grows by half each time, all slots together last as long as three of the first.
    slots = ahead if row.episodes > 1 else min(ahead, 3)
    paced = row.next_at + slots * _interval(row) - now if row.rate else 0.0
    return max(paced, _window(row, now, limit, ahead) if limit else 0.0, 0.0)


def on_trial(row: Pace) -> bool:
    """Half-open, or opened so lately that a refusal says the pause was too short."""
    return row.active and (row.strikes > 0 or row.passed < min(_enough(row), TRIAL))


def take(row: Pace, now: float, *, token: str, limit: int = 0) -> None:
    """Use the slot that `wait` found free; a half-open limit notes the one who probes."""
    if row.strikes:
        row.probe, row.probe_until = token, now + PROBE_SECONDS
    elif row.rate:
        row.passed += 1
        row.rate = _grown(row, now)
        if row.rate >= NO_LIMIT and row.passed >= _enough(row):
            row.rate, row.active = None, False
        row.next_at = now + _interval(row)
    if limit:
        row.recent = [*row.recent, round(now, 3)][-limit:]


def refused(
    row: Pace,
    now: float,
    *,
    token: str = "",
    reached: int = 0,
    clears_in: float = 0.0,
    least: float = 0.0,
    jitter: float = 1.0,
) -> bool:
    """Baidu refused a call; true when that begins or lengthens a hold.

    `reached` calls were answered in the last minute, `clears_in` seconds take a part of them out of a window of a minute.
    `least` is the pause that Baidu asks for.
    """
    row.refused_at = now
    probing = bool(row.probe) and row.probe_until > now
    if row.held_until > now or (row.strikes and probing and row.probe != token):
        return False  # sent before the hold began
    if not row.strikes and (row.rate is None or row.passed >= _enough(row)):
        row.episodes += 1
        known = row.episodes > 1
        clearing = min(clears_in, LONGEST_CLEARING) if known and (row.rate is None or row.episodes == 2) else 0.0
        _learn(row, reached)
        row.hold = max(FIRST_HOLD * jitter, clearing)
    else:
        row.reached = row.reached if row.strikes else int(row.reached * DECREASE)
        row.rate = _guess(row) if row.episodes <= 1 else row.rate
        row.hold = min(max(row.hold, FIRST_HOLD) * HOLD_GROWTH * jitter, LONGEST_BACKOFF)
    row.strikes += 1
    row.hold = min(max(row.hold, least), LONGEST_HOLD)
    row.held_until, row.active, row.probe, row.passed = now + row.hold, True, "", 0
    return True


def answered(row: Pace, now: float, token: str) -> bool:
    """Baidu answered the call that probed: calls go on at the learnt rate. False when it was not this call's turn."""
    if row.probe != token or not row.strikes:
        return False
    row.probe, row.strikes, row.passed = "", 0, 1
    row.next_at = now + _interval(row)
    return True


def unclear(row: Pace, token: str) -> bool:
    """The call that probed ended without any answer: the next one probes."""
    if row.probe != token:
        return False
    row.probe = ""
    return True


def clear(row: Pace) -> bool:
    """Take an episode back: it was the site's limit, not this drive's."""
    row.strikes, row.episodes, row.rate, row.hold, row.held_until = 0, 0, None, 0.0, 0.0
    row.probe, row.active = "", False
    return True


def _interval(row: Pace) -> float:
    return 60.0 / row.rate if row.rate else 0.0


def _enough(row: Pace) -> int:
    """Calls that have to pass before a refusal says something about the rate."""
    return max(FEW, min(row.reached // 2, ENOUGH))


def _grown(row: Pace, now: float) -> float:
    """The rate after one more call; a real limit is approached only while the rate is used up."""
    rate = row.rate or 0.0
    if row.episodes <= 1 or rate > row.reached * BEYOND:
        return min(rate * FAST_GROWTH, TOP_RATE)
    return rate + SLOW_GROWTH if now - row.next_at < _interval(row) else rate


def _guess(row: Pace) -> float:
    return max(FIRST_RATE, row.reached * BELOW_REACHED)


def _learn(row: Pace, reached: int) -> None:
    """The rate of a new episode: below the one before if that was a limit, else below what was reached in the last minute."""
    if row.episodes > 2 and row.rate and row.rate <= row.reached * BEYOND:
        row.reached, row.rate = round(row.rate), max(LEAST_RATE, row.rate * DECREASE)
        return
    row.reached = reached
    row.rate = _guess(row) if row.episodes <= 1 else max(LEAST_RATE, reached * BELOW_REACHED)


def _window(row: Pace, now: float, limit: int, ahead: int) -> float:
    """Seconds until no more than `limit` calls fall into a minute; those ahead are thought to go as soon as they may."""
    gone = row.recent[-limit:]
    late = len(gone) + ahead - limit
    if late < 0:
        return 0.0
    moments = [*gone, *[now] * (limit - len(gone))]
    return moments[late % limit] + (WINDOW + MARGIN) * (1 + late // limit) - now
