"""Every error code of the Baidu open platform: what it means, what helps, and the platform's own stable code.

Source: wire/baidu-netdisk.md §5.1 (open platform), §5.2 (PCS hosts), §1.4 (OAuth), §0 (gateways).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

Code = int | str


class Reaction(StrEnum):
    """What a caller does about an error."""

    REFRESH = "refresh"  # renew the access token, then once again
    REAUTHORIZE = "reauthorize"  # the user has to connect the drive again
    CONFIGURE = "configure"  # the app's key, secret or callback is wrong: the operator acts
    BACKOFF = "backoff"  # later, with growing pauses
    GIVE_UP = "give_up"
    FIX_REQUEST = "fix_request"
    PER_ITEM = "per_item"  # each item carries its own result
    RESEND_PARTS = "resend_parts"  # precreate again and send the missing parts
    SMALLER_PARTS = "smaller_parts"
    NO_RAPID = "no_rapid"  # again without content-md5 and slice-md5
    WAIT = "wait"  # a task or a waiting time has to end first
    NOT_SUPPORTED = "not_supported"  # by this app or account
    NEW_LINK = "new_link"  # ask filemetas for a fresh dlink
    KEEP_POLLING = "keep_polling"
    SLOW_DOWN = "slow_down"  # poll on, 5 s slower


class Family(StrEnum):
    """Endpoints among which a code keeps its meaning."""

    XPAN = "xpan"
    FILEMANAGER = "filemanager"
    PCS = "pcs"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    SHARE = "share"
    OAUTH = "oauth"
    REFRESH = "oauth.refresh"
    DEVICE = "oauth.device"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    `then` is what is left when `reaction` did not help, `delay` the least pause in seconds.
    """

    meaning: str
    reaction: Reaction
    platform_code: str
    then: Reaction | None = None
    delay: float | None = None


R, A, B, X = Reaction.REFRESH, Reaction.REAUTHORIZE, Reaction.BACKOFF, Reaction.GIVE_UP
F, P, W, N = Reaction.FIX_REQUEST, Reaction.RESEND_PARTS, Reaction.WAIT, Reaction.NOT_SUPPORTED
C = Reaction.CONFIGURE
HOUR = 3600.0


def _line(
    meaning: str, reaction: Reaction, name: str, then: Reaction | None = None, delay: float | None = None
) -> Line:
    return Line(meaning, reaction, f"netdisk.{name}", then, delay)


