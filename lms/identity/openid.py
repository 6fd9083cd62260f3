"""OpenID Connect as a client: Authorization Code with PKCE, and what an ID token must prove (Core 1.0, 3.1.3.7)."""

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from lms.errors import Refusal
from lms.identity.addresses import CarefulAdapter, Unanswered, refuse_internal

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures with a public key only: neither `none`, nor one made with the secret that we know too."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""
NO_ANSWER = "Your sign-in provider does not answer as it should. Try again in a few minutes; if it stays so, tell an administrator of your organization."  # noqa: E501
NOT_TRUSTED = "What your sign-in provider sent could not be verified, so you are not signed in. Begin again; if it stays so, tell an administrator of your organization."  # noqa: E501


class Untrusted(Refusal):
    """A token that does not prove what it should; `reason` is for the log."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__(NOT_TRUSTED)
        self.reason = reason


@dataclass(frozen=True)
class Relying:
    """We, as one provider knows us."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    allows_internal: bool = False

    def begin(self, wants_groups: bool, hint: str = "") -> tuple[str, dict[str, str]]:
        """Where to send somebody, and what to keep in their session until they are back.

        Raises Unanswered when the provider does not describe itself.
        """
        metadata = self.metadata()
        known = metadata.get("scopes_supported")
        scopes = ["openid", "email", "profile"]
        if wants_groups and isinstance(known, list) and "groups" in known:
            scopes.append("groups")
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        url, _state = self._session(scope=" ".join(scopes)).create_authorization_url(
            metadata["authorization_endpoint"],
            state=kept["state"],
            nonce=kept["nonce"],
            code_verifier=kept["verifier"],
            **({"login_hint": hint} if hint else {}),
        )
        return url, kept

    def finish(self, code: str, kept: dict[str, str], needed: tuple[str, ...] = ("email",)) -> dict[str, Any]:
        """Who it is, for the code they came back with; claims of `needed` that the token lacks are asked for.

        Raises Unanswered when the provider does not answer, Untrusted when it does not prove what it says.
        """
        metadata = self.metadata()
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        session = self._session(token_endpoint_auth_method=method)
        try:
            token = session.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code,
                code_verifier=kept["verifier"], allow_redirects=False,
            )  # fmt: skip
        except OAuthError as error:
            raise Untrusted(f"no token: {error}") from error
        except (RequestException, ValueError) as error:
            raise Unanswered(NO_ANSWER) from error
        claims = self._verified(token, kept["nonce"], metadata)
        if any(name not in claims for name in needed) and metadata.get("userinfo_endpoint"):
            told = self._get(session, metadata["userinfo_endpoint"])
            if told.get("sub") != claims["sub"]:
                raise Untrusted("userinfo is about somebody else")
            claims = {**told, **claims}
        return claims

    def metadata(self) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0); raises Unanswered."""
        found = self._get(self._session(), f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self.issuer.rstrip("/"):
            raise Unanswered("The sign-in provider calls itself by another name than the one that was set.")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                raise Unanswered(NO_ANSWER)
        refuse_internal(found["authorization_endpoint"], allows_internal=self.allows_internal)
        return found

    def _session(self, **options: Any) -> OAuth2Session:
        session = OAuth2Session(
            self.client_id, self.client_secret, redirect_uri=self.redirect_uri, code_challenge_method="S256", **options
        )
        for prefix in ("https://", "http://"):
            session.mount(prefix, CarefulAdapter(allows_internal=self.allows_internal))
        return session

    def _get(self, session: OAuth2Session, url: str) -> dict[str, Any]:
        try:
            answer = session.get(url, allow_redirects=False, withhold_token=not session.token)
            found = answer.json() if answer.status_code == 200 else None
        except (RequestException, OAuthError, ValueError) as error:
            raise Unanswered(NO_ANSWER) from error
        if not isinstance(found, dict):
            raise Unanswered(NO_ANSWER)
        return found

    def _verified(self, token: dict[str, Any], nonce: str, metadata: dict[str, Any]) -> dict[str, Any]:
        keys = self._get(self._session(), metadata["jwks_uri"]).get("keys")
        usable = [
            key
            for key in (keys if isinstance(keys, list) else [])
            if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
        ]
        try:
            decoded = jwt.decode(str(token.get("id_token")), KeySet.import_key_set({"keys": usable}), ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "sub": {"essential": True},
                    "aud": {"essential": True, "value": self.client_id},
                },
                {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Untrusted(f"{type(error).__name__}: {error}") from error
        if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise Untrusted("sub is no subject")
        return dict(claims)
