"""The JSON and CSV of the commands: every key of the contract, in its order, of its type."""

import csv
import io
import math
import unittest

import tool
from tool import PROMPT, ToolTest, ask, ask_json, mini

NUMBER = (int, float)
OPTIONAL = (int, float, str, type(None))  # a number, "inf" or "-inf", null

LAYER = {
    "layer": int, "n_pairs": int, "mean_clean": NUMBER, "mean_silenced": NUMBER,
    "mean_delta": NUMBER, "sd_delta": NUMBER, "t": OPTIONAL, "df": OPTIONAL, "p": OPTIONAL,
    "p_adjusted": OPTIONAL, "significant": bool, "effect": str, "cohen_dz": OPTIONAL,
    "ci_low": OPTIONAL, "ci_high": OPTIONAL, "direct_mean_delta": NUMBER, "perturbation": NUMBER,
    "norm_ratio": NUMBER, "mean_distance_clean": NUMBER, "mean_distance_silenced": NUMBER,
    "effective_rank_clean": NUMBER, "effective_rank_silenced": NUMBER,
}
MODEL = {"id": str, "n_layer": int, "n_head": int, "d_model": int, "dtype": str,
         "fingerprint": str}
SILENCE = {
    "schema": str, "version": str, "model": dict, "prompt": str, "tokens": list,
    "intervention": dict, "test": dict, "layers": list, "final_norm": dict, "ripple": dict,
    "trajectory": dict, "timing": dict,
}
INTERVENTION = {"spec": str, "heads": list, "positions": (str, list), "mode": str,
                "values_changed": int}
TEST = {"name": str, "alpha": NUMBER, "correction": str, "family_size": int, "threshold": OPTIONAL}
RIPPLE = {"cut_layer": int, "onset": (int, type(None)), "immediate_delta": NUMBER,
          "late_delta": NUMBER, "late_layers": list, "persistence": OPTIONAL, "growth": OPTIONAL,
          "growth_absolute": OPTIONAL, "sign_changes": int, "late_se": OPTIONAL}
TRAJECTORY = {"min_layer": int, "initial_mean": NUMBER, "min_mean": NUMBER, "final_mean": NUMBER}
TIMING = {"load_s": NUMBER, "forward_s": NUMBER, "analysis_s": NUMBER}


class ContractTest(ToolTest):
    def assert_object(self, value, keys):
        """`value` has `keys` first and in order (more may follow), each of its type."""
        self.assertEqual(list(value)[:len(keys)], list(keys))
        for key, kind in keys.items():
            self.assertIsInstance(value[key], kind, key)
            if kind is int or kind is NUMBER:
                self.assertNotIsInstance(value[key], bool, key)
            if isinstance(value[key], str) and kind is OPTIONAL:
                self.assertIn(value[key], ("inf", "-inf"))


SPREAD = {"n": int, "mean": OPTIONAL, "q025": OPTIONAL, "median": OPTIONAL, "q975": OPTIONAL}
CONTROL = {"kind": str, "n": int, "seed": int, "note": (str, type(None)), "push_norm": NUMBER,
           "p_late_delta": OPTIONAL, "p_growth": OPTIONAL, "immediate_delta": dict,
           "late_delta": dict, "growth": dict, "layers": list, "other_heads": list}
TESTS = ("paired", "independent", "wilcoxon", "dyadic", "token-swap", "token-bootstrap",
         "token-jackknife")
TEST_RESULT = {"statistic": OPTIONAL, "df": OPTIONAL, "se": OPTIONAL, "p": OPTIONAL,
               "log10_p": OPTIONAL, "p_adjusted": OPTIONAL, "significant": bool,
               "ci_low": OPTIONAL, "ci_high": OPTIONAL, "note": (str, type(None))}


