#include "engine/matmul.h"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "support/parallel.h"
#include "tacet/error.h"

namespace tacet::engine {
namespace {

using support::parallel_for;
using support::SingleThreadedLibraries;

/// Rows of one tile: larger ones make oneDNN change to a kernel with another order of the sum.
constexpr std::size_t kMaxTileRows = 192;
/// Columns of one tile, for wide and for narrow weights. Constant, so that the tiles (and with them
/// the kernels) are the same for every number of threads.
constexpr std::size_t kWidePanel = 256;
constexpr std::size_t kNarrowPanel = 64;
/// Products below this many multiplications are not worth waking a second thread.
constexpr std::size_t kParallelWork = 1U << 23U;
/// Values converted by one task.
constexpr std::size_t kConvertChunk = 1U << 16U;

constexpr std::size_t panel_width(std::size_t cols) {
  return cols >= 4 * kWidePanel ? kWidePanel : kNarrowPanel;
}

dnnl::engine& cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::algorithm algorithm_of(Activation activation) {
  switch (activation) {
    case Activation::gelu_tanh:
      return dnnl::algorithm::eltwise_gelu_tanh;
    case Activation::gelu_erf:
      return dnnl::algorithm::eltwise_gelu_erf;
    case Activation::relu:
      return dnnl::algorithm::eltwise_relu;
    case Activation::silu:
      return dnnl::algorithm::eltwise_swish;
  }
  throw Error("unknown activation");
}

/// The shape of one oneDNN call.
struct TileShape {
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;  // of a row of the weights and of the output
  std::optional<Activation> activation;
  auto operator<=>(const TileShape&) const = default;
};

/// A oneDNN primitive for one tile shape.
class TilePrimitive {
 public:
  explicit TilePrimitive(const TileShape& shape) {
    using dnnl::memory;
    const auto dim = [](std::size_t n) { return static_cast<memory::dim>(n); };
    const auto f32 = memory::data_type::f32;
    in_ = memory::desc({dim(shape.rows), dim(shape.inner)}, f32, memory::dims{dim(shape.inner), 1});
    weight_ =
        memory::desc({dim(shape.inner), dim(shape.cols)}, f32, memory::dims{dim(shape.stride), 1});
    bias_ = memory::desc({1, dim(shape.cols)}, f32, memory::dims{dim(shape.cols), 1});
    out_ =
        memory::desc({dim(shape.rows), dim(shape.cols)}, f32, memory::dims{dim(shape.stride), 1});
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (shape.activation) {
      dnnl::post_ops post;
      const float alpha = *shape.activation == Activation::silu ? 1.0F : 0.0F;
      post.append_eltwise(1.0F, algorithm_of(*shape.activation), alpha, 0.0F);
      attributes.set_post_ops(post);
    }
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(in_, weight_, bias_, out_),
                                                   attributes, cpu());
    scratchpad_ = description.scratchpad_desc();
    primitive_ = dnnl::matmul(description);
  }

  void execute(const float* in, const std::byte* weight, const float* bias, float* out) const {
    thread_local dnnl::stream stream(cpu());
    thread_local std::vector<std::byte, AlignedAllocator<std::byte>> scratch;
    if (scratch.size() < scratchpad_.get_size()) scratch.resize(scratchpad_.get_size());
    // oneDNN takes untyped, unqualified pointers; it writes to `out` and the scratchpad alone.
    const auto wrap = [](const dnnl::memory::desc& desc, const void* data) {
      return dnnl::memory(desc, cpu(), const_cast<void*>(data));  // NOLINT
    };
    primitive_.execute(stream, {{DNNL_ARG_SRC, wrap(in_, in)},
                                {DNNL_ARG_WEIGHTS, wrap(weight_, weight)},
                                {DNNL_ARG_BIAS, wrap(bias_, bias)},
                                {DNNL_ARG_DST, wrap(out_, out)},
                                {DNNL_ARG_SCRATCHPAD, wrap(scratchpad_, scratch.data())}});
    stream.wait();
  }

 private:
  dnnl::memory::desc in_, weight_, bias_, out_, scratchpad_;
  dnnl::matmul primitive_;
};

}  // namespace

