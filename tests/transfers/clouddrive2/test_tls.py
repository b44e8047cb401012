"""TLS in front of a server, as a reverse proxy gives it: wire/clouddrive2.md §1 and §1.2."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.client import connect
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.tuning import Endpoint, Tuning

QUICK = Tuning(attempts=1, metadata_seconds=5)


def certificate(host: str) -> tuple[bytes, bytes]:
    """A self-signed certificate for a host and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, bytes]]:
    """A server behind TLS for `nas.test` that knows GetSystemInfo; its port and certificate."""
    public, secret = certificate("nas.test")
    reply = pb.CloudDriveSystemInfo(SystemReady=True).SerializeToString()
    handler = grpc.unary_unary_rpc_method_handler(lambda _request, _context: reply)
    running = grpc.server(ThreadPoolExecutor(2))
    running.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("clouddrive.CloudDriveFileSrv", {"GetSystemInfo": handler})]
    )
    port = running.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(secret, public)]))
    running.start()
    yield port, public
    running.stop(None)


def test_a_trusted_certificate_of_the_right_name_is_accepted(server: tuple[int, bytes]) -> None:
    port, public = server
    endpoint = Endpoint("nas.test", port, tls=True, address="127.0.0.1", ca=public)
    assert endpoint.origin == f"https://nas.test:{port}"
    assert "BEGIN" not in repr(endpoint)
    with connect(endpoint, token="x", tuning=QUICK) as drive:
        assert drive.system_info().SystemReady
        with pytest.raises(CloudDriveError) as error:
            drive.find("/")
    assert error.value.kind is Kind.UNIMPLEMENTED


@pytest.mark.parametrize("host", ["nas.test", "other.test"])
def test_anything_else_is_not(server: tuple[int, bytes], host: str) -> None:
    port, public = server
    ca = public if host == "other.test" else None
    with (
        connect(Endpoint(host, port, tls=True, address="127.0.0.1", ca=ca), token="x", tuning=QUICK) as drive,
        pytest.raises(CloudDriveError) as error,
    ):
        drive.system_info()
    assert error.value.code == "clouddrive_tls"
    assert "127.0.0.1" not in str(error.value)


def test_a_name_without_an_address_is_told_apart() -> None:
    with (
        connect(Endpoint("nowhere.invalid"), token="x", tuning=QUICK) as drive,
        pytest.raises(CloudDriveError) as error,
    ):
        drive.system_info()
    assert (error.value.code, error.value.kind) == ("clouddrive_dns", Kind.TRANSIENT)
