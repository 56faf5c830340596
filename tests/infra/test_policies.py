"""What the policies of the templates allow and deny, asked of a maintained evaluator."""

import unittest

import policies
from policies import TABLE


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.documents = policies.documents()

    def test_every_row_of_the_table_is_answered_as_it_says(self):
        answers = policies.ask([policies.simulation(row, self.documents) for row in TABLE])
        for row, answer in zip(TABLE, answers, strict=True):
            who, action, resource, context, allowed = row
            with self.subTest(who=who, action=action, resource=resource, context=context):
                self.assertNotIn("error", answer)
                self.assertEqual(answer["result"] == "Allowed", allowed, answer)

    def test_every_condition_is_one_that_aws_offers_for_its_action(self):
        # A Deny on a key that AWS does not send would never take effect.
        rows = [row for row in TABLE if row[3] and not row[0].startswith("service:")]
        answers = policies.ask([policies.simulation(row, self.documents) for row in rows])
        for row, answer in zip(rows, answers, strict=True):
            ignored = {key.lower() for key in answer["ignored"]} & {key.lower() for key in row[3]}
            with self.subTest(row=row[:3]):
                self.assertEqual(ignored, set())

    def test_no_statement_and_no_condition_can_be_left_out_unseen(self):
        made = policies.mutants(self.documents)
        self.assertGreater(len(made), 60)
        asked = [(number, row) for number, (_, key, _) in enumerate(made) for row in TABLE if policies.concerns(row, key)]
        answers = policies.ask([policies.simulation(row, made[number][2]) for number, row in asked])
        seen = {number for (number, row), one in zip(asked, answers, strict=True) if (one.get("result") == "Allowed") != row[4]}
        unseen = [what for number, (what, _, _) in enumerate(made) if number not in seen]
        self.assertEqual(unseen, [], "nothing in the table tells that these are gone")


if __name__ == "__main__":
    unittest.main()
