"""Refusals of the platform: a code, a text, an HTTP status; the envelope depends on who answers."""

from __future__ import annotations


class ApiError(Exception):
    """A refusal with a code of ``wire/baidu-netdisk.md §5``.

    ``status`` is the HTTP status; None takes the usual one of the answering family (200 on
    pan.baidu.com, table 5.2 on the PCS hosts).
    """

    def __init__(self, code: int, message: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message or MESSAGES.get(code, "")
        self.status = status


class OAuthError(Exception):
    """A refusal of the OAuth endpoints (§1.4), HTTP 400."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    def body(self) -> dict[str, str]:
        """Return the documented JSON body."""
        return {"error": self.error, "error_description": self.description}


MESSAGES: dict[int, str] = {
    2: "param error",
    3: "Unsupported open api",
    4: "No permission to do this operation",
    6: "No permission to access user data",
    110: "Access token invalid or no longer valid",
    111: "Access token expired",
    10: "create file failed",
    31023: "param error",
    31024: "no access permission",
    31034: "hit frequency control",
    31045: "access_token verify failed",
    31062: "file name is invalid",
    31064: "file is not authorized",
    31066: "file does not exist",
    31079: "file md5 not found, you should use upload API to upload the whole file.",
    13003: "passcode needed",
    13071: "a transfer is running",
    13998: "scope insufficient",
    20013: "app has no permission for this api",
    31061: "file already exists",
    31141: "thumbnail failed",
    36013: "too many tasks",
    36016: "task not found",
    36037: "source url is not supported",
    31190: "file is not exist or the block list does not match",
    31211: "access denied",
    31299: "Expried Time Not Match, uploadid has expire",
    31326: "user is not authorized, hitcode:119",
    31329: "hit black userlist",
    31360: "expire time out",
    31362: "sign error",
    31355: "param error: uploadid is invalid",
    31363: "block miss in superfile2",
    31364: "block is too large",
    31365: "file size exceeds the limit",
    31500: "rapid upload is not allowed",
    31626: "user is not authorized, hitcode:104",
}
"""Texts that go with a code; xpan answers often leave them out."""

_PCS_STATUS: dict[int, frozenset[int]] = {
    400: frozenset({3, 31023, 31024, 31061, 31062, 31063, 31065, 31111, 31112, 31201}),
    401: frozenset({110, 111}),
    404: frozenset({31079, 31081, 31202, 31206, 31390, 36016}),
    500: frozenset({31209, 31298, 31299}),
    503: frozenset({31021, 31022, 31034, 31141, 31212}),
}


def pcs_status(code: int) -> int:
    """Return the HTTP status of a code on the PCS hosts (§5.2); 403 for the rest."""
    return next((status for status, codes in _PCS_STATUS.items() if code in codes), 403)
