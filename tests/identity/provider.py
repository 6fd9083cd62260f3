"""A small OpenID provider on this machine that keeps to the rules, and breaks them one at a time where a test asks."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug import Response

CLIENT, SECRET = "lms-at-harbour", "a secret of the provider"
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}, private=True)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}, private=True)


class Provider:
    """Signs in, without asking, the person that `person` describes.

    `change` sees the claims of the token before they are signed; `key` signs them; `sign` does it in another way.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.person: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.key = KEY
        self.change: Callable[[dict[str, Any]], Any] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(
            {"alg": "RS256", "kid": "1"}, claims, self.key
        )
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.app = Flask(__name__)
        for path, view in (
            ("/.well-known/openid-configuration", self.configuration), ("/jwks", self.jwks),
            ("/authorize", self.authorize), ("/token", self.token), ("/userinfo", self.tell),
        ):  # fmt: skip
            self.app.add_url_rule(path, view_func=view, methods=["GET", "POST"])

    def configuration(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/jwks",
            userinfo_endpoint=f"{self.issuer}/userinfo",
            scopes_supported=["openid", "email", "profile", "groups"],
        )

    def jwks(self) -> Response:
        return jsonify(keys=[KEY.as_dict(private=False)])

    def authorize(self) -> Response:
        asked = request.args.to_dict()
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return redirect(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    def token(self) -> Response | tuple[Response, int]:
        given = request.authorization
        asked = self.codes.pop(request.form["code"], None)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fits = (
            asked is not None
            and given is not None
            and (given.username, given.password) == (CLIENT, SECRET)
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == request.form["redirect_uri"]
        )
        if not fits:
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person
        self.change(claims)
        return jsonify(access_token="opaque", token_type="Bearer", expires_in=300, id_token=self.sign(claims))

    def tell(self) -> Response:
        assert request.headers["Authorization"] == "Bearer opaque"
        return jsonify(self.userinfo)
