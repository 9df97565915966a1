// The matrix products of a whole sweep in bare packed oneDNN: the rate that `tacet sweep` is held
// against.
//
//   bench_packed_products MODEL [--tokens 12] [--threads N] [--heads-per-block N] [--blocks N]
//                         [--as packed|matmul|convolution] [--rows-per-call N]
//
// Goes up the blocks once. In each, the four weight matrices are brought into oneDNN's own format
// (one buffer, used again by every block), then multiplied with as many rows as a sweep has there:
// the clean ones and those of every head whose cut is at or below the block. At the cut itself a
// sweep computes no attention again, so its new rows are missing from that block's c_attn. Nothing
// else is done: no bias, no GELU, no attention, no measure. Prints one JSON object; making the
// products' primitives and the first touch of the memory are not in its times.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "model/weights.h"
#include "tacet/tacet.h"

namespace {

using dnnl::memory;
using Dim = memory::dim;
using Clock = std::chrono::steady_clock;

constexpr auto kF32 = memory::data_type::f32;
constexpr std::size_t kProducts = 4;

/// How oneDNN is asked for a product.
enum class As {
  packed,       // matmul where that has a packed format for the weights, else convolution
  matmul,       // with AVX-512 or AMX; oneDNN 2.6 multiplies plain weights elsewhere
  convolution,  // of 1 x 1, the rows as pixels: the same sums, packed on AVX2 too
};

struct Settings {
  std::string folder;
  Dim tokens = 12;
  int threads = 0;
  int heads_per_block = 0;
  int blocks = 0;
  Dim rows_per_call = 0;
  As as = As::packed;
};

struct Shape {
  Dim rows = 0;
  Dim inner = 0;
  Dim cols = 0;
};

/// A oneDNN primitive for some rows, and what its operands look like.
struct Call {
  Dim rows = 0;
  memory::desc in, stored, weight, out;  // `stored`: the weights as the file has them
  std::string kernel;
  dnnl::primitive primitive;

  bool packed() const { return weight != stored; }
};

Call matmul_call(const Shape& shape, const memory::desc& weight, const dnnl::engine& engine) {
  const auto plain = [](Dim rows, Dim cols) {
    return memory::desc({rows, cols}, kF32, memory::dims{cols, 1});
  };
  const dnnl::matmul::primitive_desc chosen(
      dnnl::matmul::desc(plain(shape.rows, shape.inner), weight, plain(shape.rows, shape.cols)),
      engine);
  return {shape.rows,
          chosen.src_desc(),
          plain(shape.inner, shape.cols),
          chosen.weights_desc(),
          chosen.dst_desc(),
          chosen.impl_info_str(),
          dnnl::matmul(chosen)};
}

Call convolution_call(const Shape& shape, const memory::desc& weight, const dnnl::engine& engine) {
  const auto pixels = [&](Dim cols) {
    return memory::desc({1, cols, 1, shape.rows}, kF32, memory::format_tag::nhwc);
  };
  const dnnl::convolution_forward::primitive_desc chosen({dnnl::prop_kind::forward_inference,
                                                          dnnl::algorithm::convolution_direct,
                                                          pixels(shape.inner),
                                                          weight,
                                                          pixels(shape.cols),
                                                          {1, 1},
                                                          {0, 0},
                                                          {0, 0}},
                                                         engine);
  const memory::desc stored({shape.cols, shape.inner, 1, 1}, kF32,
                            memory::dims{1, shape.cols, 1, 1});
  return {shape.rows,
          chosen.src_desc(),
          stored,
          chosen.weights_desc(),
          chosen.dst_desc(),
          chosen.impl_info_str(),
          dnnl::convolution_forward(chosen)};
}

/// `weight`: the format to use, or nothing to let oneDNN choose.
Call make_call(const Shape& shape, As as, const memory::desc* weight, const dnnl::engine& engine) {
  using Tag = memory::format_tag;
  if (as != As::convolution) {
    const memory::desc any({shape.inner, shape.cols}, kF32, Tag::any);
    Call call = matmul_call(shape, weight != nullptr ? *weight : any, engine);
    if (as == As::matmul || call.packed()) return call;
  }
  const memory::desc any({shape.cols, shape.inner, 1, 1}, kF32, Tag::any);
  return convolution_call(shape, weight != nullptr ? *weight : any, engine);
}

/// One product with all its rows, in calls of at most so many.
class Product {
 public:
  Product(const Shape& shape, const Settings& settings, const dnnl::engine& engine)
      : shape_(shape) {
    const Dim rows = settings.rows_per_call;
    Shape part = shape;
    if (rows > 0) part.rows = std::min(rows, shape.rows);
    whole_ = make_call(part, settings.as, nullptr, engine);
    part.rows = shape.rows % whole_.rows;
    if (part.rows == 0) return;
    const bool matmul = whole_.weight.dims().size() == 2;
    rest_ = make_call(part, matmul ? As::matmul : As::convolution, &whole_.weight, engine);
  }

