#pragma once

#include <memory>

#include "core/device.h"

namespace tinytorch {

class StreamState;
class EventState;
class Event;

/// A queue of work on a device. The work in one stream runs in order; the work in two streams may run
/// concurrently unless an Event orders it. Ops enqueue their work in the calling thread's current stream and
/// return. On the CPU, ops complete before they return, so that a stream is always done.
/// ```cpp
/// const Device device = best_device();
/// const Tensor batch = ones({2, 3});
/// Stream copies(device);
/// Tensor copied;
/// {
///   StreamGuard guard(copies);
///   copied = batch.to(device);  // concurrent with the work in the default stream
/// }
/// Event(copies).wait(Stream::current(device));  // the work enqueued from here on waits for the copy
/// std::cout << sum(copied);
/// ```
/// The memory of a destroyed tensor is reused. Reuse waits for the work in two streams: the one in which the
/// tensor was created, and the one that is current when it is destroyed. If another stream uses the tensor,
/// wait for that stream before you destroy the tensor.
class Stream {
 public:
  /// Creates a new stream on `device`.
  /// @throws DeviceError  the device is not available
  explicit Stream(Device device);
  /// The calling thread's current stream on `device`.
  /// @throws DeviceError  the device is not available
  static Stream current(Device device);

  Device device() const;
  /// Blocks the host until all work enqueued so far is done.
  /// @throws CudaError  some of the work failed
  void synchronize() const;
  /// True if all work enqueued so far is done. Does not block.
  bool is_done() const;
  bool operator==(const Stream&) const = default;

 private:
  friend class Event;
  friend class StreamGuard;
  explicit Stream(std::shared_ptr<StreamState> state);

  std::shared_ptr<StreamState> state_;
};

/// A marker in a stream. It is done when all work that was enqueued in the stream before it is done.
class Event {
 public:
  /// Records an event at the end of `stream`.
  explicit Event(const Stream& stream);
  ~Event();
  Event(Event&&) noexcept;
  Event& operator=(Event&&) noexcept;

  /// Makes all work that is enqueued in `stream` after this call wait for the event. Does not block the host.
  /// @throws DeviceError  the stream is on another type of device
  void wait(const Stream& stream) const;
  /// Blocks the host until the event is done.
  void synchronize() const;
  /// True if the event is done. Does not block.
  bool is_done() const;
  /// The time from `start` to this event; blocks the host until both are done.
  /// @throws DeviceError  the events are on different devices
  double milliseconds_since(const Event& start) const;

 private:
  Device device_;
  std::unique_ptr<EventState> state_;
};

/// Makes a stream the calling thread's current stream on its device, until the guard is destroyed.
class StreamGuard {
 public:
  explicit StreamGuard(const Stream& stream);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

 private:
  Stream current_;
  Stream previous_;
};

/// Blocks the host until all work on `device` is done.
/// @throws DeviceError  the device is not available
/// @throws CudaError    some of the work failed
void synchronize(Device device);

}  // namespace tinytorch
