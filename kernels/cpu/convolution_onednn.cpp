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
#include <tuple>
#include <unordered_map>

#include "core/error.h"
#include "core/ops/internal/image.h"
#include "core/storage.h"
#include "kernels/cpu/parallel.h"

namespace tinytorch::cpu {

namespace {

using dnnl::memory;

/// Never destroyed: threads may still use it while the process ends.
dnnl::engine& engine() {
  static auto& cpu = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream work(engine());
  return work;
}

enum class Direction { forward, input_gradient, weight_gradient };

/// All that a primitive depends on. It cuts its work for the number of threads that it was made under, and
/// its sums may be wrong under fewer.
struct Problem {
  std::int64_t threads;
  Direction direction;
  bool bias, channels_last;
  Shape x, weight, y;
  Conv2dOptions options;

  using Key = std::array<std::int64_t, 23>;
  Key key() const {
    Key key{threads, static_cast<std::int64_t>(direction), bias, channels_last, options.groups};
    std::size_t next = 5;
    for (const Shape* shape : {&x, &weight, &y}) {
      for (const std::int64_t length : *shape) key[next++] = length;
    }
    for (const Pair* pair : {&options.stride, &options.padding, &options.dilation}) {
      key[next++] = pair->height;
      key[next++] = pair->width;
    }
    return key;
  }
};

memory::dims dims_of(const Pair& pair) { return {pair.height, pair.width}; }
memory::dims dims_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

memory::desc images(const Shape& shape, bool channels_last) {
  return {dims_of(shape), memory::data_type::f32,
          channels_last ? memory::format_tag::nhwc : memory::format_tag::nchw};
}

memory::desc filters(const Shape& shape, std::int64_t groups) {
  if (groups == 1) return {dims_of(shape), memory::data_type::f32, memory::format_tag::oihw};
  return {{groups, shape[0] / groups, shape[1], shape[2], shape[3]},
          memory::data_type::f32,
          memory::format_tag::goihw};
}

/// The same in the order that oneDNN likes best.
memory::desc any(const memory::desc& outer) {
#if DNNL_VERSION_MAJOR >= 3
  return {outer.get_dims(), memory::data_type::f32, memory::format_tag::any};
#else
  return {outer.dims(), memory::data_type::f32, memory::format_tag::any};
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

/// A convolution_forward, _backward_data or _backward_weights; `hint` is the forward one's description for
/// the latter two.
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

/// A primitive with the orders in memory that it works on, and what brings our tensors to them and back.
class Convolution {
 public:
  explicit Convolution(const Problem& problem)
      : direction_(problem.direction),
        x_{.outer = images(problem.x, problem.channels_last)},
        weight_{.outer = filters(problem.weight, problem.options.groups)},
        y_{.outer = images(problem.y, problem.channels_last)} {
    const memory::desc x = problem.channels_last ? x_.outer : any(x_.outer);
    const memory::desc y = problem.channels_last ? y_.outer : any(y_.outer);
    const memory::desc weight = any(weight_.outer);
    if (problem.bias)
      bias_ = memory::desc({problem.weight[0]}, memory::data_type::f32, memory::format_tag::x);
    const Conv2dOptions& options = problem.options;
    const memory::dims stride = dims_of(options.stride), padding = dims_of(options.padding);
    const memory::dims gaps{options.dilation.height - 1, options.dilation.width - 1};
    constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
    const auto forward =
        describe<dnnl::convolution_forward>(std::tuple<>(), dnnl::prop_kind::forward_training, kAlgorithm, x,
                                            weight, bias_, y, stride, gaps, padding, padding);
    if (direction_ == Direction::forward) {
      take<dnnl::convolution_forward>(forward, forward.src_desc(), forward.weights_desc(),
                                      forward.dst_desc());
    } else if (direction_ == Direction::input_gradient) {
      using Op = dnnl::convolution_backward_data;
      const auto made =
          describe<Op>(std::tie(forward), kAlgorithm, x, weight, y, stride, gaps, padding, padding);
      take<Op>(made, made.diff_src_desc(), made.weights_desc(), made.diff_dst_desc());
    } else {
      using Op = dnnl::convolution_backward_weights;
      const auto made =
          describe<Op>(std::tie(forward), kAlgorithm, x, weight, y, stride, gaps, padding, padding);
      take<Op>(made, made.src_desc(), made.diff_weights_desc(), made.diff_dst_desc());
    }
  }

  /// The tensors are x, weight and y, or gradients of these; only the result is written.
  void run(const float* x, const float* weight, const float* bias, const float* y) const {
    const bool forward = direction_ == Direction::forward;
    Placed in_x(x_, x), in_weight(weight_, weight), in_y(y_, y);
    Placed& result = forward ? in_y : direction_ == Direction::input_gradient ? in_x : in_weight;
    for (Placed* operand : {&in_x, &in_weight, &in_y}) {
      if (operand != &result) operand->bring_in();
    }
    Storage scratch(Device::cpu(), scratch_.get_size());
    std::unordered_map<int, memory> arguments{
        {direction_ == Direction::input_gradient ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, in_x.inner()},
        {direction_ == Direction::weight_gradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
         in_weight.inner()},
        {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, in_y.inner()},
        {DNNL_ARG_SCRATCHPAD, memory(scratch_, engine(), scratch.data())}};
    if (bias != nullptr) arguments[DNNL_ARG_BIAS] = memory(bias_, engine(), const_cast<float*>(bias));
    primitive_.execute(stream(), arguments);
    result.bring_out();
    stream().wait();
  }

 private:
  struct Operand {
    memory::desc outer, inner = {}, scratch = {};
    dnnl::reorder move = {};  // to the inner order, or the result from it; made only where the two differ

    void set_inner(const memory::desc& desc, bool is_result) {
      inner = desc;
      if (inner == outer) return;
      const memory::desc &from = is_result ? inner : outer, &to = is_result ? outer : inner;
      const dnnl::reorder::primitive_desc made(engine(), from, engine(), to, attributes());
      scratch = made.scratchpad_desc();
      move = dnnl::reorder(made);
    }
  };

  /// An operand of one call.
  class Placed {
   public:
    Placed(const Operand& operand, const float* data)
        : operand_(operand), outer_(operand.outer, engine(), const_cast<float*>(data)), inner_(outer_) {
      if (operand.inner == operand.outer) return;
      buffer_.emplace(Device::cpu(), operand.inner.get_size());
      inner_ = memory(operand.inner, engine(), buffer_->data());
    }
    memory& inner() { return inner_; }
    void bring_in() {
      if (buffer_) move(outer_, inner_);
    }
    void bring_out() {
      if (buffer_) move(inner_, outer_);
    }

   private:
    void move(const memory& from, const memory& to) {
      scratch_.emplace(Device::cpu(), operand_.scratch.get_size());
      static_cast<const dnnl::primitive&>(operand_.move)
          .execute(stream(), {{DNNL_ARG_FROM, from},
                              {DNNL_ARG_TO, to},
                              {DNNL_ARG_SCRATCHPAD, memory(operand_.scratch, engine(), scratch_->data())}});
    }

    const Operand& operand_;
    memory outer_, inner_;
    std::optional<Storage> buffer_, scratch_;
  };

  template <class Op>
  void take(const typename Op::primitive_desc& made, const memory::desc& x, const memory::desc& weight,
            const memory::desc& y) {
    x_.set_inner(x, direction_ == Direction::input_gradient);
    weight_.set_inner(weight, direction_ == Direction::weight_gradient);
    y_.set_inner(y, direction_ == Direction::forward);
    scratch_ = made.scratchpad_desc();
    primitive_ = Op(made);
  }

  Direction direction_;
  Operand x_, weight_, y_;
  memory::desc bias_, scratch_;
  dnnl::primitive primitive_;
};

/// Null where oneDNN does not take the problem.
std::shared_ptr<const Convolution> make_convolution(const Problem& problem) {
  try {
    return std::make_shared<const Convolution>(problem);
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented && error.status != dnnl_invalid_arguments) fail_library(error);
    return nullptr;
  }
}

/// The convolutions that were used last: making one takes up to milliseconds, as oneDNN generates code.
class Cache {
 public:
  std::shared_ptr<const Convolution> get(const Problem& problem) {
    const Problem::Key key = problem.key();
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = places_.find(key); found != places_.end()) {
        items_.splice(items_.begin(), items_, found->second);
        return items_.front().second;
      }
    }
    std::shared_ptr<const Convolution> made = make_convolution(problem);
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return made;  // another thread was faster
    items_.emplace_front(key, made);
    places_[key] = items_.begin();
    if (items_.size() > kMost) {
      places_.erase(items_.back().first);
      items_.pop_back();
    }
    return made;
  }