  const Shape& shape() const { return shape_; }
  const Call& call() const { return whole_; }
  double flop() const {
    return 2.0 * static_cast<double>(shape_.rows) * static_cast<double>(shape_.inner) *
           static_cast<double>(shape_.cols);
  }

  void execute(const dnnl::engine& engine, dnnl::stream& stream, float* in, const memory& weight,
               float* out) const {
    for (Dim row = 0; row < shape_.rows; row += whole_.rows) {
      const Call& call = shape_.rows - row < whole_.rows ? rest_ : whole_;
      call.primitive.execute(stream,
                             {{DNNL_ARG_SRC, memory(call.in, engine, in + row * shape_.inner)},
                              {DNNL_ARG_WEIGHTS, weight},
                              {DNNL_ARG_DST, memory(call.out, engine, out + row * shape_.cols)}});
    }
    stream.wait();
  }

 private:
  Shape shape_;
  Call whole_, rest_;
};

/// The products of block number `layer`, in order.
std::array<Shape, kProducts> shapes_of(const tacet::ModelConfig& config, const Settings& settings,
                                       int layer) {
  const auto rows_from = [&](int cuts) {
    return settings.tokens * (1 + Dim{settings.heads_per_block} * std::min(cuts, settings.blocks));
  };
  const Dim d_model = config.d_model;
  const Dim n_inner = config.n_inner;
  const Dim rows = rows_from(layer + 1);
  return {{{rows_from(layer), d_model, 3 * d_model},
           {rows, d_model, d_model},
           {rows, d_model, n_inner},
           {rows, n_inner, d_model}}};
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Memory of `bytes`, touched, with small values of both signs in it.
memory filled(std::size_t bytes, const dnnl::engine& engine) {
  const auto count = static_cast<Dim>((bytes + sizeof(float) - 1) / sizeof(float));
  memory made({{count}, kF32, memory::dims{1}}, engine);
  auto* const values = static_cast<float*>(made.get_data_handle());
  std::uint32_t state = 1;
  for (Dim i = 0; i < count; ++i) {
    state = state * 1664525U + 1013904223U;
    values[i] = static_cast<float>(state >> 8U) / 8388608.0F - 1.0F;
  }
  return made;
}

void run(const Settings& settings, const tacet::Model& model) {
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const std::vector<tacet::model::Block>& blocks = model.weights().blocks;

  std::vector<std::array<Product, kProducts>> products;
  std::array<std::size_t, kProducts> packed_bytes{};
  Dim in_values = 0;
  Dim out_values = 0;
  double flop = 0;
  bool packed = true;
  std::set<std::string> kernels;
  for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
    const auto shapes = shapes_of(model.config(), settings, static_cast<int>(layer));
    const auto make = [&](std::size_t i) { return Product(shapes.at(i), settings, engine); };
    products.push_back({make(0), make(1), make(2), make(3)});
    for (std::size_t i = 0; i < kProducts; ++i) {
      const Product& product = products.back().at(i);
      const Shape& shape = product.shape();
      packed_bytes.at(i) = std::max(packed_bytes.at(i), product.call().weight.get_size());
      packed = packed && product.call().packed();
      kernels.insert(product.call().kernel);
      in_values = std::max(in_values, shape.rows * shape.inner);
      out_values = std::max(out_values, shape.rows * shape.cols);
      flop += product.flop();
    }
  }
  memory in = filled(static_cast<std::size_t>(in_values) * sizeof(float), engine);
  memory out = filled(static_cast<std::size_t>(out_values) * sizeof(float), engine);
  std::vector<memory> buffers;
  for (const std::size_t bytes : packed_bytes) buffers.push_back(filled(bytes, engine));

  double reorder_s = 0;
  double products_s = 0;
  for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
    const tacet::model::Block& block = blocks[layer];
    const std::array weights = {&block.c_attn.weight, &block.attn_c_proj.weight, &block.c_fc.weight,
                                &block.mlp_c_proj.weight};
    std::vector<memory> in_format;
    auto start = Clock::now();
    for (std::size_t i = 0; i < kProducts; ++i) {
      const Call& call = products[layer].at(i).call();
      // oneDNN takes untyped, unqualified pointers; a reorder only reads its source.
      memory stored(call.stored, engine, const_cast<std::byte*>(weights.at(i)->data));  // NOLINT
      in_format.emplace_back(call.weight, engine, buffers[i].get_data_handle());
      dnnl::reorder(stored, in_format.back()).execute(stream, stored, in_format.back());
      stream.wait();
    }
    reorder_s += since(start);
    start = Clock::now();
    for (std::size_t i = 0; i < kProducts; ++i) {
      products[layer].at(i).execute(engine, stream, static_cast<float*>(in.get_data_handle()),
                                    in_format[i], static_cast<float*>(out.get_data_handle()));
    }
    products_s += since(start);
  }

