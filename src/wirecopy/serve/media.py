"""Pure: what kind of thing a published file is, by its name, and for XML by how it begins."""

from __future__ import annotations

from wirecopy.publish.manifest import PICTURE

# Media types as IANA lists them; .zim as Kiwix serves it, .jsonl as jsonlines.org proposes.
_TYPES = {
    "atom": "application/atom+xml",
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "epub": "application/epub+zip",
    "gif": "image/gif",
    "gz": "application/gzip",
    "html": "text/html; charset=utf-8",
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "md": "text/markdown; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "png": "image/png",
    "rss": "application/rss+xml",
    "svg": "image/svg+xml",
    "toml": "application/toml",
    "txt": "text/plain; charset=utf-8",
    "wacz": "application/wacz",
    "warc": "application/warc",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "zim": "application/x-zim",
    "zip": "application/zip",
    "zst": "application/zstd",
}
_COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/toml", "image/svg+xml")
LOOKED_AT = 1024
"""Bytes of a file's beginning that tell what it is: a declaration, a stylesheet's line, a comment may come first."""


def media_type(path: str, start: bytes = b"") -> str:
    """The Content-Type of the file at this path in the folder; `start` is how it begins.

    The same bytes may be a feed or a file of XML: it says itself which, wherever it stands.
    """
    kind = _TYPES.get(path.rpartition("/")[2].rpartition(".")[2].lower(), "application/octet-stream")
    begin = start[:LOOKED_AT]
    if kind == "application/xml":
        if b"<rss" in begin:
            return "application/rss+xml"
        if b"<feed" in begin:
            return "application/atom+xml"
        return "text/x-opml; charset=utf-8" if b"<opml" in begin else kind
    if kind == "application/json" and b"https://jsonfeed.org/version/" in begin:
        return "application/feed+json"
    return kind


def is_compressible(kind: str) -> bool:
    """Does it pay to pack what is of this media type?"""
    return kind.startswith(_COMPRESSIBLE) or kind.partition(";")[0].endswith(("+xml", "+json", "/jsonl"))


def caching(path: str, digest: str) -> str:
    """The Cache-Control of a file. A picture named by the digest of its bytes never changes; all else may."""
    name = path[path.find("pictures/") :]
    if digest and PICTURE.fullmatch(name) and name.rpartition("/")[2].partition(".")[0] == digest:
        return "public, max-age=31536000, immutable"
    return "no-cache"
