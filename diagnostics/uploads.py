"""Files that are sent are small tables: a large one is refused before anything of it is kept."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler


class SmallFiles(MemoryFileUploadHandler):
    """Keep files in memory, up to FILE_UPLOAD_MAX_MEMORY_SIZE for the whole request; Django's own would
    write the others to disk, whoever sends them."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a request that is too large, by what it says of itself."""
        super().handle_raw_input(*args, **kwargs)
        if not self.activated:
            raise RequestDataTooBig("File too large.")