 private:
  static constexpr std::size_t kMost = 256;
  using Items = std::list<std::pair<Problem::Key, std::shared_ptr<const Convolution>>>;

  std::mutex mutex_;
  Items items_;  // the last used one first
  std::map<Problem::Key, Items::iterator> places_;
};

bool run(Direction direction, const Tensor& x, const Tensor& weight, const Tensor& bias,
         const Conv2dOptions& options, const Tensor& y) {
  static Cache& cache = *new Cache;
  const bool channels_last = in_channels_last(x, y);
  const Shape& filter = weight.shape();
  const std::int64_t multiplications = y.numel() * filter[1] * filter[2] * filter[3];
  const std::int64_t threads = multiplications < kProductGrain ? 1 : max_threads();
  std::optional<SingleThreadScope> single_thread;
  if (threads == 1) single_thread.emplace();
  const auto convolution =
      cache.get({threads, direction, bias.defined(), channels_last, x.shape(), filter, y.shape(), options});
  if (convolution == nullptr) return false;
  try {
    convolution->run(x.data<float>(), weight.data<float>(), bias.defined() ? bias.data<float>() : nullptr,
                     y.data<float>());
  } catch (const dnnl::error& error) {
    fail_library(error);
  }
  return true;
}

}  // namespace

bool library_conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
                    Tensor& y) {
  return run(Direction::forward, x, weight, bias, options, y);
}

bool library_conv2d_input_gradient(const Tensor& grad, const Tensor& weight, const Conv2dOptions& options,
                                   Tensor& dx) {
  return run(Direction::input_gradient, dx, weight, {}, options, grad);
}

bool library_conv2d_weight_gradient(const Tensor& grad, const Tensor& x, const Conv2dOptions& options,
                                    Tensor& dw) {
  return run(Direction::weight_gradient, x, dw, {}, options, grad);
}

}  // namespace tinytorch::cpu

#endif
