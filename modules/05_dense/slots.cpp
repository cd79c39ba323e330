// Puts what module 05 wrote into the slots and hooks of the framework.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/ops/reduction_kernels.h"
#include "modules/05_dense/dense.h"
#include "modules/course/slots.h"
#include "nn/hooks.h"

using namespace tinytorch;

namespace {

decltype(kernels::argmax)::Function other_argmax = nullptr;
void argmax(const Tensor& x, const int& axis, Tensor& y) {
  if (x.dtype() != DType::f32 || axis != x.rank() - 1) return other_argmax(x, axis, y);
  const Tensor source = contiguous(x);
  const std::span<const float> values = course::elements(source);
  const auto columns = static_cast<std::size_t>(x.size(-1));
  const std::vector<std::size_t> classes = dense::predict(
      {.rows = values.size() / columns, .columns = columns, .values = {values.begin(), values.end()}});
  if (classes.size() != static_cast<std::size_t>(y.numel()))
    throw ShapeError("[argmax] predict() gave another number of classes than rows");
  for (std::size_t i = 0; i < classes.size(); ++i)
    y.data<std::int64_t>()[i] = static_cast<std::int64_t>(classes[i]);
}

/// What the student's functions know of a layer with one parameter.
class Sized : public dense::Layer {
 public:
  explicit Sized(std::int64_t numel) : numel_(static_cast<std::size_t>(numel)) {}
  dense::Matrix forward(const dense::Matrix& x) const override { return x; }
  std::size_t parameter_count() const override { return numel_; }

 private:
  std::size_t numel_;
};

std::int64_t parameter_count(std::span<const nn::hooks::ParameterSize> parameters) {
  std::map<const void*, std::shared_ptr<dense::Layer>> known;
  dense::Layers layers;
  for (const auto& [identity, numel] : parameters) {
    std::shared_ptr<dense::Layer>& layer = known[identity];
    if (layer == nullptr) layer = std::make_shared<Sized>(numel);
    layers.push_back(layer);
  }
  return static_cast<std::int64_t>(dense::parameter_count(layers));
}

}  // namespace

extern "C" void tinytorch_plugin() {
  other_argmax = kernels::argmax.replace(DeviceType::cpu, argmax);
  nn::hooks::parameter_count.replace(parameter_count);
}
