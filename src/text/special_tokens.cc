#include "text/special_tokens.h"

#include <algorithm>

namespace tacet::text {

SpecialTokenFinder::SpecialTokenFinder(const std::vector<AddedToken>& added) {
  for (const AddedToken& token : added) {
    ByFirstByte& tokens = token.normalized ? normalized_ : raw_;
    tokens[static_cast<unsigned char>(token.text.front())].push_back(token);
  }
  for (ByFirstByte* tokens : {&raw_, &normalized_}) {
    for (auto& candidates : *tokens) {
      std::ranges::sort(candidates, std::ranges::greater{},
                        [](const AddedToken& token) { return token.text.size(); });
    }
  }
}

void SpecialTokenFinder::split_once(std::string_view text, const ByFirstByte& tokens,
                                    bool special_tokens, std::vector<Fragment>& out) {
  std::size_t begin = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto& candidates = tokens[static_cast<unsigned char>(text[at])];
    const auto found = std::ranges::find_if(candidates, [&](const AddedToken& token) {
      return (special_tokens || !token.special) && text.substr(at).starts_with(token.text);
    });
    if (found == candidates.end()) {
      ++at;
      continue;
    }
    if (at > begin) out.push_back({text.substr(begin, at - begin), std::nullopt});
    out.push_back({text.substr(at, found->text.size()), found->id});
    at += found->text.size();
    begin = at;
  }
  if (at > begin) out.push_back({text.substr(begin), std::nullopt});
}

std::vector<Fragment> SpecialTokenFinder::split(std::string_view text, bool special_tokens) const {
  std::vector<Fragment> first;
  split_once(text, raw_, special_tokens, first);
  std::vector<Fragment> out;
  for (const Fragment& fragment : first) {
    if (fragment.id) {
      out.push_back(fragment);
    } else {
      split_once(fragment.text, normalized_, special_tokens, out);
    }
  }
  return out;
}

}  // namespace tacet::text
