"""Share links: made where the app is entitled to; Baidu lets no app list or change them (wire/baidu-netdisk.md §2.14, §7.1)."""

from __future__ import annotations

import secrets
import string
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.operations import Call, Danger, operation
from netdisk.errors import not_supported

from .answers import client_of, drive_of
from .arguments import FsId, FsIds, OnDrive, Page, Rows, number
from .refusals import where_offered

ALPHABET = string.digits + string.ascii_lowercase
THERE = _("Do it in Baidu's own app or site, under “My shares”.")

Code = Annotated[str, Field(pattern=r"^[0-9a-z]{4}$")]
Days = Annotated[int, Field(ge=0, le=365), BeforeValidator(number)]


class ShareCreate(OnDrive):
    fsid_list: FsIds
    period: Days = Field(7, description="Days; 0 is for ever where the app may do that.")
    pwd: Code | None = Field(None, description="Four of 0-9 and a-z; made up when left out.")
    remark: str = Field("", max_length=200)


class ShareList(OnDrive):
    page: Page = 1
    num: Rows = 100


class ShareCancel(OnDrive):
    shareid_list: FsIds


class ShareUpdate(OnDrive):
    shareid: FsId
    period: Days | None = None
    pwd: Code | None = None


class ShareTicket(OnDrive):
    fsid_list: FsIds | None = None


class CaptchaVerify(OnDrive):
    vcode: str = Field("", max_length=16)
    vcode_str: str = Field("", max_length=200)


@operation(
    "netdisk.share_create",
    scope="netdisk:share",
    title=_("Share files"),
    danger=Danger.WRITE,
    service=True,
    upstream="POST /apaas/1.0/share/set",
    supported=_("with BAIDU_APP_ID and Baidu's share package for apps"),
)
def share_create(call: Call, args: ShareCreate) -> dict[str, Any]:
    """A link to files and folders with its code; `url` holds both. Whoever has it can fetch them."""
    code = args.pwd or "".join(secrets.choice(ALPHABET) for _count in range(4))
    reason = _("Baidu makes share links only for apps that have its share package.")
    instead = _("Share it in Baidu's own app or site, or ask an administrator for the package and BAIDU_APP_ID.")
    with where_offered(reason, instead):
        made = client_of(call, args).share(args.fsid_list, code, days=args.period, remark=args.remark)
    known = made.password or code
    return {
        "share_id": made.share_id,
        "short_url": made.short_url,
        "link": made.link,
        "url": f"{made.link}{'&' if '?' in made.link else '?'}pwd={known}" if made.link else "",
        "period": made.period,
        "pwd": known,
        "remark": made.remark,
    }


@operation(
    "netdisk.share_list",
    scope="netdisk:share",
    title=_("List my shares"),
    service=True,
    supported=_("never: only Baidu's own site can"),
)
def share_list(call: Call, args: ShareList) -> dict[str, Any]:
    """Refused with the reason: Baidu shows apps no list of shares."""
    drive_of(call, args)
    raise not_supported(_("Baidu shows no app the list of shares."), THERE)


@operation(
    "netdisk.share_cancel",
    scope="netdisk:share",
    title=_("Cancel shares"),
    danger=Danger.DESTROY,
    service=True,
    supported=_("never: only Baidu's own site can"),
)
def share_cancel(call: Call, args: ShareCancel) -> dict[str, Any]:
    """Refused with the reason: Baidu lets no app cancel a share."""
    drive_of(call, args)
    raise not_supported(_("Baidu lets no app cancel a share."), THERE)


@operation(
    "netdisk.share_update",
    scope="netdisk:share",
    title=_("Change a share"),
    danger=Danger.WRITE,
    service=True,
    supported=_("never: Baidu has no such thing"),
)
def share_update(call: Call, args: ShareUpdate) -> dict[str, Any]:
    """Refused with the reason: nobody can change a share, not even on Baidu's site."""
    drive_of(call, args)
    raise not_supported(
        _("A share can't be changed, not even on Baidu's own site."),
        _("Make a new share with the code and the days you want, and cancel the old one in Baidu's own app."),
    )


@operation(
    "netdisk.share_ticket",
    scope="netdisk:share",
    title=_("Prepare a ticket for a share"),
    service=True,
    supported=_("never: Baidu has no such thing"),
)
def share_ticket(call: Call, args: ShareTicket) -> dict[str, Any]:
    """Refused with the reason: tickets belong to company contracts and can't be asked for."""
    drive_of(call, args)
    raise not_supported(
        _("Baidu gives out no tickets for shares."), _("Share without one: share_create needs no ticket.")
    )


@operation(
    "netdisk.captcha_verify",
    scope="netdisk:share",
    title=_("Answer a captcha"),
    service=True,
    supported=_("never: only Baidu's own site can"),
)
def captcha_verify(call: Call, args: CaptchaVerify) -> dict[str, Any]:
    """Refused with the reason: captchas are for people signed in on Baidu's site."""
    drive_of(call, args)
    raise not_supported(
        _("Baidu shows captchas only to people who are signed in on its own site."),
        _("Open Baidu's site with this account, answer it there, then try again here."),
    )
