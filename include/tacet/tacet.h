/// @file
/// Everything of tacet: what happens to a language model's inner picture of a sentence when one of
/// its attention heads falls silent. Include this one.
#pragma once

#include "tacet/across.h"
#include "tacet/control.h"
#include "tacet/effect_sizes.h"
#include "tacet/error.h"
#include "tacet/export.h"
#include "tacet/forward.h"
#include "tacet/intervention.h"
#include "tacet/made_prompts.h"
#include "tacet/model.h"
#include "tacet/pair_tests.h"
#include "tacet/pairs.h"
#include "tacet/patch.h"
#include "tacet/predict.h"
#include "tacet/prompt.h"
#include "tacet/prompt_tests.h"
#include "tacet/silence.h"
#include "tacet/states.h"
#include "tacet/stats.h"
#include "tacet/study.h"
#include "tacet/sweep.h"
#include "tacet/tokenizer.h"
#include "tacet/version.h"
