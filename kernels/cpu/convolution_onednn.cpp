#include "kernels/cpu/convolution.h"

#ifdef TINYTORCH_WITH_ONEDNN

#include <oneapi/dnnl/dnnl.hpp>

#include <array>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "core/error.h"
#include "core/internal/fork.h"
#include "core/ops/internal/image.h"
#include "core/storage.h"
#include "kernels/cpu/parallel.h"

namespace tinytorch::cpu {

namespace {

using dnnl::memory;

/// Never destroyed: threads may still use it at process exit.
dnnl::engine& engine() {
  static auto& cpu = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream work(engine());
  return work;
}

enum class PropagationKind { forward, backward_data, backward_weights };

/// The shape of an operand, and its strides if it is a slice of a tensor; else it is dense.
struct Layout {
  Shape shape;
  Strides strides = {};

  explicit Layout(const Tensor& x) : shape(x.shape()) {
    if (!x.is_contiguous() && !is_channels_last(x)) strides = x.strides();
  }
  bool is_dense() const { return strides.empty(); }
};

/// All that a primitive depends on. oneDNN partitions the work for the number of threads at creation; run on
/// fewer, a primitive may compute wrong sums.
struct ConvolutionProblem {
  std::int64_t threads;
  PropagationKind kind;
  bool bias, channels_last;
  Layout x, weight, y;
  Conv2dOptions options;

  using Key = std::array<std::int64_t, 35>;
  Key key() const {
    Key key{threads, static_cast<std::int64_t>(kind), bias, channels_last, options.groups};
    std::size_t next = 5;
    for (const Layout* layout : {&x, &weight, &y}) {
      for (int axis = 0; axis < layout->shape.size(); ++axis) {
        key[next++] = layout->shape[axis];
        key[next++] = layout->is_dense() ? 0 : layout->strides[axis];
      }
    }
    for (const Pair* pair : {&options.stride, &options.padding, &options.dilation}) {
      key[next++] = pair->height;
      key[next++] = pair->width;
    }
    return key;
  }
};

memory::dims dims(const Pair& pair) { return {pair.height, pair.width}; }
memory::dims dims(const Dims& values) { return {values.begin(), values.end()}; }

memory::desc strided_desc(const Layout& layout) {
  return {dims(layout.shape), memory::data_type::f32, dims(layout.strides)};
}

memory::desc image_desc(const Layout& layout, bool channels_last) {
  if (!layout.is_dense()) return strided_desc(layout);
  return {dims(layout.shape), memory::data_type::f32,
          channels_last ? memory::format_tag::nhwc : memory::format_tag::nchw};
}

/// The filters of a convolution of several groups are dense.
memory::desc filter_desc(const Layout& layout, std::int64_t groups) {
  const Shape& shape = layout.shape;
  if (!layout.is_dense()) return strided_desc(layout);
  if (groups == 1) return {dims(shape), memory::data_type::f32, memory::format_tag::oihw};
  return {{groups, shape[0] / groups, shape[1], shape[2], shape[3]},
          memory::data_type::f32,
          memory::format_tag::goihw};
}

/// The same dimensions in the layout that oneDNN chooses.
memory::desc any_layout(const memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return {desc.get_dims(), memory::data_type::f32, memory::format_tag::any};
#else
  return {desc.dims(), memory::data_type::f32, memory::format_tag::any};
#endif
}

[[noreturn]] void fail_library(const dnnl::error& error) {
  const std::string message = std::string("[conv2d] oneDNN failed: ") + error.what();
  if (error.status == dnnl_out_of_memory) throw MemoryError(message);
  throw Error(message);
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // so that threads can share a primitive
  return attributes;
}

/// The primitive descriptor of a convolution_forward, _backward_data or _backward_weights; `hint` is the
/// forward one for the latter two.
template <class Op, class... Hint, class... Args>
typename Op::primitive_desc describe(std::tuple<const Hint&...> hint, const Args&... args) {
  return std::apply(
      [&](const Hint&... forward) -> typename Op::primitive_desc {
#if DNNL_VERSION_MAJOR >= 3
        return {engine(), args..., forward..., attributes()};
#else
        return {typename Op::desc(args...), attributes(), engine(), forward...};
#endif
      },
      hint);
}

/// A oneDNN convolution primitive, with the reorders between the tensors' layouts and those it computes in.
class ConvolutionPrimitive {
 public:
  explicit ConvolutionPrimitive(const ConvolutionProblem& problem)
      : kind_(problem.kind),
        x_{.user_desc = image_desc(problem.x, problem.channels_last)},
        weight_{.user_desc = filter_desc(problem.weight, problem.options.groups)},
        y_{.user_desc = image_desc(problem.y, problem.channels_last)} {
    const bool keep_layout = problem.channels_last && problem.x.is_dense() && problem.y.is_dense();
    const memory::desc x = keep_layout ? x_.user_desc : any_layout(x_.user_desc);
    const memory::desc y = keep_layout ? y_.user_desc : any_layout(y_.user_desc);
    const memory::desc weight = any_layout(weight_.user_desc);
    if (problem.bias)
      bias_ = memory::desc({problem.weight.shape[0]}, memory::data_type::f32, memory::format_tag::x);
    const Conv2dOptions& options = problem.options;
    const memory::dims stride = dims(options.stride), padding = dims(options.padding);
    const memory::dims dilation{options.dilation.height - 1, options.dilation.width - 1};
    constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
    const auto forward =
        describe<dnnl::convolution_forward>(std::tuple<>(), dnnl::prop_kind::forward_training, kAlgorithm, x,
                                            weight, bias_, y, stride, dilation, padding, padding);
    if (kind_ == PropagationKind::forward) {
      create<dnnl::convolution_forward>(forward, forward.src_desc(), forward.weights_desc(),
                                        forward.dst_desc());
    } else if (kind_ == PropagationKind::backward_data) {
      using Op = dnnl::convolution_backward_data;
      const auto desc =
          describe<Op>(std::tie(forward), kAlgorithm, x, weight, y, stride, dilation, padding, padding);
      create<Op>(desc, desc.diff_src_desc(), desc.weights_desc(), desc.diff_dst_desc());
    } else {
      using Op = dnnl::convolution_backward_weights;
      const auto desc =
          describe<Op>(std::tie(forward), kAlgorithm, x, weight, y, stride, dilation, padding, padding);
      create<Op>(desc, desc.src_desc(), desc.diff_weights_desc(), desc.diff_dst_desc());
    }
  }

