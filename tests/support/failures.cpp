#include "tests/support/failures.h"

#include <atomic>
#include <string>

#include "core/internal/caching_allocator.h"
#include "core/ops/activation_kernels.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/attention_kernels.h"
#include "core/ops/bitwise_kernels.h"
#include "core/ops/comparison_kernels.h"
#include "core/ops/convolution_kernels.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation_kernels.h"
#include "core/ops/cross_entropy_kernels.h"
#include "core/ops/dropout_kernels.h"
#include "core/ops/indexing_kernels.h"
#include "core/ops/loss_kernels.h"
#include "core/ops/math_kernels.h"
#include "core/ops/matmul_kernels.h"
#include "core/ops/normalization_kernels.h"
#include "core/ops/optimizer_kernels.h"
#include "core/ops/pooling_kernels.h"
#include "core/ops/positions_kernels.h"
#include "core/ops/quantization_kernels.h"
#include "core/ops/random_kernels.h"
#include "core/ops/recurrent_kernels.h"
#include "core/ops/reduction_kernels.h"
#include "core/ops/resampling_kernels.h"
#include "core/ops/scan_kernels.h"
#include "core/ops/sort_kernels.h"
#include "core/ops/unfold_kernels.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {
namespace {

std::atomic<std::uint64_t> calls_so_far{0}, failing{0};

void count_call(const char* name) {
  if (++calls_so_far == failing) throw KernelFailure(std::string("[") + name + "] made to fail");
}

/// The kernel that is in a slot while it may fail.
template <auto& kSlot, class... Args>
struct Failing {
  static inline void (*kernel)(Args...) = nullptr;

