"""S3-compatible object storage. The only module that knows boto3 (extra `s3`).

- An object is replaced whole or not at all, so no temporary names are needed; the order is `staged.py`'s.
- Who we are comes from AWS's usual variables and files (AWS_ACCESS_KEY_ID, AWS_PROFILE, …), never from ours.
- Every object has its type, with its charset, and says how long it may be kept: a picture named by its digest for good,
  all else for a minute.
- What the service answers is read up to a bound, and within a time.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from wirecopy.errors import ConfigError, PublishError
from wirecopy.publish.manifest import PICTURE
from wirecopy.send.release import LARGEST_PAGE, Entry, Release
from wirecopy.send.targets import Address, Target, shown_of
from wirecopy.serve.media import LOOKED_AT, media_type
from wirecopy.text import printable

_AT_ONCE = 8  # requests: what a home line and the free tiers of services bear; a guess
_AT_ONCE_MOST = 16 << 20  # bytes that are sent in one request; larger files go in parts
_LARGEST_ANSWER = 1 << 20  # bytes of what is no file: an error is some hundred
_SECONDS = 60.0  # without a byte
_ANSWER_SECONDS = 300.0  # for a whole answer

_REMEDIES = {
    "AccessDenied": "these credentials may not do that: allow GetObject, PutObject and DeleteObject on this prefix",
    "403": "these credentials may not do that: allow GetObject, PutObject and DeleteObject on this prefix",
    "NoSuchBucket": "there is no such bucket: make it, or correct the address, endpoint or region",
    "404": "there is no such bucket: make it, or correct the address, endpoint or region",
    "InvalidAccessKeyId": "the service does not know this key: is AWS_ACCESS_KEY_ID the one of this endpoint?",
    "SignatureDoesNotMatch": "the secret key is not the one of this access key: check AWS_SECRET_ACCESS_KEY and region",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "SlowDown": "the service wants fewer requests: send again later, it goes on where it ended",
    "QuotaExceeded": "the storage is full: free some, or buy more",
    "PermanentRedirect": "the bucket is in another region: set region",
}


class Bucket:
    """A prefix in a bucket, as `staged.Place`."""

    def __init__(self, target: Target, address: Address, *, stop: threading.Event) -> None:
        self._shown = shown_of(target.to)
        self._bucket = address.host
        self._prefix = address.path.strip("/") + "/" if address.path.strip("/") else ""
        self._stop, self._seconds = stop, target.timeout
        self._end = time.monotonic() + target.timeout
        self._client = _client(target, self._shown)

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}

        def read(path: str) -> None:
            if (body := self._get(path)) is not None:
                found[path] = body

        self._each(paths, read, lambda _: None)
        return found

    def put(self, release: Release, files: Sequence[tuple[str, Entry]], done: Callable[[str], None]) -> None:
        listed = dict(files)
        self._each([path for path, _ in files], lambda path: self._put(release, path, listed[path]), done)

    def remove(self, paths: Sequence[str], done: Callable[[str], None]) -> None:
        self._each(
            paths, lambda path: self._asked(self._client.delete_object, Bucket=self._bucket, Key=self._prefix + path),
            done,
        )  # fmt: skip

    def _get(self, path: str) -> bytes | None:
        from botocore.exceptions import ClientError

        try:
            answer = self._asked(self._client.get_object, Bucket=self._bucket, Key=self._prefix + path)
        except PublishError as error:
            if isinstance(error.__cause__, ClientError) and _code(error.__cause__) in ("NoSuchKey", "404"):
                return None
            raise
        with answer["Body"] as stream:
            body = _bounded(stream, LARGEST_PAGE)
        if body is None:
            raise PublishError(f"{self._shown}/{path}: more than {LARGEST_PAGE} bytes, or too slow: this is not ours")
        return body

    def _put(self, release: Release, path: str, entry: Entry) -> None:
        name = {"Bucket": self._bucket, "Key": self._prefix + path}
        if entry[1] <= _AT_ONCE_MOST:
            body = release.body(path, entry)
            self._asked(self._client.put_object, **name, Body=body, **_told(path, body[:LOOKED_AT]))
            return
        place = release.check(path, entry)
        with place.open("rb") as file:
            told = _told(path, file.read(LOOKED_AT))
            file.seek(0)
            self._asked(self._client.upload_fileobj, file, name["Bucket"], name["Key"], ExtraArgs=told)

    def _each(self, paths: Sequence[str], work: Callable[[str], object], done: Callable[[str], None]) -> None:
        """Do this for each path, a few at once; the first that fails ends it, when those under way are over."""
        todo = iter(paths)
        with ThreadPoolExecutor(min(_AT_ONCE, len(paths) or 1)) as pool:
            running: dict[Future[object], str] = {}
            failed: BaseException | None = None
            while True:
                while failed is None and len(running) < 2 * _AT_ONCE and (path := next(todo, None)) is not None:
                    running[pool.submit(work, path)] = path
                if not running:
                    break
                for each in wait(running, return_when=FIRST_COMPLETED).done:
                    path = running.pop(each)
                    if each.exception() is None:
                        done(path)
                    else:
                        failed = failed or each.exception()
                if self._stop.is_set():
                    failed = failed or PublishError(f"{self._shown}: stopped")
                if time.monotonic() > self._end:
                    failed = failed or PublishError(
                        f"{self._shown}: this took more than {self._seconds:g} seconds (timeout); what was sent is kept"
                    )
            if failed is not None:
                raise failed

    def _asked(self, ask: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """What the service answers. Errors of boto3 as ours."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, CredentialRetrievalError, NoCredentialsError

        try:
            return ask(*arguments, **named)
        except (NoCredentialsError, CredentialRetrievalError) as error:
            raise ConfigError(
                f"{self._shown}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, "
                'or name a profile of ~/.aws/credentials: profile = "…"'
            ) from error
        except ClientError as error:
            said = printable(str(error.response.get("Error", {}).get("Message", "")))[:200]
            remedy = _REMEDIES.get(_code(error), "look at what the service says of it, and send again")
            code = printable(_code(error))[:60] + (f" ({said})" if said else "")
            raise PublishError(f"{self._shown}: {code}: {remedy}") from error
        except (BotoCoreError, Boto3Error) as error:
            raise PublishError(f"{self._shown}: no whole answer: {printable(str(error))[:300]}") from error


