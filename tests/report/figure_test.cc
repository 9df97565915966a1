#include "report/figure.h"

#include <chrono>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/figure_script.h"
#include "report/page_data.h"
#include "report/svg_raster.h"
#include "store/made_results.h"
#include "tacet/error.h"

namespace tacet::report {
namespace figure_test {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// The document of the made silencing (3 blocks, cut 1, ln_f).
std::string made_document(const std::string& text = "a b c d") {
  const store::ModelSummary model = testing::made_model();
  const SilenceResult result = testing::made_silence();
  PagePrompt prompt;
  prompt.run.prompt = result.prompt;
  prompt.run.prompt.text = text;
  prompt.run.model_id = model.id;
  prompt.run.n_layer = model.n_layer;
  prompt.run.n_head = model.n_head;
  prompt.run.d_model = model.d_model;
  prompt.outcomes = {outcome_of(result)};
  PageContent content;
  content.prompts = {prompt};
  return page_data(content);
}

FigureRequest ripple() {
  FigureRequest request;
  request.kind = FigureKind::ripple;
  return request;
}

std::string message_of(const std::string& document, const FigureRequest& request) {
  try {
    render_svg(document, request);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// A 32-bit number as PNG writes it.
std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    number = number << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

constexpr const char* kSquare =
    R"(<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>)";

TEST(Figure, IsSvgOfTheSizeAskedForAndTheSameEveryTime) {
  FigureRequest request = ripple();
  request.width = 500;
  request.height = 300;
  const std::string svg = render_svg(made_document(), request);
  EXPECT_THAT(svg, StartsWith(R"(<svg width="500" height="300")"));
  EXPECT_THAT(svg, HasSubstr("Ripple of L1H0+L1H3"));
  EXPECT_EQ(svg, render_svg(made_document(), request));
  request.dark = true;
  EXPECT_NE(svg, render_svg(made_document(), request));
}

TEST(Figure, TakesTitleAndFontSize) {
  FigureRequest request = ripple();
  request.title = "Mine & <yours>";
  request.font_size = 20;
  const std::string svg = render_svg(made_document(), request);
  EXPECT_THAT(svg, HasSubstr("<title>Mine &amp; &lt;yours&gt;</title>"));
  EXPECT_THAT(svg, HasSubstr("font-size:20px"));
  EXPECT_THAT(svg, Not(HasSubstr("font-size:12px")));
}

TEST(Figure, ShowsCharactersBeyond16BitsWhole) {
  const std::string svg = render_svg(made_document("pizza \U0001F355 \xff"), ripple());
  EXPECT_THAT(svg, HasSubstr("pizza \U0001F355 \uFFFD"));
}

TEST(Figure, SaysWhatTheDocumentDoesNotHold) {
  FigureRequest request = ripple();
  request.specs = {"L2H0"};
  EXPECT_THAT(message_of(made_document(), request), HasSubstr("hold no L2H0"));
  request.specs.clear();
  request.kind = FigureKind::pairs;
  EXPECT_THAT(message_of(made_document(), request), HasSubstr("the model is needed"));
  EXPECT_THAT(message_of("{", ripple()), HasSubstr("could not be drawn: SyntaxError"));
}

TEST(FigureScript, KeepsToItsLimits) {
  const std::string document = made_document();
  const std::string request = R"({"kind":"map"})";
  try {
    run_figure_script(document, request, {.bytes = 1 << 20, .time = std::chrono::seconds(60)});
    FAIL() << "1 MiB was enough";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("more than the 1 MiB"));
  }
  try {
    run_figure_script(document, request, {.bytes = 1 << 30, .time = std::chrono::seconds(0)});
    FAIL() << "no time was enough";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("longer than 0 s"));
  }
}

TEST(SvgRaster, WritesPngInTheSizeOfTheScale) {
  const std::string png = svg_to_png(kSquare, 2.5);
  EXPECT_THAT(png, StartsWith("\x89PNG\r\n\x1a\n"));
  EXPECT_EQ(big_endian(png, 16), 100U);
  EXPECT_EQ(big_endian(png, 20), 50U);
  EXPECT_EQ(png, svg_to_png(kSquare, 2.5));
}

TEST(SvgRaster, WritesPdfInPointsAndTheSameEveryTime) {
  const std::string pdf = svg_to_pdf(kSquare);
  EXPECT_THAT(pdf, StartsWith("%PDF-"));
  EXPECT_THAT(pdf, HasSubstr("/MediaBox [ 0 0 30 15 ]"));
  EXPECT_THAT(pdf, Not(HasSubstr("CreationDate")));
  EXPECT_EQ(pdf, svg_to_pdf(kSquare));
}

TEST(SvgRaster, RefusesWhatIsNoSvgOrTooLarge) {
  EXPECT_THROW(svg_to_png("<svg", 1), Error);
  EXPECT_THROW(svg_to_pdf("no svg"), Error);
  EXPECT_THROW(svg_to_png(kSquare, 1000), UsageError);
}

}  // namespace figure_test
}  // namespace tacet::report
