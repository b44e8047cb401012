"""The public page of a share: asks for the four characters, then shows what is shared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import Response

from emulators.baidu.call import read_call
from emulators.baidu.errors import ApiError
from emulators.baidu.listing import ordered
from emulators.baidu.pages import message_page, page
from emulators.baidu.share import find_share, nodes_at
from emulators.baidu.shares import Share
from emulators.baidu.tree import Node
from emulators.baidu.world import World

_ASK = Template(
    """<h1>请输入提取码</h1>
<p class="quiet">$user 给您分享了文件。</p>
$problem
<form method="post" action="$action">
<label for="pwd">提取码</label>
<input id="pwd" name="pwd" maxlength="4" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus>
<button type="submit">提取文件</button>
</form>"""
)

_SHOW = Template(
    """<h1>$title</h1>
<p class="quiet">$user 的分享，$period。$remark</p>
<ul>$rows</ul>"""
)


def share_page(world: World) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of the share link."""

    async def endpoint(request: Request) -> Response:
        call = await read_call(world, request)
        short_url = call.query.get("surl", "")
        try:
            share = find_share(world, short_url)
            if call.form.get("pwd") != share.pwd:
                return _ask(world, share, wrong="pwd" in call.form)
            return _show(world, share, call.form.get("dir", ""))
        except ApiError as refusal:
            return message_page("无法打开分享", refusal.message or "没有这个文件夹", 404)

    return endpoint


def _address(share: Share) -> str:
    return f"/netdisk/share?surl={share.short_url}"


def _sharer(world: World, share: Share) -> str:
    user = world.user(share.user)
    return escape(user.display_name if user else "")


def _ask(world: World, share: Share, *, wrong: bool) -> Response:
    problem = '<p class="bad" role="alert">提取码错误</p>' if wrong else ""
    body = _ASK.substitute(user=_sharer(world, share), problem=problem, action=_address(share))
    return page("分享", body, 403 if wrong else 200)


def _show(world: World, share: Share, folder: str) -> Response:
    nodes = ordered(nodes_at(world, share, folder), "name", descending=False)
    body = _SHOW.substitute(
        title=escape(folder.rpartition("/")[2] or "分享的文件"),
        user=_sharer(world, share),
        period=f"{share.period} 天内有效" if share.period else "永久有效",
        remark=escape(share.remark),
        rows="".join(_row(share, node) for node in nodes) or "<li>没有文件</li>",
    )
    return page("分享", body)


def _row(share: Share, node: Node) -> str:
    if not node.isdir:
        return f'<li>{escape(node.name)} <span class="quiet">{_size(node.size)}</span></li>'
    hidden = {"pwd": share.pwd, "dir": node.path}
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    button = f'<button type="submit" class="plain">{escape(node.name)}/</button>'
    return f'<li><form method="post" action="{_address(share)}">{inputs}{button}</form></li>'


def _size(size: int) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024  # type: ignore[assignment]
    return f"{size:.3g} GiB"
