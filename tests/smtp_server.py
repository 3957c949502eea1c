"""A mail server of our own on this machine: speaks SMTP, with STARTTLS if it is given a key."""

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Post:
    """What a server took, and how it answers: a refusal for some addresses, or for each text."""

    taken: list[tuple[str, str, EmailMessage]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    refuses_text: str = ""
    connections: int = 0
    was_secret: bool = False
    # Set by a test that wants the server to hold back its last word until it is let go.
    holds: threading.Event | None = None
    holding: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def recipients(self) -> list[str]:
        return [to for _from, to, _email in self.taken]


class _Talk(socketserver.StreamRequestHandler):
    post: Post
    secret: ssl.SSLContext | None

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
        self.wfile.flush()

    def finish(self) -> None:
        """Close what talks now: after STARTTLS it is not what the connection began with."""
        for each in (self.wfile, self.rfile, self.request):
            with contextlib.suppress(OSError):
                each.close()

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.post.connections += 1
            self.say("220 here")
            sender = to = ""
            while line := self.rfile.readline():
                words = line.decode("utf-8", "replace").strip()
                verb = words.upper().split(" ")[0]
                if verb == "EHLO":
                    offers = "250-here\r\n250-STARTTLS" if self.secret else "250-here"
                    self.say(f"{offers}\r\n250 8BITMIME")
                elif verb == "STARTTLS" and self.secret is not None:
                    self.say("220 go ahead")
                    self.request = self.secret.wrap_socket(self.request, server_side=True)
                    self.rfile, self.wfile = (
                        self.request.makefile("rb"),
                        self.request.makefile("wb"),
                    )
                    self.post.was_secret = True
                elif verb == "MAIL":
                    sender = words.split("<")[1].split(">")[0]
                    self.say("250 fine")
                elif verb == "RCPT":
                    to = words.split("<")[1].split(">")[0]
                    self.say(self.post.refuses.get(to, "250 fine"))
                elif verb == "DATA":
                    self.take(sender, to)
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

    def take(self, sender: str, to: str) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if self.post.holds is not None:
            self.post.holding.set()
            self.post.holds.wait(20)
        if self.post.refuses_text:
            self.say(self.post.refuses_text)
            return
        email = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(email, EmailMessage)
        self.post.taken.append((sender, to, email))
        self.say("250 taken")


@contextlib.contextmanager
def serving(secret: ssl.SSLContext | None = None) -> Iterator[Post]:
    """Serve on a free port of this machine until the block ends."""
    post = Post()
    talk = type("Talk", (_Talk,), {"post": post, "secret": secret})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield post
        finally:
            if post.holds is not None:
                post.holds.set()
            server.shutdown()
            thread.join()


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """Make a key and a certificate of this name; return its file and a context to serve with."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = folder / f"{name}.pem"
    both.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return both, context
