"""Static files under names that hold their hash, so that browsers may keep them for good."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """For single mode: collected in a moment at the first start."""

    support_js_module_import_aggregation = True
    manifest_strict = False


class CompressedFiles(CompressedManifestStaticFilesStorage):
    """For server mode: compressed once, when deployed."""

    support_js_module_import_aggregation = True
    manifest_strict = False