def _client(target: Target, shown: str) -> Any:
    try:
        import boto3
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise ConfigError(f"{shown} needs a library that is not there: pip install 'wirecopy[s3]'") from None
    if target.proxy.startswith("socks"):
        raise ConfigError(f"{shown}: S3 goes through http:// and https:// proxies only, and proxy is a SOCKS one")
    proxies = {"http": target.proxy, "https": target.proxy} if target.proxy not in ("", "none") else None
    config = Config(
        connect_timeout=15,
        read_timeout=_SECONDS,
        retries={"mode": "standard"},  # three attempts, or AWS_MAX_ATTEMPTS
        max_pool_connections=_AT_ONCE,
        proxies={} if target.proxy == "none" else proxies,
        # Since 1.36 the default is a checksum that R2, GCS and older services refuse (boto/boto3 #4392).
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if target.endpoint else "auto"},
        user_agent_extra="wirecopy",
    )
    try:
        core = botocore.session.get_session()
        core.register_component("data_loader", _loader())
        session = boto3.session.Session(
            botocore_session=core,
            profile_name=target.profile or None,
            region_name=target.region or ("auto" if target.endpoint else None),
        )
        client = session.client("s3", endpoint_url=target.endpoint or None, config=config)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"{shown}: {printable(str(error))[:300]}") from error
    _bound(client)
    return client


@functools.cache
def _loader() -> Any:
    """botocore's descriptions of services, parsed once: a tenth of a second for each client else."""
    import botocore.loaders

    return botocore.loaders.create_loader()


def _bound(client: Any) -> None:
    """Have every answer that is no file read up to a bound: botocore itself reads whatever comes.

    The event is the documented way to answer in the place of the network (botocore's "before-send").
    """
    from botocore.exceptions import HTTPClientError

    session = client._endpoint.http_session

    def send(request: Any, **_: object) -> Any:
        is_file = request.stream_output
        request.stream_output = True
        answer = session.send(request)
        if not is_file or answer.status_code >= 300:
            body = _bounded(answer.raw, _LARGEST_ANSWER)
            if body is None:
                answer.raw.close()
                raise HTTPClientError(error=f"an answer of more than {_LARGEST_ANSWER} bytes, or too slow")
            answer._content = body
        return answer

    client.meta.events.register("before-send.s3", send)


def _bounded(stream: Any, most: int) -> bytes | None:
    """What this stream gives; None where that is more, or takes longer, than it may."""
    end = time.monotonic() + _ANSWER_SECONDS
    parts, size = [], 0
    while part := stream.read(1 << 16):
        parts.append(part)
        size += len(part)
        if size > most or time.monotonic() > end:
            return None
    return b"".join(parts)


def _told(path: str, start: bytes) -> dict[str, str]:
    """What an object says of itself."""
    name = path[path.find("pictures/") :]
    caching = "public, max-age=31536000, immutable" if PICTURE.fullmatch(name) else "public, max-age=60"
    kind = media_type(path, start)
    # RFC 8259 has no charset for JSON, but browsers that show a file as text guess one without it.
    return {"ContentType": f"{kind}; charset=utf-8" if kind == "application/json" else kind, "CacheControl": caching}


def _code(error: Any) -> str:
    """What a service calls an error; what stands before it, as a proxy or a login page, has but a status."""
    named = error.response.get("Error", {}).get("Code", "")
    return str(named or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
