"""The rights that an API token of CloudDrive2 may have, and what each is for here (wire/clouddrive2.md §1.1, §2)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from core.errors import Text

UPLOADING: dict[str, Text] = {
    "list": _("See what is in folders, and whether an upload has arrived"),
    "create_folder": _("Make the folders that uploads go to"),
    "create_file": _("Make new files"),
    "write": _("Send the bytes of files"),
    "get_mounts": _("See where the server shows its clouds as folders"),
    "get_transfer_tasks": _("See how far uploads are"),
    "modify_transfer_tasks": _("Pause, continue and cancel uploads"),
    "push_message": _("Hear at once when something changes"),
}
OTHERS: dict[str, Text] = {
    "read": _("Download files"),
    "get_cloud_apis": _("See which clouds are connected"),
    "get_space_info": _("See how full a cloud is"),
    "view_runtime_info": _("Know the version of the server"),
    "search": _("Search"),
    "rename": _("Rename"),
    "move": _("Move"),
    "copy": _("Copy"),
    "delete": _("Delete"),
    "modify_mounts": _("Add, change and remove mounts"),
    "add_offline_download": _("Let a cloud fetch links by itself"),
    "list_offline_downloads": _("See what a cloud fetches by itself"),
    "modify_offline_downloads": _("Cancel what a cloud fetches by itself"),
}


def explained(names: Iterable[str]) -> list[dict[str, Text]]:
    """Rights, named without `allow_`, as CloudDrive2 calls them, each with its purpose ('' where it has none here)."""
    known = UPLOADING | OTHERS
    return [{"name": f"allow_{name}", "purpose": known.get(name, "")} for name in names]
