#!/usr/bin/env python3
"""Writes unicode_data.inc beside this script: properties of Unicode's characters that tokenizers ask for.

With Unicode 14.0 (Python 3.11).
"""
import unicodedata
from pathlib import Path

LAST = 0x10FFFF
COLUMNS = 110


def category(c):
    return unicodedata.category(chr(c))


def ranges(is_member):
    result = []
    for c in range(LAST + 1):
        if not is_member(c):
            continue
        if result and result[-1][1] == c - 1:
            result[-1][1] = c
        else:
            result.append([c, c])
    return [f"{{0x{first:x}, 0x{last:x}}}" for first, last in result]


def folded(c):
    """Lower case without accents, as BERT's uncased models want it."""
    text = unicodedata.normalize("NFD", chr(c).lower())
    return "".join(x for x in text if category(ord(x)) != "Mn")


def is_folded_by_table(c):
    # Hangul syllables are decomposed by a formula. Compatibility ideographs are left as they are.
    if 0xAC00 <= c <= 0xD7A3 or 0xF900 <= c <= 0xFAFF or 0x2F800 <= c <= 0x2FA1F:
        return False
    return category(c) not in ("Mn", "Cs") and len(folded(c)) == 1 and folded(c) != chr(c)


def runs():
    """Characters at equal distances with the same difference to what they become."""
    result = []
    for c in filter(is_folded_by_table, range(LAST + 1)):
        difference = ord(folded(c)) - c
        if result:
            first, last, stride, run_difference = result[-1]
            if difference == run_difference and c - last in ((stride,) if last > first else (1, 2)):
                result[-1] = (first, c, c - last, difference)
                continue
        result.append((c, c, 1, difference))
    return [f"{{0x{first:x}, 0x{last:x}, {stride}, {difference}}}" for first, last, stride, difference in result]


def array(kind, name, entries):
    lines, line = [], "   "
    for entry in entries:
        if len(line) + len(entry) + 2 > COLUMNS:
            lines.append(line)
            line = "   "
        line += f" {entry},"
    lines.append(line)
    return f"constexpr {kind} {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


text = f"// Made by make_unicode_data.py from Unicode {unicodedata.unidata_version}; not edited by hand.\n\n"
text += array("Range", "kLetters", ranges(lambda c: category(c)[0] == "L"))
text += array("Range", "kNumbers", ranges(lambda c: category(c)[0] == "N"))
text += array("Range", "kPunctuation", ranges(lambda c: category(c)[0] == "P"))
text += array("Range", "kControls", ranges(lambda c: category(c) in ("Cc", "Cf", "Co")))
text += array("Range", "kMarks", ranges(lambda c: category(c) == "Mn"))
text += array("FoldedRun", "kFoldedRuns", runs())
(Path(__file__).parent / "unicode_data.inc").write_text(text)
