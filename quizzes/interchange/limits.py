"""How much a foreign file may hold before it is refused; every limit of an import has its name."""

# A bank of two thousand items with feedback is about 4 MiB of text.
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_ITEMS = 2_000
# Longer texts are no item; the reader of a page would not finish them.
MAX_TEXT = 32 * 1024
# An item has options a to h; more are refused, not cut.
MAX_OPTIONS = 8
MAX_PROMPTS = 9

# XML: QTI nests about fifteen deep, HTML within it a little deeper.
MAX_XML_BYTES = 20 * 1024 * 1024
MAX_XML_DEPTH = 64
MAX_XML_ELEMENTS = 400_000
MAX_XML_ATTRIBUTES = 64

# Archives are read in memory and never unpacked to disk.
MAX_ARCHIVE_ENTRIES = 2_000
MAX_ENTRY_BYTES = 8 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
# XML and SVG shrink to a tenth, seldom to a thirtieth.
MAX_RATIO = 100
# Below this size a high ratio is harmless (a short file of blanks).
RATIO_COUNTS_FROM = 256 * 1024
MAX_NAME = 240
MAX_FIGURE_BYTES = 1024 * 1024