  /// Runs the primitive on x, weight and y or their gradients; only the result is written.
  void run(const float* x, const float* weight, const float* bias, const float* y) const {
    const bool forward = kind_ == PropagationKind::forward;
    BoundOperand bound_x(x_, x), bound_weight(weight_, weight), bound_y(y_, y);
    BoundOperand& result = forward                                   ? bound_y
                           : kind_ == PropagationKind::backward_data ? bound_x
                                                                     : bound_weight;
    for (BoundOperand* operand : {&bound_x, &bound_weight, &bound_y}) {
      if (operand != &result) operand->reorder_to_compute();
    }
    Storage scratch(Device::cpu(), scratch_.get_size());
    std::unordered_map<int, memory> arguments{
        {kind_ == PropagationKind::backward_data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC,
         bound_x.compute_memory()},
        {kind_ == PropagationKind::backward_weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
         bound_weight.compute_memory()},
        {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, bound_y.compute_memory()},
        {DNNL_ARG_SCRATCHPAD, memory(scratch_, engine(), scratch.data())}};
    if (bias != nullptr) arguments[DNNL_ARG_BIAS] = memory(bias_, engine(), const_cast<float*>(bias));
    primitive_.execute(stream(), arguments);
    result.reorder_to_user();
    stream().wait();
  }

 private:
  struct Operand {
    memory::desc user_desc, compute_desc = {}, scratch = {};
    dnnl::reorder reorder = {};  // user to compute layout, or back for the result; only where they differ

    void set_compute_desc(const memory::desc& layout, bool is_result) {
      compute_desc = layout;
      if (compute_desc == user_desc) return;
      const memory::desc &from = is_result ? compute_desc : user_desc,
                         &to = is_result ? user_desc : compute_desc;
      const dnnl::reorder::primitive_desc desc(engine(), from, engine(), to, attributes());
      scratch = desc.scratchpad_desc();
      reorder = dnnl::reorder(desc);
    }
  };

  /// An operand bound to the memory of one call.
  class BoundOperand {
   public:
    BoundOperand(const Operand& operand, const float* data)
        : operand_(operand),
          user_memory_(operand.user_desc, engine(), const_cast<float*>(data)),
          compute_memory_(user_memory_) {
      if (operand.compute_desc == operand.user_desc) return;
      buffer_.emplace(Device::cpu(), operand.compute_desc.get_size());
      compute_memory_ = memory(operand.compute_desc, engine(), buffer_->data());
    }
    memory& compute_memory() { return compute_memory_; }
    void reorder_to_compute() {
      if (buffer_) reorder(user_memory_, compute_memory_);
    }
    void reorder_to_user() {
      if (buffer_) reorder(compute_memory_, user_memory_);
    }

