#include "core/stream.h"

#include <utility>

#include "core/internal/backend.h"
#include "core/internal/format.h"

namespace tinytorch {

namespace {

void require_same(const char* rule, Device a, Device b, bool same) {
  if (!same) fail<DeviceError>("event", "{}: one is on {}, the other on {}", rule, a, b);
}

}  // namespace

Stream::Stream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
Stream::Stream(Device device) : Stream(backend_of(device).make_stream(device.index)) {}
Stream Stream::current(Device device) { return Stream(backend_of(device).current_stream(device.index)); }

Device Stream::device() const { return state_->device(); }
void Stream::synchronize() const { state_->synchronize(); }
bool Stream::is_done() const { return state_->is_done(); }

Event::Event(const Stream& stream)
    : device_(stream.device()), state_(backend_of(device_).make_event(device_.index)) {
  state_->record(*stream.state_);
}
Event::~Event() = default;
Event::Event(Event&&) noexcept = default;
Event& Event::operator=(Event&&) noexcept = default;

void Event::wait(const Stream& stream) const {
  require_same("a stream waits for events of its own type of device", device_, stream.device(),
               device_.type == stream.device().type);
  state_->wait(*stream.state_);
}
void Event::synchronize() const { state_->synchronize(); }
bool Event::is_done() const { return state_->is_done(); }

double Event::milliseconds_since(const Event& start) const {
  require_same("time is measured between events of one device", start.device_, device_,
               device_ == start.device_);
  start.synchronize();
  synchronize();
  return state_->milliseconds_since(*start.state_);
}

StreamGuard::StreamGuard(const Stream& stream)
    : current_(stream), previous_(Stream::current(stream.device())) {
  backend_of(current_.device()).set_current_stream(*current_.state_);
}
StreamGuard::~StreamGuard() { backend_of(previous_.device()).set_current_stream(*previous_.state_); }

void synchronize(Device device) { backend_of(device).synchronize(device.index); }

}  // namespace tinytorch
