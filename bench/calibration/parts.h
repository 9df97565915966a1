#pragma once

#include <string>
#include <vector>

#include "simulation.h"

namespace calibration {

/// False alarms on made vectors: every kind of change, token effect and number of tokens.
std::vector<Cell> made_nulls(const Settings& settings, Progress& progress);

/// Real effects of known size on made vectors.
std::vector<Cell> made_effects(const Settings& settings, Progress& progress);

/// What silencing a head did to a prompt: the blocks from the cut on.
struct Run {
  std::string prompt;  // its first words
  std::string head;
  int cut = 0;
  std::vector<Block> blocks;
};

/// The runs of mini that the nulls are made of.
std::vector<Run> model_runs(const Settings& settings);

/// False alarms on single blocks of the runs.
std::vector<Cell> model_nulls(const Settings& settings, const std::vector<Run>& runs,
                              Progress& progress);

/// Exchanges in which any block of a run is significant within its family.
std::vector<Cell> model_families(const Settings& settings, const std::vector<Run>& runs,
                                 Progress& progress);

/// False alarms between two pushes of the residual stream: a head's contribution turned at random,
/// and the same turned another way.
std::vector<Cell> pushed_nulls(const Settings& settings, Progress& progress);

/// A part of the simulation, with the levels that make sense for it.
struct Part {
  std::string name;  // in the JSON
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::size_t> levels;
  bool has_spread = false;
  std::vector<Cell> cells;
};

/// The part's tables as Markdown, one for each level.
void print_part(const Part& part);

/// A line for every cell, so that two versions can be compared line by line. Throws
/// tacet::OutputError.
void write_json(const std::string& path, const Settings& settings, const std::vector<Part>& parts);

}  // namespace calibration
