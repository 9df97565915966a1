/// @file
/// The states of tests/golden/geometry.json with what NumPy makes of them.
#pragma once

#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include "measure/similarity.h"

namespace tacet::measure::testing {

/// A clean and a silenced state, and the pairs that are compared.
struct MadeStates {
  TokenVectors clean;
  TokenVectors silenced;
  PairSelection pairs;
  double cka = 0;
  std::vector<double> contributions_clean;  ///< of every dimension to the mean cosine
  std::vector<double> contributions_silenced;
  std::size_t rogue_dimensions = 0;
  std::vector<std::size_t> left_out;  ///< those many, by the clean contributions
  std::vector<double> cosines_clean;  ///< without them
  std::vector<double> cosines_silenced;
};

inline std::vector<MadeStates> golden_states() {
  std::ifstream file(TACET_TEST_DATA "/geometry.json");
  if (!file) throw std::runtime_error("tests/golden/geometry.json cannot be opened");
  const nlohmann::json golden = nlohmann::json::parse(file);
  std::vector<MadeStates> all;
  for (const nlohmann::json& one : golden.at("states")) {
    const auto d_model = one.at("d_model").get<std::size_t>();
    const auto list = [&](const char* key) { return one.at(key).get<std::vector<double>>(); };
    const auto vectors = [&](const char* key) {
      return TokenVectors(one.at(key).get<std::vector<float>>(), d_model);
    };
    all.push_back({.clean = vectors("clean"),
                   .silenced = vectors("silenced"),
                   .pairs = {.first_token = one.at("first_token").get<std::size_t>(),
                             .first_movable = one.at("first_movable").get<std::size_t>()},
                   .cka = one.at("cka").get<double>(),
                   .contributions_clean = list("contributions_clean"),
                   .contributions_silenced = list("contributions_silenced"),
                   .rogue_dimensions = one.at("rogue_dimensions").get<std::size_t>(),
                   .left_out = one.at("left_out").get<std::vector<std::size_t>>(),
                   .cosines_clean = list("cosines_clean"),
                   .cosines_silenced = list("cosines_silenced")});
  }
  return all;
}

}  // namespace tacet::measure::testing
