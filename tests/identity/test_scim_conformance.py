"""SCIM as a tester of conformance sees it: scim2-tester against the running server."""

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.identity.conftest import bearer_of, serving


def test_every_check_of_the_conformance_tester_passes(app, admin, monkeypatch):
    headers = {"Authorization": f"Bearer {bearer_of(admin)}"}
    with serving(app) as address, httpx2.Client(base_url=f"{address}/scim/v2", headers=headers, timeout=30) as client:
        monkeypatch.setitem(app.config, "PUBLIC_URL", address)
        results = check_server(SyncSCIMClient(client))
    failed = [f"{one.title} {one.resource_type}: {one.reason}" for one in results if one.status != Status.SUCCESS]
    assert not failed, "\n".join(failed)
    assert len(results) > 50
