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

/// What Module::visit() lists a module's parts to.
class Visitor {
 public:
  virtual ~Visitor() = default;
  /// A tensor that is trained. An undefined one, such as the bias of a layer without, is passed over.
  virtual void parameter(std::string_view name, Parameter& parameter) = 0;
  /// A tensor that belongs to the module's state but is not trained.
  virtual void buffer(std::string_view name, Tensor& buffer) = 0;
  /// A module that this one is made of.
  virtual void child(std::string_view name, Module& child) = 0;
};

/// The values of a model's parameters and buffers by name, such as "0.weight".
using StateDict = std::map<std::string, Tensor>;

/// A function with parameters that can be trained. A module lists its parts once, in visit(); all that walks
/// over them stands on that. Modules can be moved but not copied, for a copy would silently share the
/// weights. Own layers derive from Layer, which makes both call operators from one body:
///
///     class Scale : public nn::Layer<Scale> {
///      public:
///       template <TensorLike T> T forward(const T& x) const { return x * as<T>(factor_); }
///       void visit(nn::Visitor& v) override { v.parameter("factor", factor_); }
///      private:
///       nn::Parameter factor_ = variable(ones({}));
///     };
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  Module(Module&&) noexcept = default;
  Module& operator=(Module&&) noexcept = default;

  /// Tensor in, Tensor out: no tape.
  virtual Tensor operator()(const Tensor& x) const = 0;
  /// Variable in, Variable out: taped.
  virtual Variable operator()(const Variable& x) const = 0;

  /// Names this module's own parameters, buffers and children, always in the same order; each name once and
  /// without dots (all that walks over the parts throws ValueError otherwise).
  virtual void visit(Visitor& visitor);
  /// The layer and its arguments, for people: "Dense(2, 4)". The class's name unless overridden.
  virtual std::string description() const;

  /// All parameters, the children's included, in the order of visit(): what an optimizer takes.
  std::vector<Variable> parameters() const;
  /// The same with their names: "0.weight" is the parameter "weight" of child "0".
  std::vector<std::pair<std::string, Variable>> named_parameters() const;
  /// Forgets the gradients of all parameters.
  void zero_grad() const;

  /// Tells this module and its children that they are being trained, or used. New modules are being trained.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }

  /// Moves parameters and buffers to a device or a floating type (integer buffers keep theirs). Optimizers
  /// made before go on with the moved parameters. What moves loses its gradient.
  /// @throws DeviceError  not available. DTypeError  not a floating type
  void to(Options options) { convert(options.dtype, options.device); }
  void to(Device device) { convert({}, device); }
  void to(DType dtype) { convert(dtype, {}); }

  /// A snapshot: copies of all parameters and buffers by name.
  StateDict state_dict() const;
  /// Copies `state` into the parameters and buffers, whatever its device and element types.
  /// @throws ValueError  names every missing, unexpected and wrongly shaped entry; nothing was changed
  void load_state_dict(const StateDict& state);

  /// A table for people: a row a layer with its parameters' shapes and counts, then the totals and the bytes.
  std::string summary() const;

 private:
  void convert(std::optional<DType> dtype, std::optional<Device> device);

  bool training_ = true;
};

/// The table of Module::summary().
inline std::string summary(const Module& module) { return module.summary(); }

/// Base of a layer whose body is written once for both modes: `template <TensorLike T> T forward(const T& x)
/// const`.
template <class Derived>
class Layer : public Module {
 public:
  Tensor operator()(const Tensor& x) const override { return derived().forward(x); }
  Variable operator()(const Variable& x) const override { return derived().forward(x); }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

}  // namespace tinytorch::nn
