#pragma once

#include <memory>
#include <string>

#include "core/allocator.h"
#include "core/device.h"

namespace tinytorch {

/// What a Stream holds: a queue of work on a device.
class StreamState : public std::enable_shared_from_this<StreamState> {
 public:
  explicit StreamState(Device device) : device_(device) {}
  virtual ~StreamState() = default;
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;

  Device device() const { return device_; }
  /// Waits for all that was put in.
  virtual void synchronize() = 0;
  virtual bool is_done() = 0;

 private:
  Device device_;
};

/// What an Event holds: a place in a queue of its device.
class EventState {
 public:
  virtual ~EventState() = default;
  virtual void record(StreamState& stream) = 0;
  /// Makes what is put into `stream` from now on wait for the place.
  virtual void hold(StreamState& stream) = 0;
  virtual void synchronize() = 0;
  virtual bool is_done() = 0;
  /// From the place of `start`, another event of this backend, to this one; both are done.
  virtual double milliseconds_since(EventState& start) = 0;
};

/// What core must know of a type of device besides its kernels. One object a type, alive until the process
/// ends. Every index is below count().
class Backend {
 public:
  virtual ~Backend() = default;

  /// How many devices can be used; 0 if this machine or this build has none.
  virtual int count() const = 0;
  /// Why count() is 0 and what to do about it.
  virtual std::string unavailable_reason() const = 0;
  /// The name of the hardware.
  virtual std::string describe(int index) const = 0;
  /// Whether the host only acts as such a device.
  virtual bool is_emulated() const { return false; }
  virtual Allocator& allocator(int index) = 0;

  virtual std::shared_ptr<StreamState> make_stream(int index) = 0;
  virtual std::unique_ptr<EventState> make_event(int index) = 0;
  /// The stream that the calling thread's work on the device goes to.
  virtual std::shared_ptr<StreamState> current_stream(int index) = 0;
  /// The caller keeps the stream alive as long as it is current.
  virtual void set_current_stream(StreamState& stream) = 0;
  /// Waits for all work on the device.
  virtual void synchronize(int index) = 0;

  /// Copies bytes between the host and one of these devices, or between two of these, in the order of the
  /// current streams. The host's memory may be read, changed or freed as soon as this returns.
  virtual void copy(const void* from, Device from_device, void* to, Device to_device, std::size_t bytes) = 0;
};

/// Puts in the backend of a type of device. Called by register_all_kernels().
void register_backend(DeviceType type, Backend& backend);

/// Says what instruction_set() returns. Called by register_all_kernels().
void set_instruction_set(const char* name);

/// The backend of a device.
/// @throws DeviceError  the device is not available
Backend& backend_of(Device device);

}  // namespace tinytorch
