#pragma once

#include <memory>
#include <string>

#include "core/allocator.h"
#include "core/device.h"

namespace tinytorch {

/// The state of a Stream: a queue of work on a device.
class StreamState : public std::enable_shared_from_this<StreamState> {
 public:
  explicit StreamState(Device device) : device_(device) {}
  virtual ~StreamState() = default;
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;

  Device device() const { return device_; }
  /// Blocks the host until all work enqueued so far is done.
  virtual void synchronize() = 0;
  virtual bool is_done() = 0;

 private:
  Device device_;
};

/// The state of an Event: a marker in a stream of its device.
class EventState {
 public:
  virtual ~EventState() = default;
  /// Sets the marker at the end of `stream`.
  virtual void record(StreamState& stream) = 0;
  /// Makes all work that is enqueued in `stream` from now on wait for the event.
  virtual void wait(StreamState& stream) = 0;
  virtual void synchronize() = 0;
  virtual bool is_done() = 0;
  /// The time from `start`, another event of this backend, to this one; both are done.
  virtual double milliseconds_since(EventState& start) = 0;
};

/// The interface of a device type to core, besides its kernels. There is one object for each type, which
/// lives until the process ends. Every index is below count().
class Backend {
 public:
  virtual ~Backend() = default;

  /// The number of devices that can be used; 0 if this machine or build has none.
  virtual int count() const = 0;
  /// The reason why count() is 0, with what to do about it.
  virtual std::string unavailable_reason() const = 0;
  /// The name of the hardware.
  virtual std::string describe(int index) const = 0;
  /// True if the host emulates the device.
  virtual bool is_emulated() const { return false; }
  virtual Allocator& allocator(int index) = 0;

  virtual std::shared_ptr<StreamState> make_stream(int index) = 0;
  virtual std::unique_ptr<EventState> make_event(int index) = 0;
  /// The calling thread's current stream on the device.
  virtual std::shared_ptr<StreamState> current_stream(int index) = 0;
  /// Sets the calling thread's current stream. The caller keeps it alive as long as it is current.
  virtual void set_current_stream(StreamState& stream) = 0;
  /// Blocks the host until all work on the device is done.
  virtual void synchronize(int index) = 0;

  /// Copies bytes between the host and one of these devices, or between two of them, in the order of the
  /// current streams. The host's memory can be read, changed or freed as soon as the call returns.
  virtual void copy(const void* from, Device from_device, void* to, Device to_device, std::size_t bytes) = 0;
};

/// Registers the backend of a device type. Called by register_all_kernels().
void register_backend(DeviceType type, Backend& backend);

/// Says what instruction_set() returns. Called by register_all_kernels().
void set_instruction_set(const char* name);

/// The backend of a device.
/// @throws DeviceError  the device is not available
Backend& backend_of(Device device);

}  // namespace tinytorch
