#pragma once

#include <stdexcept>

namespace tinytorch {

/// Base of every exception that TinyTorch throws. The message begins with the op in brackets and
/// says what came, what was wanted and, where there is one, the way out.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Shapes, axes or ranks do not fit the op.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// The op does not take tensors of this element type.
class DTypeError : public Error {
 public:
  using Error::Error;
};

/// A device is missing, or the tensors of one call lie on different devices.
class DeviceError : public Error {
 public:
  using Error::Error;
};

/// An argument has a value that the op does not accept.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// A device has no memory left for an allocation; nothing was lost.
class MemoryError : public Error {
 public:
  using Error::Error;
};

/// The CUDA runtime, cuBLAS or cuDNN reported an error.
class CudaError : public Error {
 public:
  using Error::Error;
};

/// A file is missing, unreadable, malformed or cannot be written.
class IoError : public Error {
 public:
  using Error::Error;
};

}  // namespace tinytorch
