#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/tensor.h"

namespace tinytorch::nn {

class Module;

/// A tensor that is trained: a leaf, made with variable().
using Parameter = Variable;

/// Receives a module's parts from Module::visit(). The references must outlive the visit, as members do.
class Visitor {
 public:
  virtual ~Visitor() = default;
  /// A tensor that is trained. An undefined one, such as the bias of a layer without, is skipped.
  virtual void parameter(std::string_view name, Parameter& parameter) = 0;
  /// A tensor that belongs to the module's state but is not trained. An undefined one is skipped.
  virtual void buffer(std::string_view name, Tensor& buffer) = 0;
  /// A module that this one contains.
  virtual void child(std::string_view name, Module& child) = 0;
};

/// The values of a model's parameters and buffers by name, such as "0.weight".
using StateDict = std::map<std::string, Tensor>;

/// A function with parameters that can be trained. A module lists its parameters, buffers and children once,
/// in visit(); the functions below are all made from that list. Modules can be moved but not copied, because
/// a copy would silently share the weights. A layer of your own derives from Layer, which makes both call
/// operators from one body:
///
/// ```cpp
/// class Scale : public nn::Layer<Scale> {
///  public:
///   template <TensorLike T>
///   T forward(const T& x) const {
///     return x * as<T>(factor_);
///   }
///   void visit(nn::Visitor& visitor) override { visitor.parameter("factor", factor_); }
///
///  private:
///   nn::Parameter factor_ = variable(ones({}));
/// };
/// ```
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  Module(Module&&) noexcept = default;
  Module& operator=(Module&&) noexcept = default;

  /// Applies the module to a Tensor; records nothing for backward().
  virtual Tensor operator()(const Tensor& x) const = 0;
  /// Applies the module to a Variable; records what backward() needs.
  virtual Variable operator()(const Variable& x) const = 0;

  /// Passes this module's own parameters, buffers and children to the visitor, always in the same order. Each
  /// has its own name, not empty and without dots; otherwise the functions below throw ValueError.
  virtual void visit(Visitor& visitor);
  /// The layer and its arguments as summary() shows them: "Dense(2, 4)". By default the class's name.
  virtual std::string description() const;

  /// All parameters, the children's included, in the order of visit(): the argument of an optimizer. They are
  /// handles to the module's own.
  std::vector<Variable> parameters() const;
  /// All parameters with their names: "0.weight" is the parameter "weight" of child "0".
  std::vector<std::pair<std::string, Variable>> named_parameters() const;
  /// Discards the gradients of all parameters.
  void zero_grad() const;

  /// Sets the training mode of this module and its children, which Dropout and BatchNorm depend on. New
  /// modules are in it.
  void train(bool on = true);
  /// Leaves the training mode: train(false).
  void eval() { train(false); }
  bool is_training() const { return training_; }

  /// Converts parameters and buffers to a device or a floating dtype (integer buffers keep theirs). Existing
  /// optimizers continue with the converted parameters. A parameter that is converted loses its gradient.
  /// @throws DeviceError  the device is not available
  /// @throws DTypeError   the dtype is not floating
  void to(Options options) { convert(options.dtype, options.device); }
  void to(Device device) { convert({}, device); }
  void to(DType dtype) { convert(dtype, {}); }

  /// Copies of all parameters and buffers by name.
  StateDict state_dict() const;
  /// Copies `state` into the parameters and buffers, which keep their devices and dtypes.
  /// @throws ValueError  entries are missing, unexpected or of another shape; it names them all, and nothing
  ///                     is changed
  void load_state_dict(const StateDict& state);

  /// A table with a row for each layer: its description, the shapes of its parameters and buffers, and the
  /// number of parameter elements; then the totals, and their size in bytes.
  std::string summary() const;

 private:
  void convert(std::optional<DType> dtype, std::optional<Device> device);

  bool training_ = true;
};

/// Base of a layer whose body is written once for Tensors and Variables: `template <TensorLike T> T
/// forward(const T& x) const`.
template <class Derived>
class Layer : public Module {
 public:
  Tensor operator()(const Tensor& x) const override { return derived().forward(x); }
  Variable operator()(const Variable& x) const override { return derived().forward(x); }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

}  // namespace tinytorch::nn
