#include "core/device.h"

#include <array>
#include <charconv>
#include <limits>
#include <ostream>

#include "core/internal/backend.h"
#include "core/internal/cpu_backend.h"
#include "core/internal/format.h"
#include "core/kernel.h"

namespace tinytorch {

namespace {

std::array<Backend*, kDeviceTypes>& backends() {
  static std::array<Backend*, kDeviceTypes> table{&cpu_backend()};
  return table;
}

Backend& backend(DeviceType type) {
  // The CPU backend must not wait for registration, which makes tensors itself.
  if (type != DeviceType::cpu) ensure_registered();
  return *backends()[static_cast<std::size_t>(type)];
}

const char* chosen_instruction_set = "";

}  // namespace

Backend& backend_of(Device device) {
  Backend& found = backend(device.type);
  if (found.count() == 0) fail<DeviceError>(name(device.type), "{}", found.unavailable_reason());
  if (device.index < 0 || device.index >= found.count()) {
    fail<DeviceError>(name(device.type), "there is no {}; this machine has {} of them, numbered from 0",
                      device, found.count());
  }
  return found;
}

void register_backend(DeviceType type, Backend& backend) {
  backends()[static_cast<std::size_t>(type)] = &backend;
}

void set_instruction_set(const char* name) { chosen_instruction_set = name; }

const char* instruction_set() {
  ensure_registered();
  return chosen_instruction_set;
}

const char* name(DeviceType type) { return type == DeviceType::cpu ? "cpu" : "cuda"; }

std::string to_string(Device device) {
  return device.type == DeviceType::cpu ? name(device.type)
                                        : fmt::format("{}:{}", name(device.type), device.index);
}

std::ostream& operator<<(std::ostream& out, Device device) { return out << to_string(device); }

Device Device::cuda(int index) {
  if (index < 0 || index > std::numeric_limits<std::int16_t>::max()) {
    fail<ValueError>("device", "{} is not a valid device index", index);
  }
  return {DeviceType::cuda, static_cast<std::int16_t>(index)};
}

Device Device::parse(const std::string& text) {
  if (text == "cpu") return cpu();
  if (text == "cuda") return cuda();
  if (text.starts_with("cuda:")) {
    std::int16_t index = -1;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + 5, end, index);
    if (error == std::errc() && rest == end && index >= 0) return cuda(index);
  }
  fail<ValueError>("device", "\"{}\" is not a device; write \"cpu\", \"cuda\" or \"cuda:1\"", text);
}

int device_count(DeviceType type) { return backend(type).count(); }

bool is_available(Device device) { return device.index >= 0 && device.index < device_count(device.type); }

bool is_emulated(Device device) { return backend(device.type).is_emulated(); }

Device best_device() {
  const Device gpu = Device::cuda();
  return is_available(gpu) && !is_emulated(gpu) ? gpu : Device::cpu();
}

std::string describe(Device device) { return backend_of(device).describe(device.index); }

std::string unavailable_reason(DeviceType type) {
  Backend& found = backend(type);
  return found.count() > 0 ? "" : found.unavailable_reason();
}

Allocator& allocator(Device device) {
  static Allocator& cpu = cpu_backend().allocator(0);
  return device == Device::cpu() ? cpu : backend_of(device).allocator(device.index);
}

}  // namespace tinytorch
