"""Baidu's errors in the platform's terms: one status, sentence and hint per platform code of `netdisk.baidu.codes`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Text
from core.http import as_app_error
from core.outbound import OutboundError

from .baidu.errors import BaiduError

Row = tuple[int, Text, Text]
AGAIN = _("Connect the drive again.")
LATER = _("Try again in a while; running transfers wait by themselves.")
ANEW = _("Start the upload again; parts that arrived are not sent twice.")
ON_BAIDU = _("Open Baidu's own app or site with this account; it says what it wants.")
SHARE_THERE = _("Share it in Baidu's own app instead.")

SENTENCES: dict[str, Row] = {
    # files and folders
    "netdisk.not_found": (404, _("The file or folder is not there any more."), _("Reload the folder.")),
    "netdisk.exists": (409, _("There is already something with this name."), _("Choose another name.")),
    "netdisk.path_refused": (
        400,
        _("Baidu refuses this name or path."),
        _("Avoid \\ ? | \" > < : * and stay inside the app's folder."),
    ),
    "netdisk.parent_missing": (404, _("The folder it should go to is not there."), _("Make the folder first.")),
    "netdisk.folder_full": (409, _("This folder holds as much as Baidu allows."), _("Use another folder.")),
    "netdisk.no_space": (507, _("The drive is full."), _("Free some space on the drive.")),
    "netdisk.too_many_items": (400, _("Too many items at once."), _("Send them in smaller groups.")),
    "netdisk.partial_failure": (409, _("It did not work for any of these."), _("Each item says why.")),
    "netdisk.restore_failed": (
        409,
        _("It could not be brought back."),
        _("It may have left the recycle bin, or something else has its name now."),
    ),
    "netdisk.bad_request": (400, _("Baidu did not accept these values."), _("Check the arguments.")),
    "netdisk.file_refused": (403, _("Baidu refuses this file because of its content."), _("Leave this file out.")),
    # how often, and how busy
    "netdisk.rate_limited": (429, _("Baidu asks to slow down."), LATER),
    "netdisk.quota_used_up": (429, _("The app has used up what Baidu allows of this."), _("Try again tomorrow.")),
    "netdisk.busy": (409, _("Baidu is still working on an earlier task of this account."), LATER),
    "netdisk.upstream_failed": (502, _("Baidu has a problem of its own."), _("Try again in a moment.")),
    "netdisk.malformed_reply": (502, _("Baidu's answer could not be read."), _("Try again in a moment.")),
    "netdisk.unreachable": (502, _("Baidu can't be reached."), _("Check the network of this server, then try again.")),
    "netdisk.connection_lost": (
        502,
        _("The connection broke before Baidu answered."),
        _("Look whether it was done, then try again."),
    ),
    "netdisk.unknown_error": (
        502,
        _("Baidu refused with a number that is in no documentation."),
        _("Try again; if it stays, send the request id to the administrator."),
    ),
    "netdisk.details_failed": (502, _("Baidu can't tell about these files just now."), _("Try again in a moment.")),
    "netdisk.check_failed": (502, _("Baidu's own check of the request failed."), _("Try again in a moment.")),
    # who may
    "netdisk.token_expired": (409, _("Baidu no longer accepts the stored authorisation."), AGAIN),
    "netdisk.reauthorize": (409, _("This drive needs a new authorisation."), AGAIN),
    "netdisk.authorization_declined": (409, _("The authorisation was not given."), _("Start again and allow it.")),
    "netdisk.authorization_pending": (409, _("Nobody has typed the code yet."), _("Type the code, then wait here.")),
    "netdisk.slow_down": (429, _("The code was asked for too often."), _("Wait some seconds.")),
    "netdisk.device_code_expired": (409, _("The code is too old."), _("Start again to get a new one.")),
    "netdisk.not_supported": (501, _("Baidu does not offer this to the app in use."), _("Use Baidu's own app for it.")),
    "netdisk.scope_missing": (
        403,
        _("The authorisation of this drive does not cover this."),
        _("Connect the drive again and allow it, or use Baidu's own app."),
    ),
    "netdisk.entitlement_expired": (403, _("A paid right of this account has ended."), _("Renew it at Baidu.")),
    "netdisk.access_suspended": (403, _("Baidu lets no app at this account for now."), _("Try again in ten minutes.")),
    "netdisk.account_restricted": (403, _("Baidu has restricted this account."), ON_BAIDU),
    "netdisk.verification_required": (403, _("Baidu wants this account to be verified."), ON_BAIDU),
    "netdisk.user_not_found": (404, _("Baidu does not know this account."), AGAIN),
    "netdisk.client_refused": (
        403,
        _("Baidu refuses calls from this server."),
        _("An administrator checks the app's settings at Baidu."),
    ),
    "netdisk.app_in_review": (
        403,
        _("The site's Baidu app is not reviewed yet: only its first ten users are served."),
        _("An administrator has the app reviewed at Baidu."),
    ),
    "netdisk.misconfigured": (
        503,
        _("The Baidu app of this site is not set up correctly."),
        _("An administrator checks BAIDU_CLIENT_ID, the secret and the callback."),
    ),
    # bringing files
    "netdisk.empty_file": (400, _("Baidu does not take empty files."), _("Put at least one byte into it.")),
    "netdisk.file_too_large": (
        413,
        _("The file is larger than this account may store."),
        _("Ordinary accounts take 4 GB, members 10 GB, super members 20 GB."),
    ),
    "netdisk.part_size": (400, _("A part has the wrong size."), _("Cut the file as the answer of the start says.")),
    "netdisk.upload_expired": (409, _("Baidu has forgotten this upload."), ANEW),
    "netdisk.upload_incomplete": (409, _("Baidu misses parts of this upload."), ANEW),
    "netdisk.no_rapid_upload": (409, _("Baidu does not know this content."), _("Send the file itself.")),
    "netdisk.untrusted_host": (
        502,
        _("Baidu named a server that may not see the authorisation."),
        _("An administrator can add it to BAIDU_TOKEN_HOSTS."),
    ),
    # fetching files
    "netdisk.link_expired": (409, _("The download link has expired."), _("Ask for a new link.")),
    "netdisk.download_limited": (429, _("Baidu limits downloads of this account for now."), LATER),
    "netdisk.blacklisted": (
        429,
        _("Baidu has blocked downloads of this account for some hours."),
        _("Wait some hours; retrying makes it longer."),
    ),
    "netdisk.offline_failed": (502, _("Baidu could not fetch this address."), _("Let this site fetch it instead.")),
    # media
    "netdisk.media_failed": (422, _("Baidu can't play this file."), _("Download it and play it yourself.")),
    "netdisk.transcoding": (409, _("Baidu is still preparing this video."), _("Try again in some minutes.")),
    "netdisk.ad_required": (
        409,
        _("Baidu shows an advertisement first to this account."),
        _("Ask again after the seconds it names."),
    ),
    "netdisk.album_failed": (409, _("Baidu refuses this for the album."), _("Look at the album in Baidu's own app.")),
    # shares
    "netdisk.share_failed": (409, _("Baidu refuses this share."), SHARE_THERE),
    "netdisk.share_passcode": (400, _("The share needs its code."), _("Give the four letters or digits.")),
    "netdisk.share_password": (400, _("This can't be the code of a share."), _("Use four of 0-9 and a-z.")),
}
FALLBACK: Row = (502, _("Baidu did not answer as expected."), _("Try again in a moment."))

# Numbers that say more than the code they share.
BY_NUMBER: dict[int, tuple[Text, Text]] = {
    105: (_("This is no link of a share."), _("Copy the whole link.")),
    108: (_("Baidu does not share files with this name."), _("Rename the file.")),
    112: (_("The share's page has expired."), _("Open the link again.")),
    113: (_("Baidu does not accept the share's signature."), _("Open the link again.")),
    114: (_("The share's task is gone."), _("Start it again.")),
    115: (_("Baidu forbids sharing this file."), _("Share something else.")),
    120: (_("This account has too many shares."), _("Cancel older shares in Baidu's own app.")),
    130: (_("This account has too many shares."), _("Cancel older shares in Baidu's own app.")),
    2131: (_("This share does not exist."), _("Ask whoever shared it.")),
    31301: (_("This is no video and no sound."), _("Choose a video or a song.")),
    31304: (_("Baidu can't play this format."), _("Download it and play it yourself.")),
    31338: (_("The bit rate of this video is too high for Baidu."), _("Download it and play it yourself.")),
    31339: (_("Baidu refuses to play this file because of its content."), _("Choose another file.")),
    31346: (_("Baidu could not prepare this video."), _("Download it and play it yourself.")),
    31347: (_("This video is too long for Baidu to play."), _("Download it and play it yourself.")),
    31649: (_("This video has no subtitles."), _("Play it without.")),
    36013: (_("Too many offline downloads are running at Baidu."), _("Wait until one has ended.")),
    36016: (_("There is no such offline download."), _("Look at the list.")),
    36032: (_("Baidu refuses this content."), _("Choose another address.")),
    36037: (_("Baidu can't fetch such an address."), _("Use an http, https, ftp or magnet address.")),
    42202: (_("The album is full."), _("Use another album.")),
    42203: (_("There is no such album."), _("Choose another album.")),
    42210: (_("Some pictures of the album failed."), _("Try them again one by one.")),
    50002: (_("There is no such playlist."), _("Choose another one.")),
}


class NetdiskError(AppError):
    """A refused or failed call to Baidu; `upstream_code` is Baidu's own."""

    def __init__(
        self,
        code: str,
        *,
        upstream_code: int | str = "",
        permanent: bool = True,
        retry_after: float | None = None,
        message: Text | None = None,
        hint: Text | None = None,
        fields: dict[str, list[Any]] | None = None,
    ) -> None:
        self.status, self.message, self.hint = SENTENCES.get(code, FALLBACK)
        if isinstance(upstream_code, int) and upstream_code in BY_NUMBER:
            self.message, self.hint = BY_NUMBER[upstream_code]
        self.permanent = permanent
        self.upstream_code = upstream_code
        super().__init__(message, code=code, hint=hint, retry_after=retry_after, fields=fields)


class NeedsAuthorisation(NetdiskError):
    """The stored tokens are of no more use: the user connects again."""

    def __init__(self) -> None:
        super().__init__("netdisk.reauthorize")


def not_supported(reason: Text, instead: Text) -> NetdiskError:
    """There is no such thing for apps: the reason, and what the user can do instead."""
    return NetdiskError("netdisk.not_supported", message=reason, hint=instead)


@contextmanager
def translated() -> Iterator[None]:
    """Within it, failures of the wire client leave as `NetdiskError` and failures of the network as `UpstreamFailed`."""
    try:
        yield
    except BaiduError as error:
        raise NetdiskError(
            error.platform_code, upstream_code=error.code, permanent=error.permanent, retry_after=error.retry_after
        ) from error
    except OutboundError as error:
        raise as_app_error(error) from error
