#pragma once

#include <string>

#include "cli/view.h"
#include "store/study_json.h"

namespace tacet::cli {

/// The verdicts in one screen: for each claim a sign, the verdict in words, and the figures that
/// decide. `folder` holds the study's files.
std::string render_study(const store::StudyListing& study, const std::string& folder,
                         const View& view);

}  // namespace tacet::cli
