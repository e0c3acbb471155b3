"""The runner against a recorded interface: what it asks, what it makes of the answers, what it ends with."""

import itertools
import unittest

from suite import plans, runner
from suite.interface import Suite

from .fake import Fake

ENVIRONMENT = {
    "issuer": "https://senid.test:8444",
    "alias": "senid",
    "username": "001090123456",
    "password": "a password",
    "mtls": "https://senid.test:8445",
    "resource": "https://api.test/records",
    "approver": "http://senid.test:8446/answer?action={action}",
    "pairs": {
        kind: {
            f"{method} {how}": {"client": {"client_id": f"{kind} {method} {how}", "scope": "openid"}, "mtls": {"cert": "PEM"}}
            for method in ("private_key_jwt", "mtls")
            for how in ("dpop", "mtls", "poll", "ping")
        }
        for kind in ("fapi2", "fapi2-message-signing", "fapi-ciba")
    },
    "rotate_keys": ["true"],
    "clients": {"client": {"client_id": "first", "client_secret": "s"}, "client2": {"client_id": "second"}},
}
DYNAMIC = {"server_metadata": "discovery", "client_registration": "dynamic_client"}


def run(recording, plan="basic", variant=DYNAMIC, rotate_keys=lambda: None, clock=lambda: 0.0):
    """The row of the table, and the fake as it was left."""
    [chosen] = plans.load([plan])
    with Fake(recording) as fake:
        suite = Suite(fake.address, token="a token")
        row = runner.run(suite, chosen, variant, ENVIRONMENT, rotate_keys, clock, lambda line: None)
    return row, fake


class Runner(unittest.TestCase):
    def test_results_as_expected_leave_nothing_unexpected(self):
        row, fake = run("all_as_expected")
        self.assertEqual((row.unexpected, fake.surprises, fake.left), ([], [], []))
        self.assertEqual(dict(row.results), {"PASSED": 2, "REVIEW": 1, "SKIPPED": 1})
        # Why something was skipped or has to be looked at is said, and what was better than expected is not.
        self.assertEqual([remark.split(":")[0] for remark in row.remarks], ["oidcc-idtoken-unsigned", "oidcc-prompt-login"])
        self.assertEqual(fake.authorizations, {"Bearer a token"})

    def test_a_warning_a_failure_and_an_unknown_module_are_unexpected(self):
        row, fake = run("a_warning_and_a_failure")
        text = "\n".join(row.unexpected)
        self.assertEqual(fake.surprises, [])
        self.assertIn("oidcc-server: WARNING, expected PASSED", text)
        self.assertIn("WARNING: EnsureIdTokenContainsKid: the ID token has no kid", text)
        self.assertNotIn("CheckStateLength", text)
        self.assertIn("oidcc-codereuse: UNKNOWN, expected PASSED", text)
        self.assertIn("FAILURE: CheckError: the code was exchanged twice", text)
        self.assertIn("oidcc-brand-new: PASSED, expected nothing", text)
        self.assertIn("/log-detail.html?log=m1", text)

    def test_keys_are_rotated_before_the_module_that_asks_for_it_is_started(self):
        rotations = []
        row, fake = run("keys_are_rotated", "dynamic", {"response_type": "code"}, lambda: rotations.append(1))
        self.assertEqual((row.unexpected, rotations, fake.left), ([], [1], []))

    def test_a_plan_that_the_suite_refuses_is_unexpected(self):
        row, _ = run("the_plan_is_refused")
        self.assertEqual(len(row.unexpected), 1)
        self.assertIn("could not be found", row.unexpected[0])

    def test_a_module_that_hangs_is_given_up(self):
        hours = itertools.count(0, 100)
        row, fake = run("a_module_hangs", clock=lambda: float(next(hours)))
        self.assertEqual(fake.surprises, [])
        self.assertIn("none of FINISHED within 240 s", "\n".join(row.unexpected))

    def test_a_suite_that_is_away_is_unexpected(self):
        [plan] = plans.load(["config"])
        # Port 9 (discard) has no listener on a machine of today; a connection is refused at once.
        row = runner.run(Suite("http://127.0.0.1:9"), plan, {}, ENVIRONMENT, None, lambda: 0.0, lambda line: None)
        self.assertIn("the plan was not made", row.unexpected[0])

    def test_the_table_has_a_line_a_plan_and_its_reasons(self):
        row, _ = run("all_as_expected")
        text = runner.table([row])
        self.assertIn("basic [client_registration=dynamic_client] [server_metadata=discovery]", text)
        self.assertRegex(text, r"(?m)discovery\] +2 +1 +0 +0 +1 +0$")
        self.assertIn("second sign-in must ask for the password again", text)
        self.assertNotIn("unexpected:", text)


class Configuration(unittest.TestCase):
    def test_the_suite_is_told_where_senid_is_and_what_to_do_on_its_pages(self):
        _, fake = run("all_as_expected")
        [configuration] = fake.bodies
        self.assertEqual(
            configuration["server"]["discoveryUrl"], "https://senid.test:8444/.well-known/openid-configuration"
        )
        [sign_in] = configuration["browser"]
        self.assertEqual(sign_in["match"], "https://senid.test:8444/authorize*")
        self.assertIn(["text", "id", "username", "001090123456", "optional"], sign_in["tasks"][0]["commands"])
        self.assertNotIn("client_id", configuration["client"])

    def test_registered_clients_are_named_where_the_variant_asks_for_them(self):
        [basic] = plans.load(["basic"])
        configuration = basic.configuration(ENVIRONMENT, {"client_registration": "static_client"})
        self.assertEqual(configuration["client"]["client_id"], "first")

    def test_every_plan_holds_together(self):
        for plan in plans.load():
            with self.subTest(plan.name):
                for variant in plan.settings["variants"]:
                    plan.configuration(ENVIRONMENT, variant)
                self.assertLessEqual(set(plan.browser.get("override", {})), set(plan.expected))
                self.assertIn("suite", plan.settings)

    def test_a_variant_has_its_own_clients_and_calls_what_its_tokens_are_for(self):
        [plan] = plans.load(["fapi2-security-profile"])
        variant = {"client_auth_type": "mtls", "sender_constrain": "dpop", "openid": "openid_connect"}
        configuration = plan.configuration(ENVIRONMENT, variant)
        self.assertEqual(configuration["client"]["client_id"], "fapi2 mtls dpop")
        self.assertEqual(configuration["resource"]["resourceUrl"], "https://senid.test:8444/userinfo")
        configuration = plan.configuration(ENVIRONMENT, variant | {"sender_constrain": "mtls"})
        self.assertEqual(configuration["resource"]["resourceUrl"], "https://senid.test:8445/userinfo")
        configuration = plan.configuration(ENVIRONMENT, variant | {"openid": "plain_oauth"})
        self.assertEqual(configuration["resource"]["resourceUrl"], "https://api.test/records")
        self.assertEqual(configuration["client"]["scope"], "records.read")
        with self.assertRaisesRegex(plans.PlanError, "needs serve --resource"):
            plan.configuration(ENVIRONMENT | {"resource": ""}, variant | {"openid": "plain_oauth"})

    def test_a_plan_that_nobody_knows_is_named(self):
        with self.assertRaisesRegex(plans.PlanError, "no plan is called basik"):
            plans.load(["basik"])


if __name__ == "__main__":
    unittest.main()
