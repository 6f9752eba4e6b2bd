"""WeChat and DingTalk as they answer, on this machine: pages one is sent to, and their API.

`Strangers` keeps what it was asked in `asked`; `refuse` and `answer_with` make it odd.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

# What each path answers to who comes with the code "good"; None stands for the person.
TOKENS = {
    "/sns/oauth2/access_token": {
        "access_token": "ACCESS",
        "expires_in": 7200,
        "refresh_token": "REFRESH",
        "scope": "snsapi_login",
    },
    "/v1.0/oauth2/userAccessToken": {
        "accessToken": "ACCESS",
        "refreshToken": "REFRESH",
        "expireIn": 7200,
        "corpId": "corp",
    },
}
REFUSALS = {
    "/sns/oauth2/access_token": (200, {"errcode": 40029, "errmsg": "invalid code"}),
    "/v1.0/oauth2/userAccessToken": (
        400,
        {"code": "invalidParameter.authCode.notFound", "message": "authCode not found"},
    ),
}


class Strangers:
    """One server that is both; `person` is who sits before it."""

    def __init__(self):
        self.person = "o-wang"
        self.nickname = "老王"
        self.asked = []
        self.answers = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @contextmanager
    def open(self):
        self.thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()

    def answer_with(self, path, status, body, kind="application/json"):
        """From now on `path` answers this, whatever it is asked."""
        self.answers[path] = (status, body if isinstance(body, bytes) else _json(body), kind)

    def reply_to(self, method, path, query, body):
        self.asked.append((method, path, query, body))
        if path in self.answers:
            return self.answers[path]
        # WeChat calls its JSON text/plain.
        kind = "text/plain" if path.startswith("/sns/") else "application/json"
        if path in TOKENS:
            if body.get("code") != "good":
                status, refusal = REFUSALS[path]
                return status, _json(refusal), kind
            told = dict(TOKENS[path])
            if path.startswith("/sns/"):
                told |= {"openid": self.person, "unionid": f"u-{self.person}"}
            return 200, _json(told), kind
        if path == "/sns/userinfo":
            assert query["access_token"] == "ACCESS"
            return 200, _json({"openid": self.person, "nickname": self.nickname, "sex": 1}), kind
        if path == "/v1.0/contact/users/me":
            return 200, _json({"openId": self.person, "nick": self.nickname, "mobile": "1"}), kind
        # The page that asks "allow?" and is allowed at once.
        code = "authCode" if path == "/oauth2/auth" else "code"
        back = f"{query['redirect_uri']}?{urlencode({code: 'good', 'state': query['state']})}"
        return 302, back.encode(), "location"

    def _handler(strangers):
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if self.headers.get("Content-Type", "").startswith("application/json"):
                    body = json.loads(sent)
                else:
                    body = {name: values[0] for name, values in parse_qs(sent).items()}
                status, text, kind = strangers.reply_to(self.command, parts.path, query, body)
                self.send_response(status)
                if kind == "location":
                    self.send_header("Location", text.decode())
                    text = b""
                else:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer

            def log_message(self, *arguments):
                pass

        return Handler


def _json(told) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()
