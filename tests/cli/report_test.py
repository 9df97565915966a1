"""`tacet report` and --report as a user runs them: what the page holds, what is refused."""

import json
import math
import pathlib
import struct
import unittest

import tool
from page_file import as_float32, codes, data_of, floats
from sweep_database import opened
from tool import PROMPT, ToolTest, ask, ask_json, run, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
OTHER = "Berlin is the capital of Germany"
HEADS = "3.0-1,18.5"


def log10(p):
    return None if p is None else -math.inf if p == 0 else math.log10(p)


class ReportTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.database = str(self.folder / "sweep.db")
        self.page = str(self.folder / "page.html")

    def sweep(self, *prompts, heads=HEADS, more=()):
        ask("sweep", *prompts, "--heads", heads, "--db", self.database, "--quiet", *more)

    def report(self, *arguments):
        """The document of the page that `tacet report` writes."""
        self.assertEqual(ask("report", *arguments, "--out", self.page), "")
        return data_of(self.page)


class Silence(ReportTest):
    def test_the_page_holds_the_numbers_of_the_json(self):
        wanted = ask_json("silence", PROMPT, "--heads", "L3H5", "--report", self.page)
        page = data_of(self.page)
        self.assertEqual(page["schema"], "tacet.page/1")
        self.assertEqual(page["model"]["fingerprint"], wanted["model"]["fingerprint"])
        self.assertEqual([one["spec"] for one in page["interventions"]], ["L3H5"])
        prompt = page["prompts"][0]
        self.assertEqual(prompt["text"], PROMPT)
        self.assertEqual(prompt["tokens"], wanted["tokens"])
        rows = wanted["layers"][3:] + [wanted["final_norm"]]
        cells = prompt["cells"]
        for column in ("mean_delta", "direct_mean_delta", "perturbation", "t", "cohen_dz"):
            self.assertEqual(floats(cells[column]), [as_float32(row[column]) for row in rows])
        for found, row in zip(floats(cells["log10_p_adjusted"]), rows):
            p = row["p"] if row["p_adjusted"] is None else row["p_adjusted"]
            self.assertAlmostEqual(found, log10(p), places=4)
        names = ["none", "coupling", "decoupling", "unchanged"]
        self.assertEqual([names[code] for code in codes(cells["code"])],
                         [row["effect"] for row in rows])

    def test_what_other_tests_say_is_that_of_the_json(self):
        wanted = ask_json("silence", PROMPT, "--heads", "L3H5", "--test", "all", "--draws", "99",
                          "--report", self.page)
        page = data_of(self.page)
        rows = wanted["layers"][3:] + [wanted["final_norm"]]
        prompt = page["prompts"][0]
        self.assertEqual(len(page["beside"]), 6)
        for test, found in zip(page["beside"], prompt["beside"], strict=True):
            results = [row["tests"][test["test"]["name"]] for row in rows]
            self.assertEqual(floats(found["cells"]["t"]),
                             [as_float32(one["statistic"]) for one in results])
            self.assertEqual([code in (1, 2) for code in codes(found["cells"]["code"])],
                             [one["significant"] for one in results])
        shares = [share for row in rows for share in row["tests"]["token-swap"]["token_share"]]
        self.assertEqual(floats(prompt["token_share"]), [as_float32(share) for share in shares])
        for column in ("cka", "rank_correlation"):
            self.assertEqual(floats(prompt["cells"][column]),
                             [as_float32(row[column]) for row in rows])

    def test_trajectory_and_pairs_are_those_of_the_other_commands(self):
        dump = self.folder / "states.safetensors"
        ask("silence", PROMPT, "--heads", "L3H5", "--report", self.page, "--dump", str(dump))
        prompt = data_of(self.page)["prompts"][0]
        wanted = ask_json("trajectory", PROMPT)
        rows = [wanted["embedding"], *wanted["layers"], wanted["final_norm"]]
        self.assertEqual([point["state"] for point in prompt["trajectory"]],
                         ["embedding", *range(len(rows) - 2), "ln_f"])
        for key in ("mean", "q25", "median", "q75"):
            self.assertEqual([point[key] for point in prompt["trajectory"]],
                             [row[key] for row in rows])
        count = len(prompt["tokens"])
        for found, name in ((prompt["pairs"]["clean"], "cosine.clean"),
                            (prompt["pairs"]["silenced"][0]["cosines"], "cosine.silenced")):
            matrices = self.tensor(dump, name)
            upper = [matrices[block * count * count + i * count + j]
                     for block in range(len(wanted["layers"]))
                     for i in range(count) for j in range(i + 1, count)]
            self.assertEqual(floats(found)[:len(upper)], upper)
            # One matrix more: that of ln_f.
            self.assertEqual(len(floats(found)), len(upper) + count * (count - 1) // 2)

    @staticmethod
    def tensor(file, name):
        data = pathlib.Path(file).read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        begin, end = json.loads(data[8:8 + size])[name]["data_offsets"]
        return struct.unpack(f"<{(end - begin) // 4}f", data[8 + size + begin:8 + size + end])

    def test_from_json(self):
        silence = ("silence", PROMPT, "--heads", "L3H5", "--test", "paired,dyadic,token-swap")
        ask(*silence, "--report", self.page)
        wanted = data_of(self.page)
        self.assertEqual([one["test"]["name"] for one in wanted["beside"]],
                         ["dyadic", "token-swap"])
        file = self.folder / "result.json"
        ask(*silence, "--format", "json", "--out", str(file))
        self.assertEqual(self.report("--json", str(file)), wanted)
        self.assertIsNone(wanted["control"])
        # What the controls say, from the result and from its JSON.
        ask(*silence, "--control", "rotated:99", "--format", "json", "--out", str(file),
            "--report", self.page)
        wanted = data_of(self.page)
        self.assertEqual(self.report("--json", str(file)), wanted)
        control = json.loads(file.read_text(encoding="utf-8"))["control"]
        self.assertEqual(wanted["control"], {"n": 99, "p_late_delta": control["p_late_delta"],
                                             "p_growth": control["p_growth"], "note": ""})
        # Files of earlier versions lack these columns.
        result = json.loads(file.read_text(encoding="utf-8"))
        for row in result["layers"] + [result["final_norm"]]:
            del row["cka"], row["rank_correlation"]
        file.write_text(json.dumps(result), encoding="utf-8")
        wanted["prompts"][0]["cells"].update(cka=None, rank_correlation=None)
        self.assertEqual(self.report("--json", str(file)), wanted)

    def test_from_json_without_the_model(self):
        model = write_tiny_model(self.folder / "model")
        file = self.folder / "result.json"
        ask("silence", "--model", model, "--token-ids", "1,2,3,4", "--heads", "L1H0",
            "--format", "json", "--out", str(file))
        (self.folder / "model" / "config.json").unlink()
        page = self.report("--json", str(file))
        self.assertIsNone(page["prompts"][0]["pairs"])
        self.assertIsNone(page["prompts"][0]["trajectory"])
        self.assertIn("--model", " ".join(page["left_out"]))

    def test_files_that_are_no_result(self):
        good = ask_json("silence", PROMPT, "--heads", "L3H5")
        file = self.folder / "result.json"
        for change, says in (
                (lambda r: r.pop("layers"), "'layers' is missing"),
                (lambda r: r["layers"].pop(), "'layers' has 23 entries"),
                (lambda r: r["layers"][4].update(t="many"), "'layers[4].t' is no number"),
                (lambda r: r["layers"][4].update(effect="big"), "'layers[4].effect' is 'big'"),
                (lambda r: r["model"].update(n_layer=0), "'model.n_layer' is not between"),
                (lambda r: r["intervention"].update(spec="L3H99"), "'intervention.spec'"),
                (lambda r: r["intervention"].update(positions=[99]), "positions[0]"),
                (lambda r: r.update(schema="tacet.trajectory/1"), "'schema' is"),
                (lambda r: r.update(schema="tacet.sweep/1"), "--db")):
            result = json.loads(json.dumps(good))
            change(result)
            file.write_text(json.dumps(result))
            self.assert_fails(FAILED, "report", "--json", str(file), "--out", self.page,
                              says=[str(file), says])
        for text in ("", "[", "null", "[]", '{"a": 1, "a": 2}', "\udcff"):
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
            self.assert_fails(FAILED, "report", "--json", str(file), "--out", self.page,
                              says=str(file))
        self.assert_fails(FAILED, "report", "--json", str(self.folder / "none.json"), "--out",
                          self.page, says="none.json")
        self.assertFalse(pathlib.Path(self.page).exists())


class Sweep(ReportTest):
    def test_the_page_holds_the_rows_of_the_database(self):
        self.sweep(PROMPT, OTHER)
        page = self.report("--db", self.database)
        specs = [one["spec"] for one in page["interventions"]]
        self.assertEqual(specs, ["L3H0", "L3H1", "L18H5"])
        for prompt in page["prompts"]:
            self.assertEqual(prompt["present"], [0, 1, 2])
            wanted = []
            with opened(self.database) as connection:
                for spec in specs:
                    for table in ("effects", "final_norms"):
                        wanted += connection.execute(
                            f"SELECT mean_delta, perturbation FROM {table} e JOIN interventions i"
                            " ON i.id = e.intervention_id WHERE run_id = ? AND spec = ?"
                            " AND layer >= cut_layer ORDER BY layer",
                            (prompt["run"], spec)).fetchall()
            cells = prompt["cells"]
            self.assertEqual(floats(cells["mean_delta"]), [as_float32(row[0]) for row in wanted])
            self.assertEqual(floats(cells["perturbation"]), [as_float32(row[1]) for row in wanted])
        shown = ask_json("sweep", "--show", "--db", self.database)
        self.assertEqual(floats(page["overall"]["late"]),
                         [as_float32(head["late_delta"]) for head in shown["heads"]])

    def test_a_sweep_writes_the_same_page(self):
        self.sweep(PROMPT, OTHER, more=("--report", self.page))
        wanted = data_of(self.page)
        self.assertEqual(self.report("--db", self.database), wanted)

    def test_the_run_that_is_asked_for(self):
        self.sweep(PROMPT, OTHER)
        page = self.report("--db", self.database, "--run", "2", "--heads", "L18H5", "--title", "T")
        self.assertEqual([prompt["text"] for prompt in page["prompts"]], [OTHER])
        self.assertEqual(page["chosen"], ["L18H5"])
        self.assertEqual(page["title"], "T")

    def test_the_pairs_that_are_asked_for(self):
        self.sweep(PROMPT)
        every = self.report("--db", self.database)["prompts"][0]["pairs"]
        self.assertEqual(sorted(one["intervention"] for one in every["silenced"]), [0, 1, 2])
        one = self.report("--db", self.database, "--pairs", "L18H5")["prompts"][0]["pairs"]
        self.assertEqual([pair["intervention"] for pair in one["silenced"]], [2])
        none = self.report("--db", self.database, "--pairs", "none")
        self.assertIsNone(none["prompts"][0]["pairs"])
        self.assertIn("pairs", " ".join(none["left_out"]))
        self.assert_fails(WRONG_USAGE, "report", "--db", self.database, "--pairs", "L4H4", "--out",
                          self.page, says="L4H4")

    def test_null_interventions_show_no_change(self):
        self.sweep(PROMPT, more=("--mode", "scale:1"))
        page = self.report("--db", self.database)
        self.assertEqual(set(floats(page["prompts"][0]["cells"]["mean_delta"])), {0.0})
        pairs = page["prompts"][0]["pairs"]
        for one in pairs["silenced"]:
            self.assertEqual(one["cosines"], pairs["clean"])

    def test_another_model_is_not_taken_for_the_runs_own(self):
        self.sweep(PROMPT)
        other = write_tiny_model(self.folder / "model")
        self.assert_fails(WRONG_USAGE, "report", "--db", self.database, "--model", other, "--out",
                          self.page, says="fingerprint")

    def test_text_of_prompts_is_data(self):
        hostile = '</script><script>document.title="owned"</script><!-- \u2028 \u202e end'
        ask("silence", hostile, "--heads", "L3H5", "--quiet", "--report", self.page)
        self.assertEqual(data_of(self.page)["prompts"][0]["text"], hostile)
        self.assertNotIn(hostile, pathlib.Path(self.page).read_text(encoding="utf-8"))


class Refused(ReportTest):
    def test_options_that_contradict_each_other(self):
        self.sweep(PROMPT)
        for arguments, says in (
                (("--db", self.database), "--out"),
                (("--out", self.page), "--db FILE"),
                (("--db", self.database, "--json", "x", "--out", self.page), "--json"),
                (("--json", "x.json", "--run", "1", "--out", self.page), "--run"),
                (("--db", self.database, "--out", self.database), "--out"),
                (("--db", self.database, "--heads", "L4H4", "--out", self.page), "L4H4"),
                (("--db", self.database, "--heads", "L99H0", "--out", self.page), "L99H0")):
            self.assert_fails(WRONG_USAGE, "report", *arguments, says=says)
        self.assert_fails(WRONG_USAGE, "sweep", "--db", self.database, "--report-pairs", "all",
                          PROMPT, says="--report")
        self.assert_fails(WRONG_USAGE, "silence", "--heads", "L3H5", "--report", self.page,
                          "--out", self.page, PROMPT, says="--report")

    def test_files_that_cannot_be_read_or_written(self):
        self.sweep(PROMPT)
        self.assert_fails(FAILED, "report", "--db", str(self.folder / "none.db"), "--out",
                          self.page, says="none.db")
        self.assert_fails(FAILED, "report", "--db", self.database, "--run", "9", "--out",
                          self.page, says="no run 9")
        self.assert_fails(FAILED, "report", "--db", self.database, "--out",
                          str(self.folder / "no" / "page.html"), says="page.html")
        done = run("silence", PROMPT, "--heads", "L3H5", "--report", "/dev/full")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn(b"/dev/full", done.stderr)


if __name__ == "__main__":
    tool.main()