   private:
    void reorder(const memory& from, const memory& to) {
      scratch_.emplace(Device::cpu(), operand_.scratch.get_size());
      static_cast<const dnnl::primitive&>(operand_.reorder)
          .execute(stream(), {{DNNL_ARG_FROM, from},
                              {DNNL_ARG_TO, to},
                              {DNNL_ARG_SCRATCHPAD, memory(operand_.scratch, engine(), scratch_->data())}});
    }

    const Operand& operand_;
    memory user_memory_, compute_memory_;
    std::optional<Storage> buffer_, scratch_;
  };

  template <class Op>
  void create(const typename Op::primitive_desc& desc, const memory::desc& x, const memory::desc& weight,
              const memory::desc& y) {
    // The caller takes an error of the library as a reason to compute the convolution by our own products.
    if (std::string_view(desc.impl_info_str()).find("gemm:") != std::string_view::npos) {
      throw dnnl::error(dnnl_unimplemented,
                        "matrix products that depend on the number of threads; ours do not");
    }
    x_.set_compute_desc(x, kind_ == PropagationKind::backward_data);
    weight_.set_compute_desc(weight, kind_ == PropagationKind::backward_weights);
    y_.set_compute_desc(y, kind_ == PropagationKind::forward);
    scratch_ = desc.scratchpad_desc();
    primitive_ = Op(desc);
  }

  PropagationKind kind_;
  Operand x_, weight_, y_;
  memory::desc bias_, scratch_;
  dnnl::primitive primitive_;
};

/// @return  null where oneDNN does not support the problem, or only by matrix products
std::shared_ptr<const ConvolutionPrimitive> make_primitive(const ConvolutionProblem& problem) {
  try {
    return std::make_shared<const ConvolutionPrimitive>(problem);
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented && error.status != dnnl_invalid_arguments) fail_library(error);
    return nullptr;
  }
}

constinit std::mutex cache_mutex;

/// The most recently used primitives (LRU): oneDNN generates code for each, which takes up to milliseconds.
class PrimitiveCache {
 public:
  std::shared_ptr<const ConvolutionPrimitive> get(const ConvolutionProblem& problem) {
    const ConvolutionProblem::Key key = problem.key();
    {
      const ForkSafeLock<cache_mutex> lock;
      if (const auto found = index_.find(key); found != index_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return entries_.front().second;
      }
    }
    std::shared_ptr<const ConvolutionPrimitive> primitive = make_primitive(problem);
    const ForkSafeLock<cache_mutex> lock;
    if (index_.contains(key)) return primitive;  // another thread was faster
    entries_.emplace_front(key, primitive);
    index_[key] = entries_.begin();
    if (entries_.size() > kCapacity) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return primitive;
  }

 private:
  static constexpr std::size_t kCapacity = 256;
  using Entries = std::list<std::pair<ConvolutionProblem::Key, std::shared_ptr<const ConvolutionPrimitive>>>;

  Entries entries_;  // most recently used first
  std::map<ConvolutionProblem::Key, Entries::iterator> index_;
};

bool run(PropagationKind kind, const Tensor& x, const Tensor& weight, const Tensor& bias,
         const Conv2dOptions& options, const Tensor& y) {
  static PrimitiveCache& cache = *new PrimitiveCache;
  const bool channels_last = in_channels_last(x, y);
  const Shape& filter = weight.shape();
  const std::int64_t multiplications = y.numel() * filter[1] * filter[2] * filter[3];
  const std::int64_t threads = multiplications < kProductGrain ? 1 : max_threads();
  std::optional<SingleThreadScope> single_thread;
  if (threads == 1) single_thread.emplace();
  const auto primitive = cache.get(
      {threads, kind, bias.defined(), channels_last, Layout(x), Layout(weight), Layout(y), options});
  if (primitive == nullptr) return false;
  try {
    primitive->run(x.data<float>(), weight.data<float>(), bias.defined() ? bias.data<float>() : nullptr,
                   y.data<float>());
  } catch (const dnnl::error& error) {
    fail_library(error);
  }
  return true;
}

}  // namespace

bool library_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                    Tensor& y) {
  return run(PropagationKind::forward, x, weight, bias, options, y);
}

bool library_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                   Tensor& dx) {
  return run(PropagationKind::backward_data, dx, weight, {}, options, grad);
}

bool library_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                    Tensor& dw) {
  return run(PropagationKind::backward_weights, x, dw, {}, options, grad);
}

}  // namespace tinytorch::cpu

#endif
