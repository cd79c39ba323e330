#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace tinytorch {

/// The base of all exceptions of TinyTorch. The message begins with the name of the op in brackets, and says
/// what the op got, what it expects and, where possible, how to fix it.
/// ```cpp
/// try {
///   matmul(zeros({2, 3}), zeros({2, 3}));
/// } catch (const ShapeError& error) {
///   std::cout << error.what();  // [matmul] inner dimensions differ: ...
/// }
/// ```
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  const char* what() const noexcept override {
    return message_ ? message_->c_str() : std::runtime_error::what();
  }

  /// Begins the message with a context, such as "layer 2". For a handler that then throws the same exception
  /// again, whose type stays.
  void add_context(const std::string& context) {
    message_ = std::make_shared<const std::string>(context + ": " + what());
  }

 private:
  std::shared_ptr<const std::string> message_;  // null: the first one; copies of exceptions must not throw
};

/// The op does not accept these shapes, axes or ranks.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// The op does not accept tensors of this dtype.
class DTypeError : public Error {
 public:
  using Error::Error;
};

/// A device is not available, or the tensors of one call are on different devices.
class DeviceError : public Error {
 public:
  using Error::Error;
};

/// The op does not accept the value of an argument.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// A device does not have enough memory for an allocation. Existing tensors are unchanged.
class MemoryError : public Error {
 public:
  using Error::Error;
};

/// The CUDA runtime, cuBLAS or cuDNN reported an error.
class CudaError : public Error {
 public:
  using Error::Error;
};

/// A file does not exist, cannot be read or written, or is malformed.
class IoError : public Error {
 public:
  using Error::Error;
};

}  // namespace tinytorch
