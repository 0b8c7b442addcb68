"""Sizes and magic numbers of an EVTX file ([MS-EVEN6] and libevtx's format description)."""

HEADER_BYTES = 4096
CHUNK_BYTES = 65536
FILE_MAGIC = b"ElfFile\0"
CHUNK_MAGIC = b"ElfChnk\0"