  const dnnl_version_t* const version = dnnl_version();
  fmt::print(
      R"({{"onednn": "{}.{}.{}", "threads": {}, "tokens": {}, "interventions": {}, )"
      R"("kernel": "{}", "packed": {}, "flop": {:.6g}, "products_s": {:.6f}, "reorder_s": {:.6f}, )"
      R"("gflop_per_s": {:.2f}}})"
      "\n",
      version->major, version->minor, version->patch, settings.threads, settings.tokens,
      settings.heads_per_block * settings.blocks, fmt::join(kernels, " "), packed, flop, products_s,
      reorder_s, flop / products_s * 1e-9);
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("The matrix products of a sweep in bare packed oneDNN");
  Settings settings;
  app.add_option("model", settings.folder, "folder of the model")->required();
  app.add_option("--tokens", settings.tokens)->check(CLI::PositiveNumber);
  app.add_option("--threads", settings.threads, "default: all cores");
  app.add_option("--heads-per-block", settings.heads_per_block, "default: every head");
  app.add_option("--blocks", settings.blocks, "cuts in the first so many blocks; default: all");
  const std::map<std::string, As> ways = {
      {"packed", As::packed}, {"matmul", As::matmul}, {"convolution", As::convolution}};
  app.add_option("--as", settings.as, "default: packed, matmul where that packs weights")
      ->transform(CLI::CheckedTransformer(ways));
  app.add_option("--rows-per-call", settings.rows_per_call, "default: all rows in one call");
  CLI11_PARSE(app, argc, argv);

  const tacet::Model model = tacet::Model::load(settings.folder);
  const tacet::ModelConfig& config = model.config();
  if (model.dtype() != "F32") throw tacet::UsageError("the model's weights must be F32");
  const auto at_most = [](int asked, int most) {
    return asked <= 0 ? most : std::min(asked, most);
  };
  settings.heads_per_block = at_most(settings.heads_per_block, config.n_head);
  settings.blocks = at_most(settings.blocks, config.n_layer);
  settings.rows_per_call = std::max<Dim>(settings.rows_per_call, 0);
  if (settings.threads > 0) omp_set_num_threads(settings.threads);
  settings.threads = omp_get_max_threads();
  run(settings, model);
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << "bench_packed_products: " << error.what() << '\n';
  return EXIT_FAILURE;
}
