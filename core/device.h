#pragma once

#include <cstdint>
#include <string>

namespace tinytorch {

/// The types of devices.
enum class DeviceType : std::uint8_t { cpu, cuda };
inline constexpr int kDeviceTypes = 2;

/// The name of a device type: "cpu" or "cuda".
const char* name(DeviceType type);

/// The device that a tensor's elements are on.
/// ```cpp
/// const Tensor x = zeros({2, 3}, {.device = best_device()});
/// std::cout << to_string(x.device());  // cpu, or cuda:0 where there is a GPU
/// ```
struct Device {
  DeviceType type = DeviceType::cpu;
  std::int16_t index = 0;

  /// The CPU.
  static constexpr Device cpu() { return {DeviceType::cpu, 0}; }
  /// The GPU of this index.
  /// @throws ValueError  the index is not in [0, 32767]
  static Device cuda(int index = 0);

  /// Parses "cpu", "cuda" or "cuda:1".
  /// @throws ValueError  any other text
  static Device parse(const std::string& text);

  bool operator==(const Device&) const = default;
};

/// The name of a device: "cpu" or "cuda:0".
std::string to_string(Device device);

/// The number of devices of this type that the process can use.
int device_count(DeviceType type);

/// True if tensors can be made on `device`.
bool is_available(Device device);

/// True if the host emulates `device`: slowly, for the development of kernels without the hardware.
bool is_emulated(Device device);

/// The fastest device of this machine: the first GPU, or the CPU if there is none.
Device best_device();

/// The name of the hardware, for reports: the model of the processor or GPU.
/// @throws DeviceError  the device is not available
std::string describe(Device device);

/// The instruction set that the CPU kernels use: "baseline" (what the compiler assumes for every processor of
/// its kind), "avx2" or "avx512", on Arm "neon". The best that the processor has, unless the environment
/// variable TINYTORCH_ISA names another.
/// @throws ValueError  TINYTORCH_ISA names one that this build or this processor does not have
const char* instruction_set();

/// The reason why no device of this type can be used, with what to do about it; empty if one can.
std::string unavailable_reason(DeviceType type);

}  // namespace tinytorch
