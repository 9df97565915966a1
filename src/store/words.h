/// @file
/// Settings and verdicts back from the words that stand for them in files.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "tacet/patch.h"
#include "tacet/silence.h"

namespace tacet::store {

/// Every value of an enumeration that files hold as a word.
template <typename Word>
inline constexpr std::array<Word, 0> kWords{};
template <>
inline constexpr std::array kWords<StatesKind>{StatesKind::block, StatesKind::hf};
template <>
inline constexpr std::array kWords<Precision>{Precision::float32, Precision::float64};
template <>
inline constexpr std::array kWords<PairsKind>{PairsKind::movable, PairsKind::all};
template <>
inline constexpr std::array kWords<Test> = kAllTests;
template <>
inline constexpr std::array kWords<Correction>{Correction::bonferroni, Correction::holm,
                                               Correction::bh, Correction::none};
template <>
inline constexpr std::array kWords<Family>{Family::blocks, Family::reachable, Family::sweep};
template <>
inline constexpr std::array kWords<PatchBy>{PatchBy::head, PatchBy::head_position,
                                            PatchBy::block_position};
template <>
inline constexpr std::array kWords<PatchDirection>{PatchDirection::denoise, PatchDirection::noise};
template <>
inline constexpr std::array kWords<Effect>{Effect::none, Effect::coupling, Effect::decoupling,
                                           Effect::unchanged};

/// The value that is spelled `word`, or nullopt.
template <typename Word>
std::optional<Word> word_from(std::string_view word) {
  static_assert(!kWords<Word>.empty());
  for (const Word value : kWords<Word>) {
    if (to_string(value) == word) return value;
  }
  return std::nullopt;
}

}  // namespace tacet::store
