#include "report/svg_raster.h"

#include <cmath>
#include <memory>

#include <cairo-pdf.h>
#include <cairo.h>
#include <fmt/format.h>
#include <librsvg/rsvg.h>

#include "tacet/error.h"

#if defined(TACET_SANITIZE)
// The sanitizer looks for these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
/// Fontconfig keeps its patterns until the process ends, by design: no leak of ours.
const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() {
  return "leak:libfontconfig\n";
}
/// And no word about it on standard error.
const char* __lsan_default_options();
const char* __lsan_default_options() {
  return "print_suppressions=0";
}
}
// NOLINTEND(bugprone-reserved-identifier)
#endif

namespace tacet::report {
namespace {

constexpr double kPxPerInch = 96;
constexpr double kPointsPerInch = 72;

struct Free {
  void operator()(RsvgHandle* handle) const { g_object_unref(handle); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  void operator()(GError* error) const { g_error_free(error); }
};

template <typename Type>
using Owned = std::unique_ptr<Type, Free>;

/// Throws what `error` says; takes it over.
[[noreturn]] void fail(const char* what, GError* error) {
  const Owned<GError> owned(error);
  throw Error(fmt::format("the figure's SVG cannot be {}: {}", what,
                          owned ? owned->message : "librsvg does not say why"));
}

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  throw Error(fmt::format("the figure cannot be drawn: {}", cairo_status_to_string(status)));
}

/// Appends what cairo writes to the string that `target` is.
cairo_status_t append(void* target, const unsigned char* data, unsigned int size) {
  // An exception must not pass through cairo.
  try {
    static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(data), size);
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
  return CAIRO_STATUS_SUCCESS;
}

/// An SVG document, and its size in px.
class Drawing {
 public:
  explicit Drawing(std::string_view svg) {
    GError* error = nullptr;
    handle_.reset(
        rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error));
    if (!handle_) fail("read", error);
    rsvg_handle_set_dpi(handle_.get(), kPxPerInch);
    if (!rsvg_handle_get_intrinsic_size_in_pixels(handle_.get(), &width_, &height_)) {
      throw Error("the figure's SVG has no size in px");
    }
  }

  [[nodiscard]] double width() const { return width_; }
  [[nodiscard]] double height() const { return height_; }

  /// Draws it on `surface`, `scale` of its units to each px.
  void draw(cairo_surface_t* surface, double scale) const {
    check(cairo_surface_status(surface));
    const Owned<cairo_t> cairo(cairo_create(surface));
    cairo_scale(cairo.get(), scale, scale);
    const RsvgRectangle viewport{.x = 0, .y = 0, .width = width_, .height = height_};
    GError* error = nullptr;
    if (!rsvg_handle_render_document(handle_.get(), cairo.get(), &viewport, &error)) {
      fail("drawn", error);
    }
    cairo_show_page(cairo.get());
    check(cairo_status(cairo.get()));
  }

 private:
  Owned<RsvgHandle> handle_;
  double width_ = 0;
  double height_ = 0;
};

}  // namespace

std::string svg_to_png(std::string_view svg, double scale) {
  const Drawing drawing(svg);
  const double width = std::round(drawing.width() * scale);
  const double height = std::round(drawing.height() * scale);
  if (width * height > kMostPixels) {
    throw UsageError(fmt::format(
        "a picture of {:.0f} x {:.0f} pixels is too large; give a smaller --scale, --width or "
        "--height, or write PDF, which is sharp at any size",
        width, height));
  }
  const Owned<cairo_surface_t> surface(cairo_image_surface_create(
      CAIRO_FORMAT_ARGB32, static_cast<int>(width), static_cast<int>(height)));
  drawing.draw(surface.get(), scale);
  std::string png;
  check(cairo_surface_write_to_png_stream(surface.get(), append, &png));
  return png;
}

std::string svg_to_pdf(std::string_view svg) {
  const Drawing drawing(svg);
  const double scale = kPointsPerInch / kPxPerInch;
  std::string pdf;
  const Owned<cairo_surface_t> surface(cairo_pdf_surface_create_for_stream(
      append, &pdf, drawing.width() * scale, drawing.height() * scale));
  // Without the time, the same figure is the same file.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
  drawing.draw(surface.get(), scale);
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return pdf;
}

}  // namespace tacet::report
