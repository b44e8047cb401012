"""The pages people see: sign-in, consent, device code; readable on a phone, by day and by night."""

from __future__ import annotations

from html import escape
from string import Template

from starlette.responses import HTMLResponse

_SHELL = Template(
    """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · 百度帐号（模拟）</title>
<style>
:root{color-scheme:light dark;--ink:#1d2330;--quiet:#5b6475;--paper:#f3f5f9;--card:#fff;--line:#d5dae3;
--blue:#0b57d0;--on-blue:#fff;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaf0;--quiet:#a6aebd;--paper:#12151b;--card:#1c2129;
--line:#3a4250;--blue:#8ab4ff;--on-blue:#0b1b33;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--paper);
color:var(--ink);font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
main{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);
border-radius:14px;padding:28px 24px}
h1{font-size:1.35rem;margin:0 0 4px}
p{margin:8px 0}
.quiet{color:var(--quiet);font-size:.9rem}
.bad{color:var(--bad)}
label{display:block;margin:14px 0 4px}
input{width:100%;min-height:46px;padding:8px 12px;font:inherit;color:inherit;background:transparent;
border:1px solid var(--line);border-radius:8px}
button{width:100%;min-height:46px;margin-top:14px;font:inherit;font-weight:600;border-radius:8px;
border:1px solid var(--blue);background:var(--blue);color:var(--on-blue);cursor:pointer}
button.plain{background:transparent;color:var(--blue)}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
a{color:var(--blue)}
ul{padding-left:1.2em}
code{display:block;padding:12px;border:1px dashed var(--line);border-radius:8px;font-size:1.1rem;
overflow-wrap:anywhere;user-select:all}
</style></head><body><main>
$body
<p class="quiet">这是本机的模拟服务，不是真正的百度。</p>
</main></body></html>
"""
)

_LOGIN = Template(
    """<h1>登录百度帐号</h1>
<p class="quiet">登录后可授权应用访问您的网盘。</p>
$problem
<form method="post" action="$action">
<label for="username">用户名</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" value="$name"
required autofocus>
<label for="password">密码</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit" name="action" value="login">登录</button>
</form>
<p class="quiet">演示帐号：demo / demo，也有 demo2、demo3……，密码与用户名相同。</p>"""
)

_CONSENT = Template(
    """<h1>授权访问百度网盘</h1>
<p>应用 <strong>$client</strong> 请求以下权限：</p>
<ul>$scopes</ul>
<p class="quiet">当前帐号：<strong>$user</strong>$switch</p>
<form method="post" action="$action">
<input type="hidden" name="token" value="$token">
$extra
<button type="submit" name="decision" value="allow">同意授权</button>
<button type="submit" name="decision" value="deny" class="plain">拒绝</button>
</form>"""
)

_DEVICE = Template(
    """<h1>连接设备</h1>
<p>请输入设备上显示的用户码。</p>
$problem
<form method="get" action="/device">
<label for="code">用户码</label>
<input id="code" name="code" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus>
<button type="submit">继续</button>
</form>"""
)

_SCOPE_TEXTS = {"basic": "获取您的基本信息（用户名、头像）", "netdisk": "读取和管理您网盘中的文件"}


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """Return a page that no one may frame or keep."""
    headers = {
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
    }
    return HTMLResponse(_SHELL.substitute(title=escape(title), body=body), status, headers)


def login_page(action: str, *, name: str = "", problem: str = "") -> HTMLResponse:
    """Return the sign-in form, which posts ``username``, ``password`` and ``action=login``."""
    body = _LOGIN.substitute(action=escape(action), name=escape(name), problem=_problem(problem))
    return page("登录", body, 401 if problem else 200)


def consent_page(
    *, action: str, client: str, scope: str, user: str, token: str, switch: str, code: str = ""
) -> HTMLResponse:
    """Return the consent form, which posts ``token`` and ``decision`` (allow or deny)."""
    scopes = "".join(f"<li>{escape(_SCOPE_TEXTS[name])}</li>" for name in scope.split())
    extra = f'<input type="hidden" name="code" value="{escape(code)}">' if code else ""
    link = f'（<a href="{escape(switch)}">切换帐号</a>）' if switch else ""
    body = _CONSENT.substitute(
        action=escape(action),
        client=escape(client),
        scopes=scopes,
        user=escape(user),
        token=token,
        extra=extra,
        switch=link,
    )
    return page("授权", body)


def code_page(code: str) -> HTMLResponse:
    """Return the page that shows an authorization code (``oob``)."""
    return page(
        "授权码",
        f'<h1>授权成功</h1><p>请把下面的授权码复制到应用中：</p><code id="code">{escape(code)}</code>',
    )


def device_page(problem: str = "") -> HTMLResponse:
    """Return the form that asks for a user code."""
    return page("连接设备", _DEVICE.substitute(problem=_problem(problem)), 400 if problem else 200)


def message_page(title: str, text: str, status: int = 200) -> HTMLResponse:
    """Return a page that just says something."""
    return page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>", status)


def _problem(text: str) -> str:
    return f'<p class="bad" role="alert">{escape(text)}</p>' if text else ""
