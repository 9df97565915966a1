#pragma once

#include <filesystem>
#include <string>

#include "store/sweep_database.h"
#include "tacet/model.h"

namespace tacet::cli {

/// Where the files of a study lie.
class StudyFolder {
 public:
  /// Makes the folder when it is not there. Throws OutputError naming it when that fails or it is
  /// no folder, and InputError when it holds a file with the name of one of the study's but no
  /// sweep.db: then it is somebody else's.
  explicit StudyFolder(const std::string& name);

  std::string database() const { return file("sweep.db"); }
  std::string effects() const { return file("effects.csv"); }
  std::string report() const { return file("report.html"); }
  std::string json() const { return file("study.json"); }
  /// Sweeps made again, to compare; only there while they are.
  std::string second_process() const { return file(".second-process.db"); }
  std::string other_threads() const { return file(".other-threads.db"); }

  /// The folder as it was named.
  const std::string& name() const { return name_; }

 private:
  std::string file(const char* name) const;

  std::string name_;
};

/// Throws InputError, saying what differs, when the folder's database holds another study: its
/// first run is of another model, prompt, settings or version of tacet.
void check_same_study(const StudyFolder& folder, const store::SweepDatabase& database,
                      const Model& model, const Prompt& prompt, const store::RunSettings& settings);

}  // namespace tacet::cli
