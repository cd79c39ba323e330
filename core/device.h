#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace tinytorch {

/// The types of devices.
enum class DeviceType : std::uint8_t { cpu, cuda };
/// The number of device types.
inline constexpr int kDeviceTypes = 2;

/// The name of a device type: "cpu" or "cuda".
const char* name(DeviceType type);

/// The device that a tensor's elements are on: a type and an index.
/// ```cpp
/// const Tensor x = zeros({2, 3}, {.device = best_device()});
/// std::cout << x.device();  // cpu, or cuda:0 where there is a GPU
/// ```
struct Device {
  DeviceType type = DeviceType::cpu;
  std::int16_t index = 0;

  /// The CPU.
  static constexpr Device cpu() { return {DeviceType::cpu, 0}; }
  /// The GPU with this index.
  /// @throws ValueError  the index is not in [0, 32767]
  static Device cuda(int index = 0);

  /// Parses "cpu", "cuda" or "cuda:1".
  /// @throws ValueError  any other text
  static Device parse(const std::string& text);

  bool operator==(const Device&) const = default;
};

/// The name of a device: "cpu" or "cuda:0".
std::string to_string(Device device);
/// Prints to_string(device).
std::ostream& operator<<(std::ostream& out, Device device);

/// The number of devices of this type that the process can use.
int device_count(DeviceType type);

/// True if tensors can be created on `device`.
bool is_available(Device device);

/// True if `device` is emulated on the host. Emulation is slow; it is for developing kernels without a GPU.
bool is_emulated(Device device);

/// The first GPU, or the CPU if there is none. An emulated device does not count as a GPU.
Device best_device();

/// The name of the hardware, for reports: the model of the processor or GPU.
/// @throws DeviceError  the device is not available
std::string describe(Device device);

/// The instruction set that the CPU kernels use: "baseline" (what the compiler assumes for every processor of
/// the architecture), "avx2" or "avx512"; on Arm "neon". It is the best one that the processor supports,
/// unless the environment variable TINYTORCH_ISA names another.
/// @throws ValueError  TINYTORCH_ISA names one that this build or this processor does not have
const char* instruction_set();

/// Why no device of this type is available, and what to do about it; empty if one is available.
std::string unavailable_reason(DeviceType type);

}  // namespace tinytorch