OPEN_PLATFORM: dict[Code, Line] = {
    -1: _line("entitlement expired", X, "entitlement_expired"),
    -3: _line("file does not exist", X, "not_found"),
    -6: _line("authentication failed: access token bad or expired", R, "token_expired", A),
    -7: _line("bad file name, or no access to the path", F, "path_refused"),
    -8: _line("file or folder exists", F, "exists"),
    -9: _line("file or folder does not exist", X, "not_found"),
    -10: _line("capacity full", X, "no_space"),
    -30: _line("file or folder exists", F, "exists"),
    -32: _line("no space left", F, "no_space"),
    -33: _line("more than 999 items in one call", F, "too_many_items"),
    2: _line("parameter error", F, "bad_request"),
    3: _line("unsupported open API", N, "not_supported"),
    4: _line("no permission to do this operation", N, "not_supported"),
    5: _line("unauthorized client IP", X, "client_refused"),
    6: _line("not allowed to access user data for now", B, "access_suspended", R, 600),
    10: _line("create failed: parts or size do not fit", P, "upload_incomplete", X),
    11: _line("user does not exist", X, "user_not_found"),
    12: _line("some items of the batch failed", Reaction.PER_ITEM, "partial_failure"),
    105: _line("bad share link", X, "share_failed"),
    108: _line("file name refused for sharing", X, "share_failed"),
    110: _line("access token invalid", R, "token_expired", A),
    111: _line("access token expired", R, "token_expired", A),
    112: _line("share page expired", X, "share_failed"),
    113: _line("share signature wrong", X, "share_failed"),
    114: _line("share task is gone", X, "share_failed"),
    115: _line("sharing of this file is forbidden", X, "share_failed"),
    120: _line("share count limit", X, "share_failed"),
    130: _line("share count limit", X, "share_failed"),
    132: _line("the account needs a security verification", X, "verification_required"),
    133: _line("an advertisement has to be played first", W, "ad_required"),
    255: _line("too many files in one transfer", F, "too_many_items"),
    2131: _line("share does not exist", X, "share_failed"),
    8001: _line("the account needs a verification", X, "verification_required"),
    9019: _line("the account needs a verification", X, "verification_required"),
    **{code: _line("account restricted", X, "account_restricted") for code in range(9100, 9501)},
    13003: _line("share passcode needed", F, "share_passcode"),
    13071: _line("a share transfer is running", W, "busy"),
    13072: _line("share API quota used up", X, "quota_used_up"),
    13073: _line("share API quota used up", X, "quota_used_up"),
    13077: _line("share quota exceeded", X, "quota_used_up"),
    13998: _line("scope insufficient", X, "scope_missing"),
    20011: _line("app under review: only its first 10 users are served", X, "app_in_review"),
    20012: _line("the app's call count limit is reached", B, "rate_limited", None, HOUR),
    20013: _line("the app has no permission for this API", N, "not_supported"),
    31023: _line("parameter error", F, "bad_request"),
    31024: _line("no access or upload permission", R, "not_supported", N),
    31034: _line("rate limited", B, "rate_limited", None, 30),
    31045: _line("access token check failed", R, "token_expired", A),
    31061: _line("file exists", F, "exists"),
    31062: _line("file name invalid", F, "path_refused"),
    31063: _line("parent folder does not exist", F, "parent_missing"),
    31064: _line("path outside of the app's folder", F, "path_refused"),
    31065: _line("folder is full", X, "folder_full"),
    31066: _line("file does not exist", X, "not_found"),
    31190: _line("parts or size do not match", P, "upload_incomplete"),
    31211: _line("access denied", F, "path_refused"),
    31212: _line("service unavailable", B, "upstream_failed"),
    31299: _line("first part smaller than 4 MB", P, "part_size"),
    31301: _line("not an audio or video file", X, "media_failed"),
    31304: _line("media format not supported", X, "media_failed"),
    31326: _line("anti-leech: wrong User-Agent or user limited", B, "download_limited", None, HOUR),
    31329: _line("user blacklisted for downloads", B, "blacklisted", None, 4 * HOUR),
    31338: _line("media bitrate too high", X, "media_failed"),
    31339: _line("illegal media", X, "media_failed"),
    31341: _line("transcoding is not finished", B, "transcoding"),
    31346: _line("transcoding failed", X, "media_failed"),
    31347: _line("media too long", X, "media_failed"),
    31353: _line("create refused for an undocumented reason", P, "upload_incomplete", X),
    31355: _line("uploadid or parameter abnormal", P, "upload_expired"),
    31360: _line("download link expired", Reaction.NEW_LINK, "link_expired"),
    31362: _line("download link signature wrong", Reaction.NEW_LINK, "link_expired"),
    31363: _line("a part is missing", P, "upload_incomplete"),
    31364: _line("part too large for this membership", Reaction.SMALLER_PARTS, "part_size"),
    31365: _line("file too large for this membership", X, "file_too_large"),
    31500: _line("the app may not use rapid upload", Reaction.NO_RAPID, "no_rapid_upload"),
    31626: _line("user blacklisted for downloads", B, "blacklisted", None, 4 * HOUR),
    31649: _line("no subtitle", X, "media_failed"),
    36001: _line("offline download failed", X, "offline_failed"),
    36013: _line("too many offline download tasks", W, "busy"),
    36016: _line("no such offline download task", X, "not_found"),
    36032: _line("content refused by offline download", X, "offline_failed"),
    36037: _line("URL not supported by offline download", F, "bad_request"),
    42000: _line("too frequent", B, "rate_limited", None, 30),
    42001: _line("check failed", X, "check_failed"),
    42202: _line("album is full", X, "album_failed"),
    42203: _line("album does not exist", X, "album_failed"),
    42210: _line("some album items failed", X, "album_failed"),
    42211: _line("image details failed", B, "details_failed", X),
    42212: _line("uploader of the shared folder not found", B, "details_failed", X),
    42213: _line("no access to the shared folder", B, "details_failed", X),
    42214: _line("file details failed", B, "details_failed", X),
    42905: _line("user name lookup failed", B, "details_failed", X),
    42999: _line("the function was taken offline", N, "not_supported"),
    50002: _line("no such playlist", X, "not_found"),
}

