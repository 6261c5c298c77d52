"""One way to read what people type: texts as word processors paste them, numbers, ranges, years and
months as people write them.

Used by the forms and by whatever else brings in what somebody typed. Pure: no field, no page. What a
number means for certain in the unit that is asked is read; what it means in another unit, or about, is
offered; what has no meaning gets a sentence that says what to write.
"""

from diagnostics.domain.reading.dates import read_month, read_year
from diagnostics.domain.reading.numbers import ReadNumber, Unit, read_number
from diagnostics.domain.reading.ranges import ReadTarget, read_target, target_text, without_rhythm
from diagnostics.domain.reading.texts import read_text

__all__ = [
    "ReadNumber",
    "ReadTarget",
    "Unit",
    "read_month",
    "read_number",
    "read_target",
    "read_text",
    "read_year",
    "target_text",
    "without_rhythm",
]