  static void call(Args... args) {
    count_call(kSlot.name());
    kernel(args...);
  }
};

template <auto& kSlot, class... Args>
void install(const Kernel<void(Args...)>&) {
  using Wrapped = Failing<kSlot, Args...>;
  if (kSlot.has(backend().type)) Wrapped::kernel = kSlot.replace(backend().type, &Wrapped::call);
}

template <auto& kSlot, class... Args>
void remove(const Kernel<void(Args...)>&) {
  using Wrapped = Failing<kSlot, Args...>;
  if (Wrapped::kernel != nullptr) kSlot.replace(backend().type, Wrapped::kernel);
  Wrapped::kernel = nullptr;
}

template <auto&... kSlots>
struct Slots {
  static void install_all() { (install<kSlots>(kSlots), ...); }
  static void remove_all() { (remove<kSlots>(kSlots), ...); }
};

// A slot that is missing here does not fail.
using AllSlots = Slots<
    kernels::relu, kernels::sigmoid, kernels::silu, kernels::gelu, kernels::gelu_tanh, kernels::hardswish,
    kernels::leaky_relu, kernels::elu, kernels::softplus, kernels::silu_gradient, kernels::gelu_gradient,
    kernels::gelu_tanh_gradient, kernels::softmax, kernels::log_softmax, kernels::add, kernels::mul,
    kernels::maximum, kernels::minimum, kernels::sub, kernels::pow, kernels::remainder, kernels::floor_divide,
    kernels::div, kernels::neg, kernels::abs, kernels::sign, kernels::attention, kernels::attention_gradient,
    kernels::eq, kernels::ne, kernels::lt, kernels::le, kernels::gt, kernels::ge, kernels::isnan,
    kernels::isinf, kernels::isfinite, kernels::logical_and, kernels::logical_or, kernels::logical_xor,
    kernels::logical_not, kernels::where, kernels::conv2d, kernels::conv2d_input_gradient,
    kernels::conv2d_weight_gradient, kernels::copy, kernels::flip, kernels::triangle, kernels::fill,
    kernels::arange, kernels::cross_entropy, kernels::cross_entropy_backward, kernels::gather,
    kernels::scatter, kernels::scatter_add, kernels::scatter_gradient, kernels::index_bound,
    kernels::count_true, kernels::nonzero, kernels::exp, kernels::exp2, kernels::expm1, kernels::log,
    kernels::log2, kernels::log10, kernels::log1p, kernels::sqrt, kernels::rsqrt, kernels::sin, kernels::cos,
    kernels::tan, kernels::asin, kernels::acos, kernels::atan, kernels::sinh, kernels::cosh, kernels::tanh,
    kernels::erf, kernels::atan2, kernels::floor, kernels::ceil, kernels::trunc, kernels::round,
    kernels::matmul, kernels::linear, kernels::normalize, kernels::normalize_gradient, kernels::sgd_step,
    kernels::adam_step, kernels::rmsprop_step, kernels::adagrad_step, kernels::lion_step,
    kernels::adaptive_max_pool2d, kernels::max_pool2d_at, kernels::max_pool2d_gradient,
    kernels::random_uniform, kernels::random_normal, kernels::random_integers, kernels::lstm_gates,
    kernels::lstm_gates_gradient, kernels::gru_gates, kernels::gru_gates_gradient, kernels::sum,
    kernels::prod, kernels::max, kernels::min, kernels::argmax, kernels::argmin, kernels::resample2d,
    kernels::cumsum, kernels::cumprod, kernels::sort, kernels::topk, kernels::order_statistics, kernels::fold,
    kernels::dropout, kernels::max_pool2d, kernels::rotate_halves, kernels::resample2d_gradient,
    kernels::linear_recurrence, kernels::unfold, kernels::moment, kernels::nansum, kernels::cummax,
    kernels::cummin, kernels::hardtanh, kernels::hardsigmoid, kernels::logsigmoid, kernels::softsign,
    kernels::selu, kernels::mish, kernels::mish_gradient, kernels::rotate_interleaved, kernels::bitwise_and,
    kernels::bitwise_or, kernels::bitwise_xor, kernels::bitwise_not, kernels::bitwise_left_shift,
    kernels::bitwise_right_shift, kernels::quantize_rows, kernels::int8_linear, kernels::relu_gradient,
    kernels::sigmoid_gradient, kernels::logsigmoid_gradient, kernels::hardsigmoid_gradient,
    kernels::softsign_gradient, kernels::selu_gradient, kernels::hardswish_gradient,
    kernels::leaky_relu_gradient, kernels::elu_gradient, kernels::softplus_gradient,
    kernels::hardtanh_gradient, kernels::softmax_gradient, kernels::log_softmax_gradient,
    kernels::expm1_gradient, kernels::log1p_gradient, kernels::rsqrt_gradient, kernels::sin_gradient,
    kernels::cos_gradient, kernels::tan_gradient, kernels::asin_gradient, kernels::acos_gradient,
    kernels::atan_gradient, kernels::sinh_gradient, kernels::cosh_gradient, kernels::tanh_gradient,
    kernels::erf_gradient, kernels::abs_gradient, kernels::product_gradient, kernels::quotient_gradient,
    kernels::losses, kernels::total_loss, kernels::loss_gradient, kernels::moment_gradient,
    kernels::clamp_min, kernels::clamp_max, kernels::clamp, kernels::lerp, kernels::addcmul,
    kernels::clamp_gradient, kernels::reciprocal_gradient, kernels::div_gradient, kernels::pow_gradient,
    kernels::pow_exponent_gradient, kernels::atan2_gradient, kernels::atan2_second_gradient>;

CachingAllocator& caching_allocator() { return dynamic_cast<CachingAllocator&>(allocator(backend())); }

}  // namespace

void fail_allocation(std::uint64_t n) { caching_allocator().fail_allocation(n); }
std::uint64_t allocations() { return memory_stats(backend()).allocations; }

FailingKernels::FailingKernels() {
  failing = 0;
  AllSlots::install_all();
}
FailingKernels::~FailingKernels() { AllSlots::remove_all(); }

void FailingKernels::fail_call(std::uint64_t n) { failing = n == 0 ? 0 : calls_so_far + n; }
std::uint64_t FailingKernels::calls() const { return calls_so_far; }

}  // namespace tinytorch::testing