# Codes only the PCS hosts use; the HTTP status of the document's table is in the comment.
PCS_ONLY: dict[Code, Line] = {
    # 400
    31111: _line("quota is set on two folder levels only", F, "bad_request"),
    31112: _line("quota exceeded", X, "no_space"),
    31201: _line("storage: invalid signature", F, "bad_request"),
    31203: _line("storage: access rule not written", F, "bad_request"),
    31204: _line("storage: access rule not readable", F, "bad_request"),
    31205: _line("storage: access rule not found", F, "bad_request"),
    31207: _line("storage: bucket exists", F, "bad_request"),
    31208: _line("storage: bad request", F, "bad_request"),
    # 403
    31041: _line("login invalid", A, "reauthorize"),
    31042: _line("user not logged in", A, "reauthorize"),
    31043: _line("user not active", A, "reauthorize"),
    31044: _line("user not authorized", A, "reauthorize"),
    31046: _line("user exists", X, "client_refused"),
    31110: _line("not allowed to set the quota", X, "client_refused"),
    31113: _line("quota larger than its parent's", X, "client_refused"),
    31114: _line("quota smaller than its child's", X, "client_refused"),
    31218: _line("storage limit exceeded", X, "no_space"),
    31219: _line("request limit exceeded", B, "rate_limited", None, 30),
    31220: _line("traffic limit exceeded", B, "rate_limited", None, HOUR),
    # 404
    31079: _line("md5 unknown: no rapid upload", Reaction.NO_RAPID, "no_rapid_upload"),
    31202: _line("object does not exist", X, "not_found"),
    31206: _line("storage: access rule does not exist", X, "not_found"),
    31390: _line("illegal file", X, "file_refused"),
    # 500, 501
    **{code: _line("storage: internal error", B, "upstream_failed") for code in (31209, 31296)},
    31298: _line("storage: header value invalid", B, "upstream_failed"),
    31210: _line("storage: not implemented", N, "not_supported"),
    # 503 (31081 is seen as 404 too)
    31081: _line("file could not be put together", P, "upload_incomplete", X),
    **{code: _line("database error", B, "upstream_failed") for code in (31001, 31002, 31003)},
    **{code: _line("network error behind the API", B, "upstream_failed") for code in (31021, 31022, 31025)},
    **{code: _line("operation failed", B, "upstream_failed") for code in range(31067, 31074)},
    **{code: _line("file could not be put together", B, "upstream_failed") for code in (31082, 31083)},
    **{code: _line("tag service failed", B, "upstream_failed") for code in (31101, 31102, 31103)},
    31141: _line("thumbnail failed", B, "upstream_failed", X),
    **{code: _line("storage unavailable", B, "upstream_failed") for code in range(31213, 31218)},
}

OAUTH: dict[Code, Line] = {
    "invalid_request": _line("missing or invalid parameter", F, "bad_request", A),
    "invalid_client": _line("unknown client id", C, "misconfigured"),
    "invalid_grant": _line("code or authorization invalid or revoked", A, "reauthorize"),
    "expired_token": _line("refresh token used, or device code expired", A, "reauthorize"),
    "unauthorized_client": _line("the app may not use this grant", C, "misconfigured"),
    "unsupported_grant_type": _line("grant type not supported", C, "misconfigured"),
    "unsupported_response_type": _line("response type not supported", C, "misconfigured"),
    "invalid_scope": _line("scope exceeds what the app was granted", C, "misconfigured"),
    "redirect_uri_mismatch": _line("redirect URI is not registered", C, "misconfigured"),
    "invalid_referer": _line("referer is not registered", C, "misconfigured"),
    "authorization_pending": _line("the user has not decided yet", Reaction.KEEP_POLLING, "authorization_pending"),
    "slow_down": _line("polled too frequently", Reaction.SLOW_DOWN, "slow_down", None, 5),
    "authorization_declined": _line("the user declined", X, "authorization_declined"),
    "access_denied": _line("the user refused", X, "authorization_declined"),
}

