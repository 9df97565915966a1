#include "store/result_reader.h"

#include <string>

#include <fmt/format.h>

#include "store/json_document.h"
#include "support/utf8.h"
#include "tacet/error.h"

namespace tacet::store {

ResultDocument read_result_json(const std::filesystem::path& file) {
  const JsonDocument json(file, "silence|predict|patch");
  const JsonPlace document = json.root();
  const std::string schema = document.at("schema").text();
  if (schema == "tacet.silence/1") return read_silence(document.of("silence"));
  if (schema == "tacet.predict/1") return read_predict(document.of("predict"));
  if (schema == "tacet.patch/1") return read_patch(document.of("patch"));
  if (schema == "tacet.sweep/1" && document.has("comparison")) {
    throw InputError(
        fmt::format("{}: compares sweeps, which have neither page nor figure as yet; "
                    "give one of them with --db and --run",
                    json.name()));
  }
  if (schema == "tacet.predict-prompts/1") {
    throw InputError(
        fmt::format("{}: holds many prompts, and a page or a figure is of one; with --db "
                    "`tacet predict --prompts` keeps each as a run, which --run names",
                    json.name()));
  }
  if (schema == "tacet.sweep/1" || schema == "tacet.study/1") {
    throw InputError(
        fmt::format("{}: is the summary of a sweep, without its blocks; give the "
                    "sweep's database with --db",
                    json.name()));
  }
  document.at("schema").fail(
      fmt::format("is '{}', not tacet.silence/1, tacet.predict/1 or tacet.patch/1",
                  support::escape_for_display(schema)));
}

}  // namespace tacet::store