class Silence(ContractTest):
    def test_all_tests(self):
        plain = ask_json("silence", PROMPT, "--heads", "L1H1")
        result = ask_json("silence", PROMPT, "--heads", "L1H1", "--test", "all")
        self.assertEqual(result["test"], plain["test"])
        for row, alone in zip(result["layers"] + [result["final_norm"]],
                              plain["layers"] + [plain["final_norm"]]):
            self.assertNotIn("tests", alone)
            tests = row.pop("tests")
            self.assertEqual(row, alone)  # the columns are those of the paired test
            self.assertEqual(tuple(tests), TESTS)
            for name, test in tests.items():
                self.assert_object(test, TEST_RESULT)
            self.assertEqual([tests["paired"][key] for key in ("statistic", "df", "p", "ci_low")],
                             [row[key] for key in ("t", "df", "p", "ci_low")])
            if row["p"] is None:
                self.assertTrue(all(test["p"] is None for test in tests.values()))
                continue
            swap, bootstrap = tests["token-swap"], tests["token-bootstrap"]
            self.assertEqual(len(swap["token_share"]), len(result["tokens"]))
            self.assertAlmostEqual(sum(swap["token_share"]), 1)
            self.assertEqual((bootstrap["seed"], bootstrap["draws"]), (1, 1999))
            self.assertGreater(tests["dyadic"]["p"], 0)

    def test_draws(self):
        def bootstrap(*options):
            result = ask_json("silence", PROMPT, "--heads", "L1H1", "--test", "all", *options)
            return result["layers"][-1]["tests"]["token-bootstrap"]
        once = bootstrap("--seed", "7", "--draws", "199")
        self.assertEqual((once["seed"], once["draws"]), (7, 199))
        self.assertEqual(once, bootstrap("--seed", "7", "--draws", "199", "--threads", "1"))
        self.assertNotEqual(once["ci_low"], bootstrap("--seed", "8", "--draws", "199")["ci_low"])

    def test_control(self):
        plain = ask_json("silence", PROMPT, "--heads", "L1H1")
        command = ("silence", PROMPT, "--heads", "L1H1", "--control", "rotated:99")
        result = ask_json(*command)
        control = result.pop("control")
        for document in plain, result:
            document.pop("timing")
        self.assertEqual(result, plain)
        self.assert_object(control, CONTROL)
        self.assertEqual((control["kind"], control["n"], control["seed"], control["note"]),
                         ("rotated", 99, 1, None))
        for key in "immediate_delta", "late_delta", "growth":
            self.assert_object(control[key], SPREAD)
            self.assertEqual(control[key]["n"], 99)
        for key in "p_late_delta", "p_growth":
            self.assertAlmostEqual(control[key] * 100, round(control[key] * 100))
            self.assertGreaterEqual(control[key], 0.01)
        rows = result["layers"][1:]
        self.assertEqual([layer["layer"] for layer in control["layers"]],
                         [row["layer"] for row in rows])
        for layer, row in zip(control["layers"], rows):
            self.assertEqual(layer["direct"], row["direct_mean_delta"])
            self.assertEqual(layer["ripple"], row["mean_delta"] - row["direct_mean_delta"])
            self.assert_object(layer["control_direct"], SPREAD)
            self.assert_object(layer["control_ripple"], SPREAD)
        self.assertEqual([other["head"] for other in control["other_heads"]],
                         [f"L1H{head}" for head in range(mini()["n_head"]) if head != 1])
        for other in control["other_heads"]:
            self.assert_object(other, {"head": str, "scale": NUMBER, "immediate_delta": NUMBER,
                                       "late_delta": NUMBER, "growth": OPTIONAL, "direct": list,
                                       "ripple": list})
            self.assertEqual(len(other["ripple"]), len(rows))
        again = ask_json(*command, "--threads", "1")["control"]
        self.assertEqual(again, control)
        other = ask_json(*command, "--seed", "2")["control"]
        self.assertEqual((other["seed"], other["other_heads"]), (2, control["other_heads"]))
        self.assertNotEqual(other["late_delta"], control["late_delta"])

    def test_control_of_nothing(self):
        control = ask_json("silence", PROMPT, "--heads", "L1H1", "--mode", "scale:1", "--control",
                           "rotated:99")["control"]
        self.assertIn("changes nothing", control["note"])
        self.assertEqual((control["n"], control["push_norm"]), (0, 0))
        self.assertIsNone(control["p_late_delta"])
        self.assertIsNone(control["p_growth"])
        self.assertEqual((control["layers"], control["other_heads"]), ([], []))

    def test_all_keys(self):
        result = ask_json("silence", PROMPT, "--heads", "L1H1")
        self.assertEqual(list(result), list(SILENCE) + list(result)[len(SILENCE):])
        self.assert_object(result, SILENCE)
        self.assertEqual(result["schema"], "tacet.silence/1")
        self.assertEqual(result["prompt"], PROMPT)
        self.assert_object(result["model"], MODEL)
        self.assertRegex(result["model"]["fingerprint"], "^[0-9a-f]{16}$")
        for token in result["tokens"]:
            self.assert_object(token, {"id": int, "text": str})
        self.assert_object(result["intervention"], INTERVENTION)
        self.assertEqual(result["intervention"]["heads"], ["L1H1"])
        self.assert_object(result["test"], TEST)
        self.assertEqual(len(result["layers"]), mini()["n_layer"])
        for i, row in enumerate(result["layers"]):
            self.assert_object(row, LAYER)
            self.assertEqual(row["layer"], i)
            self.assertIn(row["effect"], ("coupling", "decoupling", "none", "unchanged"))
        self.assert_object(result["final_norm"], LAYER)
        self.assertIsNone(result["final_norm"]["p_adjusted"])
        self.assert_object(result["ripple"], RIPPLE)
        self.assert_object(result["trajectory"], TRAJECTORY)
        self.assert_object(result["timing"], TIMING)
        self.assertGreater(result["timing"]["load_s"], 0)

    def test_precision(self):
        cut = ("silence", PROMPT, "--heads", "L3H1")
        plain = ask_json(*cut)
        double = ask_json(*cut, "--precision", "double")
        self.assertEqual((plain["precision"], double["precision"]), ("float", "double"))
        self.assertEqual(double["layers"],
                         ask_json(*cut, "--precision", "double", "--threads", "1")["layers"])
        self.assertEqual(plain["layers"], ask_json(*cut, "--precision", "float")["layers"])
        for row, exact in zip(plain["layers"] + [plain["final_norm"]],
                              double["layers"] + [double["final_norm"]]):
            self.assertIsNone(row["noise_floor"])
            self.assertIsNone(row["near_noise"])
            self.assertEqual(exact["noise_floor"], abs(row["mean_delta"] - exact["mean_delta"]))
            near = abs(exact["mean_delta"]) < 10 * exact["noise_floor"]
            self.assertEqual(exact["near_noise"], exact["significant"] and near)
            self.assertEqual(exact["noise_floor"] == 0, exact["effect"] == "unchanged")
            self.assertLess(exact["noise_floor"], 1e-6)
        self.assertEqual(list(double["layers"][0])[-2:], ["noise_floor", "near_noise"])

    def test_precision_of_the_null(self):
        for row in ask_json("silence", PROMPT, "--heads", "L3H1", "--mode", "scale:1",
                            "--precision", "double")["layers"]:
            self.assertEqual((row["effect"], row["mean_delta"], row["noise_floor"],
                              row["near_noise"]), ("unchanged", 0, 0, False))

    def test_unchanged_blocks(self):
        row = ask_json("silence", PROMPT, "--heads", "L1H1")["layers"][0]
        self.assertEqual(row["effect"], "unchanged")
        self.assertEqual((row["mean_delta"], row["sd_delta"]), (0, 0))
        for key in "t", "p", "cohen_dz", "ci_low", "ci_high":
            self.assertIsNone(row[key])
        self.assertEqual((row["cka"], row["rank_correlation"]), (1, 1))

    def test_options_reach_the_result(self):
        shape = mini()
        test = ask_json("silence", PROMPT, "--heads", "L1H1", "--test", "independent", "--alpha",
                        "0.01", "--correction", "holm", "--family", "reachable")["test"]
        self.assertEqual((test["name"], test["alpha"], test["correction"]),
                         ("independent", 0.01, "holm"))
        self.assertEqual(test["family_size"], shape["n_layer"] - 1)
        self.assertIsNone(test["threshold"])
        default = ask_json("silence", PROMPT, "--heads", "L1H1")
        self.assertTrue(math.isclose(default["test"]["threshold"], 0.05 / shape["n_layer"]))
        pairs = default["layers"][0]["n_pairs"]
        count = len(default["tokens"])
        self.assertEqual(pairs, count * (count - 1) // 2)
        fewer = ask_json("silence", PROMPT, "--heads", "L1H1", "--exclude-first")
        self.assertEqual(fewer["layers"][0]["n_pairs"], pairs - count + 1)
        at_end = ("silence", PROMPT, "--heads", "L1H1", "--at", "-1")
        self.assertEqual(ask_json(*at_end)["layers"][0]["n_pairs"], count - 1)
        self.assertEqual(ask_json(*at_end, "--pairs", "all")["layers"][0]["n_pairs"], pairs)
        hugging_face = ask_json("silence", PROMPT, "--heads", "L1H1", "--states", "hf")
        self.assertIsNone(hugging_face["final_norm"])
        self.assertEqual(hugging_face["layers"][-1]["mean_clean"],
                         default["final_norm"]["mean_clean"])
        for cosine in "centred", "standardised":
            other = ask_json("silence", PROMPT, "--heads", "L1H1", "--cosine", cosine)
            self.assertNotEqual(other["layers"][0]["mean_clean"], default["layers"][0]["mean_clean"])
        rogue = ask_json("silence", PROMPT, "--heads", "L1H1", "--cosine", "no-rogue:3")
        self.assertEqual(rogue["cosine"], "no-rogue:3")
        self.assertLess(rogue["layers"][-1]["mean_clean"], default["layers"][-1]["mean_clean"])
        scaled = ask_json("silence", PROMPT, "--heads", "L1H1", "--mode", "scale:0.5")
        self.assertEqual(scaled["intervention"]["mode"], "scale:0.5")

    def test_geometry(self):
        cut = ("silence", PROMPT, "--heads", "L1H1")
        plain = ask_json(*cut)
        self.assertNotIn("geometry", plain)
        result = ask_json(*cut, "--geometry")
        geometry = result.pop("geometry")
        self.assertEqual(result["layers"], plain["layers"])
        self.assertIn(geometry["role"], ("none", "connector", "separator"))
        self.assertEqual([one["measured"] for one in geometry["others"]],
                         ["without position 0", "centred", "standardised", "no-rogue:3"])
        self.assertEqual(geometry["others"][0]["blocks"], plain["effect_depends_on_first"])
        for one in geometry["others"][1:]:
            other = ask_json(*cut, "--cosine", one["measured"])
            differ = [a["layer"] for a, b in zip(plain["layers"], other["layers"])
                      if a["effect"] != b["effect"]]
            self.assertEqual(one["blocks"], differ)
            self.assertIsNone(one["undefined"])
            self.assertEqual(one["role_differs"], one["role"] != geometry["role"])

    def test_dimensions(self):
        cut = ("silence", PROMPT, "--heads", "L1H1")
        self.assertNotIn("dimensions", ask_json(*cut)["layers"][0])
        width = mini()["d_model"]
        result = ask_json(*cut, "--dimensions", str(width))
        for row in result["layers"] + [result["final_norm"]]:
            self.assertEqual(sorted(one["dimension"] for one in row["dimensions"]),
                             list(range(width)))
            for key in "share_clean", "share_silenced":
                self.assertAlmostEqual(sum(one[key] for one in row["dimensions"]), 1, places=9)
        largest = result["layers"][-1]["dimensions"][0]
        text = ask(*cut, "--dimensions", "1")
        self.assertIn(f"{largest['dimension']} {100 * largest['share_clean']:.1f} → ", text)

    def test_the_table_says_what_the_cosine_changes(self):
        text = ask("silence", PROMPT, "--heads", "L1H1")
        self.assertRegex(text, r"The verdict (changes|is the same)\s+with\s+another\s+cosine: ")

    def test_csv_is_layers(self):
        result = ask_json("silence", PROMPT, "--heads", "L1H1")
        text = ask("silence", PROMPT, "--heads", "L1H1", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(list(rows[0]), list(result["layers"][0]))
        for row, wanted in zip(rows, result["layers"], strict=True):
            for key, value in wanted.items():
                if value is None:
                    self.assertEqual(row[key], "")
                elif isinstance(value, (bool, str)):
                    self.assertEqual(row[key].lower(), str(value).lower())
                else:
                    self.assertEqual(float(row[key]), float(value))


class Others(ContractTest):
    def test_trajectory(self):
        result = ask_json("trajectory", PROMPT)
        self.assertEqual(result["schema"], "tacet.trajectory/1")
        self.assert_object(result["model"], MODEL)
        self.assertEqual(len(result["layers"]), mini()["n_layer"])
        self.assert_object(result["trajectory"], TRAJECTORY)
        self.assert_object(result["timing"], TIMING)
        text = ask("trajectory", PROMPT, "--format", "csv")
        header = next(csv.reader(io.StringIO(text)))
        self.assertEqual(header, list(result["layers"][0]))
        silenced = ask_json("silence", PROMPT, "--heads", "L1H1")
        self.assertEqual([row["mean"] for row in result["layers"]],
                         [row["mean_clean"] for row in silenced["layers"]])

    def test_tokens(self):
        result = ask_json("tokens", PROMPT)
        self.assert_object(result, {"schema": str, "version": str, "model": str, "text": str,
                                    "count": int, "tokens": list})
        self.assertEqual(result["schema"], "tacet.tokens/1")
        self.assertEqual(result["count"], len(result["tokens"]))
        for i, token in enumerate(result["tokens"]):
            self.assert_object(token, {"position": int, "id": int, "text": str})
            self.assertEqual(token["position"], i)
        self.assertEqual("".join(token["text"] for token in result["tokens"]), PROMPT)

    def test_models(self):
        result = ask_json("models")
        self.assertEqual(list(result), ["schema", "version", "models"])
        self.assertEqual(result["schema"], "tacet.models/1")
        self.assert_object(result["models"][0], {
            "id": str, "source": str, "revisions": list, "commit": type(None), "n_layer": int, "n_head": int, "d_model": int,
            "n_positions": int, "vocab_size": int, "dtype": str, "parameters": int, "bytes": int,
            "fingerprint": str, "sha256": type(None), "official": type(None),
            "disk_bytes": type(None), "last_used": type(None), "usable": bool,
            "error": type(None)})


if __name__ == "__main__":
    tool.main()