struct Matmul::Impl {
  int threads = 1;
  std::map<TileShape, TilePrimitive> primitives;
  std::vector<float, AlignedAllocator<float>> converted;
  std::vector<float> bias;

  const TilePrimitive& primitive(const TileShape& shape) {
    auto found = primitives.find(shape);
    if (found == primitives.end()) {
      // oneDNN plans a primitive for the threads that it sees when it is made.
      const SingleThreadedLibraries guard;
      found = primitives.emplace(shape, TilePrimitive(shape)).first;
    }
    return found->second;
  }

  /// The weight as float32 bytes: in place, or converted into the buffer that is used again.
  const std::byte* as_f32(const model::Tensor& weight) {
    if (weight.dtype == model::Dtype::f32) return weight.data;
    const auto count = static_cast<std::size_t>(weight.rows * weight.cols);
    if (converted.size() < count) converted.resize(count);
    const std::size_t chunks = (count + kConvertChunk - 1) / kConvertChunk;
    parallel_for(chunks, threads, [&](std::size_t chunk) {
      const std::size_t first = chunk * kConvertChunk;
      const std::size_t n = std::min(kConvertChunk, count - first);
      model::copy_to_float(weight, static_cast<std::int64_t>(first), {&converted[first], n});
    });
    return reinterpret_cast<const std::byte*>(converted.data());
  }
};

Matmul::Matmul(int threads) : impl_(std::make_unique<Impl>()) {
  impl_->threads = threads;
}
Matmul::~Matmul() = default;

void Matmul::multiply(const Rows& in, std::size_t rows, const model::Linear& linear, Rows& out,
                      std::optional<Activation> activation) try {
  const auto inner = static_cast<std::size_t>(linear.weight.rows);
  const auto cols = static_cast<std::size_t>(linear.weight.cols);
  impl_->bias.resize(cols);
  model::copy_to_float(linear.bias, 0, impl_->bias);
  const std::byte* const weight = impl_->as_f32(linear.weight);

  struct Tile {
    const TilePrimitive* primitive;
    std::size_t row;
    std::size_t col;
  };
  std::vector<Tile> tiles;
  const std::size_t all_rows = padded_rows(rows);
  const std::size_t panel = panel_width(cols);
  for (std::size_t row = 0; row < all_rows; row += kMaxTileRows) {
    for (std::size_t col = 0; col < cols; col += panel) {
      const TileShape shape{.rows = std::min(kMaxTileRows, all_rows - row),
                            .inner = inner,
                            .cols = std::min(panel, cols - col),
                            .stride = cols,
                            .activation = activation};
      tiles.push_back({&impl_->primitive(shape), row, col});
    }
  }
  const int threads = all_rows * inner * cols < kParallelWork ? 1 : impl_->threads;
  parallel_for(tiles.size(), threads, [&](std::size_t i) {
    const Tile& tile = tiles[i];
    tile.primitive->execute(in.data() + tile.row * inner, weight + tile.col * sizeof(float),
                            impl_->bias.data() + tile.col, out.data() + tile.row * cols + tile.col);
  });
} catch (const dnnl::error& error) {
  throw Error(fmt::format("oneDNN could not multiply {} rows with {} [{}, {}]: {}", rows,
                          linear.weight.name, linear.weight.rows, linear.weight.cols,
                          error.what()));
}

std::string matmul_backend() {
  const dnnl_version_t* version = dnnl_version();
  const char* isa = "other";
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
      isa = "SSE4.1";
      break;
    case dnnl::cpu_isa::avx:
      isa = "AVX";
      break;
    case dnnl::cpu_isa::avx2:
      isa = "AVX2";
      break;
    case dnnl::cpu_isa::avx2_vnni:
      isa = "AVX2 VNNI";
      break;
    case dnnl::cpu_isa::avx512_core:
      isa = "AVX-512";
      break;
    case dnnl::cpu_isa::avx512_core_vnni:
      isa = "AVX-512 VNNI";
      break;
    case dnnl::cpu_isa::avx512_core_bf16:
      isa = "AVX-512 BF16";
      break;
    case dnnl::cpu_isa::avx512_core_amx:
      isa = "AMX";
      break;
    default:
      break;
  }
  return fmt::format("oneDNN {}.{}.{} ({})", version->major, version->minor, version->patch, isa);
}

}  // namespace tacet::engine
