"""What the tests of `tacet study` share: a study in a folder, and its claims worked out anew."""

import math

from study_claims import judge
from sweep_database import opened
from tool import ToolTest, ask_json, write_tiny_model

TOKENS = "1,2,3,4,5,6,7,8"


def ranks(values):
    """Ranks from 1 on, ties at their mean."""
    return [sum(b < a for b in values) + (sum(b == a for b in values) + 1) / 2 for a in values]


def rank_correlation(x, y):
    """Spearman's, or None where one side does not vary."""
    a, b = ([rank - (len(side) + 1) / 2 for rank in ranks(side)] for side in (x, y))
    size = math.sqrt(sum(v * v for v in a) * sum(v * v for v in b))
    return sum(v * w for v, w in zip(a, b)) / size if size else None


def claims_of(study):
    return {claim["id"]: claim for claim in study["claims"]}


class StudyTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "study"

    def study(self, *arguments, **options):
        """The JSON of a study in this test's folder."""
        return ask_json("study", "--out", str(self.out), *arguments, **options)

    def tiny(self, *arguments, layer="1", tokens=TOKENS, **model):
        """The same of a small model without tokenizer files."""
        folder = write_tiny_model(self.folder / "model", **model)
        return self.study("--model", folder, "--token-ids", tokens, "--layer", layer, "--quiet",
                          *arguments)

    def assert_same(self, wanted, found, where):
        if isinstance(wanted, float) and math.isinf(wanted):
            wanted = "inf"
        if isinstance(wanted, float) and isinstance(found, (int, float)):
            self.assertTrue(math.isclose(wanted, found, rel_tol=1e-12, abs_tol=1e-15),
                            (where, wanted, found))
        else:
            self.assertEqual(wanted, found, where)

    def assert_more_than_output(self, study, *cut):
        """By what `predict` says of every head, and the late change in the database."""
        ids = ",".join(str(token["id"]) for token in study["tokens"])
        predicted = ask_json("predict", "--model", study["model"]["id"], "--token-ids", ids,
                             "--target-id", "0", "--heads", "all", "--quiet", *cut)
        output = {one["spec"]: one["kl"] for one in predicted["interventions"]}
        with opened(self.out / "sweep.db") as connection:
            late = {spec: abs(delta) for spec, delta in connection.execute(
                "SELECT spec, late_delta FROM ripples JOIN interventions"
                " ON interventions.id = intervention_id WHERE run_id = 1")}
        self.assertEqual(set(late), set(output))
        x, y = ([side[spec] for spec in late] for side in (late, output))
        correlation = rank_correlation(x, y)
        apart = [0, 0] if correlation is None else [sum(10 * sum(b > one[i] for b in one) < len(x)
                     and 2 * sum(b > two[i] for b in two) >= len(x) for i in range(len(x)))
                 for one, two in ((x, y), (y, x))]
        claim = claims_of(study)["more_than_output"]
        self.assertEqual(claim["figures"]["n_heads"], len(x))
        self.assert_same(correlation, claim["figures"]["rank_correlation"], "rank_correlation")
        self.assertEqual(claim["figures"]["largest_divergence"], max(y))
        self.assertEqual([claim["figures"]["n_similarity_alone"], claim["figures"]["n_output_alone"]],
                         apart)
        met = (correlation is not None and correlation < 0.8) + (sum(apart) > 0)
        self.assertEqual(claim["verdict"], ("does_not_hold", "in_part", "holds")[met])

    def assert_recomputed(self, study, *cut):
        """Every verdict and every figure is the one that the database gives; `cut`: the options of
        --mode and --at that the study was made with."""
        wanted = judge(self.out / "sweep.db", study["layer"])
        claims = claims_of(study)
        self.assertEqual(set(claims), {*wanted, "more_than_output", "same_bits"})
        self.assert_more_than_output(study, *cut)
        for name, (figures, verdict) in wanted.items():
            claim = claims[name]
            self.assertEqual(list(claim["figures"]), list(figures), name)
            for key, value in figures.items():
                self.assert_same(value, claim["figures"][key], (name, key))
            self.assertEqual(claim["verdict"], verdict, name)
