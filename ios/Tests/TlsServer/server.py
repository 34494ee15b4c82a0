"""Servers for the tests of URLSessionTransport: real TLS, with certificates made here.

    python3 server.py FOLDER

FOLDER gets authority.pem (to be trusted), NAME.der and NAME.pin (SHA-256 of the public key, by openssl) for each server, and
last of all servers.json: ports by name. Runs until its standard input is closed.
"""
import base64
import hashlib
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import threading

folder = pathlib.Path(sys.argv[1])


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder, **options).stdout


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", f"{name}.key", "-out", f"{name}.pem")


def certificate(name, signer, host, days="2", key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
    openssl("req", "-newkey", *key, "-nodes", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial",
            "-copy_extensions", "copy", "-days", days, "-out", f"{name}.pem")
    openssl("x509", "-in", f"{name}.pem", "-outform", "der", "-out", f"{name}.der")
    public = openssl("x509", "-in", f"{name}.pem", "-noout", "-pubkey")
    info = openssl("pkey", "-pubin", "-outform", "der", input=public)
    (folder / f"{name}.pin").write_bytes(base64.b64encode(hashlib.sha256(info).digest()))


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"over TLS"
        self.send_response(200)
        self.send_header("ETag", '"7"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that refuses the certificate is what is tested."""


def serve(name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    server = Quiet(("127.0.0.1", 0), Answer)
    # The handshake is the connection's own thread's work.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


authority("authority")
authority("stranger")
certificate("good", "authority", "localhost")
certificate("rsa", "authority", "localhost", key=("rsa:2048",))
certificate("other_host", "authority", "bank.example")
certificate("unknown_authority", "stranger", "localhost")
# Ends at the moment that it is made.
certificate("ended", "authority", "localhost", days="0")
names = ["good", "rsa", "other_host", "unknown_authority", "ended"]
ports = json.dumps({name: serve(name) for name in names})
(folder / "servers.tmp").write_text(ports)
(folder / "servers.tmp").rename(folder / "servers.json")
sys.stdin.read()
