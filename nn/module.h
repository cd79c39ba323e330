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
#include "core/profile_scope.h"
#include "core/tensor.h"

namespace tinytorch::nn {

class Module;

/// A tensor that is trained: a leaf made by variable().
using Parameter = Variable;

/// Receives the parameters, buffers and children of a module from Module::visit(). The references must stay
/// valid after the visit, as those of members do.
class Visitor {
 public:
  virtual ~Visitor() = default;
  /// Receives a tensor that is trained: a leaf made by variable(), or a constant. An undefined tensor, such
  /// as the bias of a layer without one, is skipped.
  virtual void parameter(std::string_view name, Parameter& parameter) = 0;
  /// Receives a tensor that belongs to the module's state but is not trained. An undefined tensor is skipped.
  virtual void buffer(std::string_view name, Tensor& buffer) = 0;
  /// Receives a module that this one contains.
  virtual void child(std::string_view name, Module& child) = 0;
};

/// The values of a module's parameters and buffers by name, such as "0.weight".
using StateDict = std::map<std::string, Tensor>;

/// A function with parameters that can be trained. A module lists its parameters, buffers and children in
/// visit(), which all functions below use. Modules can be moved but not copied, because a copy would silently
/// share the parameters. Threads may call one module at once; none may change it meanwhile, by to(), train()
/// or an optimizer. To write your own layer, derive it from Layer, which makes both call operators from one
/// forward():
///
/// ```cpp
/// class Scale : public nn::Layer<Scale> {
///  public:
///   template <TensorLike T>
///   T forward(const T& x) const {
///     if (is_training()) calls_ += 1;
///     return x * as<T>(factor_);
///   }
///   void visit(nn::Visitor& visitor) override {
///     visitor.parameter("factor", factor_);
///     visitor.buffer("calls", calls_);
///   }
///
///  private:
///   nn::Parameter factor_ = variable(ones({}));
///   mutable Tensor calls_ = zeros({}, {.dtype = DType::i64});  // mutable, because forward() changes it
/// };
/// ```
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  Module(Module&& other) noexcept
      : training_(other.training_), moved_from_(std::exchange(other.moved_from_, true)) {}
  Module& operator=(Module&& other) noexcept {
    training_ = other.training_;
    moved_from_ = std::exchange(other.moved_from_, true);
    return *this;
  }

  /// Applies the module to a Tensor, and records nothing.
  virtual Tensor operator()(const Tensor& x) const = 0;
  /// Applies the module to a Variable, and records the graph for backward().
  virtual Variable operator()(const Variable& x) const = 0;

  /// Passes this module's own parameters, buffers and children to the visitor, always in the same order. What
  /// is not listed is not trained, moved or saved.
  /// Their names must be different, not empty and without dots, and a parameter not the result of an op;
  /// otherwise the functions below throw ValueError. By default, a module has no parameters, buffers and
  /// children.
  virtual void visit(Visitor& visitor);
  /// The layer and its arguments as summary() shows them, such as "Dense(2, 4)". By default, the name of the
  /// class.
  virtual std::string description() const;

  /// All parameters, including those of the children, in the order of visit(): the argument of an optimizer.
  /// They are handles to the module's own parameters. A parameter that several layers share (tied weights) is
  /// there once.
  std::vector<Variable> parameters() const;
  /// All parameters with their names: "0.weight" is the parameter "weight" of child "0". A shared parameter
  /// has its first name.
  std::vector<std::pair<std::string, Variable>> named_parameters() const;
  /// Discards the gradients of all parameters.
  void zero_grad() const;

  /// Freezes all parameters (false), or thaws them: Variable::set_trainable(). Buffers and the mode do not
  /// change: to keep the statistics of BatchNorm, too, call eval().
  ///
  /// ```cpp
  /// nn::Dense features(8, 4), head(4, 2);
  /// features.set_trainable(false);
  /// sum(head(features(Variable(randn({3, 8}))))).backward();  // gradients for head only
  /// ```
  void set_trainable(bool on);

  /// Sets this module and its children to training or evaluation mode. Dropout and BatchNorm depend on the
  /// mode. A new module is in training mode.
  void train(bool on = true);
  /// Sets this module and its children to evaluation mode: train(false).
  void eval() { train(false); }
  /// True in training mode.
  bool is_training() const { return training_; }

  /// Converts parameters and buffers to a device or a floating dtype; integer buffers keep their dtype.
  /// Existing optimizers continue with the converted parameters. A converted parameter loses its gradient. If
  /// it throws, nothing is converted.
  /// @throws DeviceError  the device is not available
  /// @throws DTypeError   the dtype is not floating
  /// @throws MemoryError  there is no memory for both the old and the converted values
  void to(Options options) { convert(options.dtype, options.device); }
  void to(Device device) { convert({}, device); }
  void to(DType dtype) { convert(dtype, {}); }

  /// Copies of all parameters and buffers by name; of a shared parameter, one for each name.
  StateDict state_dict() const;
  /// Gives the parameters and buffers the elements of `state`; they keep their devices and dtypes. Tensors of
  /// `state` that nothing else uses are not copied, as in load_state_dict(load_safetensors(path)). If it
  /// throws, nothing is changed, unless a parameter is a view of other memory and the copy into it fails.
  /// @throws ValueError  entries are missing, unexpected or of another shape; the message names them all
  void load_state_dict(StateDict state);

  /// A table with a row for each layer: its description, the shapes of its parameters and buffers, and the
  /// number of parameter elements; then the totals, and their size in bytes. A shared parameter is counted in
  /// its first layer.
  std::string summary() const;

 protected:
  /// @throws ValueError  this was moved from
  void check_not_moved_from() const {
    if (moved_from_) fail_moved_from();
  }

 private:
  void convert(std::optional<DType> dtype, std::optional<Device> device);
  [[noreturn]] void fail_moved_from() const;

  bool training_ = true;
  bool moved_from_ = false;
};

/// The base of layers that are written once for Tensors and Variables. A class Derived has a member function
/// `template <TensorLike T> T forward(const T& x) const`; Module shows an example. The call operators throw
/// ValueError if the layer was moved from.
template <class Derived>
class Layer : public Module {
 public:
  Tensor operator()(const Tensor& x) const override {
    check_not_moved_from();
    const ProfileScope scope([this] { return this->description(); }, ScopeKind::layer);
    return derived().forward(x);
  }
  Variable operator()(const Variable& x) const override {
    check_not_moved_from();
    const ProfileScope scope([this] { return this->description(); }, ScopeKind::layer);
    return derived().forward(x);
  }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

}  // namespace tinytorch::nn
