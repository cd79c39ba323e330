#pragma once

#include <memory>

#include "core/device.h"

namespace tinytorch {

class StreamState;
class EventState;
class Event;

/// A queue of work on a device. What one stream holds runs in its order; what two hold may run at the same
/// time, unless an Event orders it. Ops put their work into the calling thread's current stream and return.
/// On the CPU, whose ops are done when they return, every stream is always done.
///
///     Stream copies(Device::cuda());
///     Tensor copied;
///     {
///       StreamGuard guard(copies);
///       copied = batch.to(Device::cuda());     // goes on beside the work of the usual stream
///     }
///     Event(copies).hold(Stream::current(Device::cuda()));   // what follows waits for the copy
///     next = copied;     // not within the guard, where the tensor that `next` held would count as dropped
///
/// A tensor's memory is used again once it is dropped: work on it in a stream other than the one it was made
/// in, and the one that is current when it is dropped, must be waited for before.
class Stream {
 public:
  /// A new stream. @throws DeviceError  the device is not available
  explicit Stream(Device device);
  /// The stream that the calling thread's work on `device` goes to.
  static Stream current(Device device);

  Device device() const;
  /// Waits until all that was put in so far is done.
  /// @throws CudaError  some of it failed
  void synchronize() const;
  bool is_done() const;
  bool operator==(const Stream&) const = default;

 private:
  friend class Event;
  friend class StreamGuard;
  explicit Stream(std::shared_ptr<StreamState> state);

  std::shared_ptr<StreamState> state_;
};

/// The place that a stream had reached when this was made.
class Event {
 public:
  explicit Event(const Stream& stream);
  ~Event();
  Event(Event&&) noexcept;
  Event& operator=(Event&&) noexcept;

  /// Makes what is put into `stream` from now on wait until this place is reached.
  /// @throws DeviceError  the stream is on another type of device
  void hold(const Stream& stream) const;
  /// Waits until this place is reached.
  void synchronize() const;
  bool is_done() const;
  /// The time from `start` to this event; waits for both.
  /// @throws DeviceError  the events are of different devices
  double milliseconds_since(const Event& start) const;

 private:
  Device device_;
  std::unique_ptr<EventState> state_;
};

/// Makes a stream its device's current one for this thread, as long as it lives.
class StreamGuard {
 public:
  explicit StreamGuard(const Stream& stream);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

 private:
  Stream current_;
  Stream before_;
};

/// Waits until all work on `device` is done.
/// @throws DeviceError  the device is not available. CudaError  some of it failed
void synchronize(Device device);

}  // namespace tinytorch
