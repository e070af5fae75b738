"""Certificates: serving with one, and knowing the one of another process of ours."""

from __future__ import annotations

import ssl
from pathlib import Path

from funcnodes_worker.errors import ConfigError

__all__ = ["client_context", "server_context"]


def server_context(certfile: str | None, keyfile: str | None) -> ssl.SSLContext | None:
    """TLS from a certificate's files, or None when none were given.

    Raises:
        ConfigError: only one of the two was given, or they cannot be read.
    """
    if certfile is None and keyfile is None:
        return None
    if certfile is None or keyfile is None:
        raise ConfigError("--certfile and --keyfile belong together")
    for option, name in (("--certfile", certfile), ("--keyfile", keyfile)):
        if not Path(name).is_file():
            raise ConfigError(f"{option}: no such file {name!r}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certfile, keyfile)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the certificate {certfile!r} cannot be used: {error}") from error
    return context


def client_context(certificate: str | None = None) -> ssl.SSLContext:
    """What a client takes for true: certificates of the system's authorities, and one that it knows itself.

    The name that was asked for must stand in the certificate either way.

    Args:
        certificate: file of a certificate that may be signed by nobody but itself.

    Raises:
        ConfigError: it cannot be read.
    """
    context = ssl.create_default_context()
    if certificate is not None:
        try:
            context.load_verify_locations(certificate)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"the certificate {certificate!r} cannot be read: {error}") from error
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
