#include "store/prompts_jsonl.h"

#include "store/json_values.h"

namespace tacet::store {

std::string prompts_jsonl(const std::vector<MadePrompt>& prompts) {
  std::string lines;
  for (const MadePrompt& prompt : prompts) {
    lines += ObjectBuilder()
                 .text("id", prompt.id)
                 .text("group", prompt.group)
                 .text("text", prompt.text)
                 .text("corrupt", prompt.corrupt)
                 .text("target", prompt.target)
                 .text("contrast", prompt.contrast)
                 .take()
                 .dump() +
             "\n";
  }
  return lines;
}

}  // namespace tacet::store
