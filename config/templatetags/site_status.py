from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from config.status import workers_silent

register = template.Library()


@register.inclusion_tag("dashboard/_worker_banner.html", takes_context=True)
def worker_banner(context: RequestContext) -> dict[str, Any]:
    """For a page's `banners` block: speaks only when no worker has reported for 40 s. One query."""
    user = context.get("user")
    return {"silent": workers_silent(), "is_staff": bool(user and user.is_staff)}