# What has no Baidu code: the gateway, the wire, the HTTP status.
WIRE: dict[Code, Line] = {
    "security_policy": _line("refused by the gateway's security policy", B, "rate_limited", None, 30),
    "no_error": _line("failure reported as 'no error'", B, "upstream_failed"),
    "malformed": _line("reply not understood", B, "malformed_reply", X),
    "unreachable": _line("no connection, the request was not sent", B, "unreachable"),
    "network": _line("connection lost, the outcome is unknown", B, "connection_lost"),
    "empty_file": _line("an empty file can't be uploaded", X, "empty_file"),
    "file_too_large": _line("file too large for this membership", X, "file_too_large"),
    "no_app_id": _line("the app's numeric id is not known", N, "not_supported"),
    "share_password": _line("a share password is 4 characters of 0-9 and a-z", F, "share_password"),
    "untrusted_host": _line("link to a host that may not get the token", X, "untrusted_host"),
    "http_401": _line("not authenticated", R, "token_expired", A),
    "http_403": _line("refused by the front end", N, "not_supported"),
    "http_404": _line("no such service", N, "not_supported"),
    "http_408": _line("request timed out", B, "upstream_failed"),
    "http_413": _line("body too large", Reaction.SMALLER_PARTS, "part_size"),
    "http_429": _line("too many requests", B, "rate_limited", None, 30),
}

TABLE: dict[Code, Line] = {**OPEN_PLATFORM, **PCS_ONLY, **OAUTH, **WIRE}

_BUSY = _line("another task of this user is running", W, "busy")
_USED_UP = _line("refresh refused, the refresh token is spent", A, "reauthorize")
_UNCLEAR = _line("refresh without an answer: it may have spent the token", B, "connection_lost", A)
_LINK_REFUSED = _line("download link refused", Reaction.NEW_LINK, "link_expired")

# Lines that depend on who answers.
BY_FAMILY: dict[tuple[Code, Family], Line] = {
    (111, Family.FILEMANAGER): _BUSY,
    (10, Family.SHARE): _line("transfer target exists", F, "exists"),
    (110, Family.SHARE): _line("share limit reached", X, "share_failed"),
    (31299, Family.PCS): _line("storage: header missing", B, "upstream_failed"),
    # The old calls are closed to new apps: neither a new token nor another path opens them (§2.0).
    (31024, Family.PCS): _line("the app may not use the old API", N, "not_supported"),
    (31064, Family.PCS): _line("the app may not use the old API", N, "not_supported"),
    ("invalid_request", Family.REFRESH): _USED_UP,
    ("network", Family.REFRESH): _UNCLEAR,
    ("malformed", Family.REFRESH): _UNCLEAR,
    ("expired_token", Family.DEVICE): _line("device code expired", X, "device_code_expired"),
    ("http_401", Family.OAUTH): _line("client not accepted", C, "misconfigured"),
    ("http_401", Family.REFRESH): _line("client not accepted", C, "misconfigured"),
    ("http_401", Family.DEVICE): _line("client not accepted", C, "misconfigured"),
    ("http_403", Family.DOWNLOAD): _LINK_REFUSED,
    ("http_404", Family.DOWNLOAD): _LINK_REFUSED,
}

_UPLOAD_EXPIRED = _line("upload session expired", P, "upload_expired")

# Lines only the message tells apart, within one family.
BY_TEXT: tuple[tuple[Family, re.Pattern[str], Line], ...] = (
    (Family.UPLOAD, re.compile(r"(?i)^(?=.*uploadid).*(invalid|expire|not found)"), _UPLOAD_EXPIRED),
    (Family.UPLOAD, re.compile(r"(?i)^(?!.*token).*(exp(ri|ir)ed? time not match|has expire)"), _UPLOAD_EXPIRED),
)

_TOKEN_ENDPOINTS = frozenset({Family.OAUTH, Family.REFRESH, Family.DEVICE})
_MISPLACED = _line("the token endpoint asks for an access token", B, "upstream_failed", A)
_FAILED = _line("the service failed", B, "upstream_failed")
_UNKNOWN = _line("unknown error", X, "unknown_error")


def lookup(code: Code, family: Family, message: str = "", http_status: int = 0) -> Line:
    """The line of `code` as `family` means it; of an unknown code the HTTP status decides."""
    for where, pattern, line in BY_TEXT:
        if where is family and pattern.search(message):
            return line
    known = BY_FAMILY.get((code, family)) or TABLE.get(code)
    if known is not None:
        # A refresh that asked for a refresh would be a loop on a single-use token (§1.3).
        return _MISPLACED if known.reaction is R and family in _TOKEN_ENDPOINTS else known
    if http_status == 429 or (family is Family.PCS and http_status in (403, 404)):
        return TABLE[f"http_{http_status}"]
    if http_status >= 500:
        return _UNCLEAR if family is Family.REFRESH else _FAILED
    return _UNKNOWN
