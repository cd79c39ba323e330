#pragma once

#include <cstdint>
#include <string>

namespace tinytorch {

enum class DeviceType : std::uint8_t { cpu, cuda };
inline constexpr int kDeviceTypes = 2;

/// "cpu" or "cuda".
const char* name(DeviceType type);

/// Where a tensor's elements lie.
struct Device {
  DeviceType type = DeviceType::cpu;
  std::int16_t index = 0;

  static constexpr Device cpu() { return {DeviceType::cpu, 0}; }
  /// @throws ValueError  the index is not in 0 ... 32767
  static Device cuda(int index = 0);

  /// Parses "cpu", "cuda" or "cuda:1".
  /// @throws ValueError  anything else
  static Device parse(const std::string& text);

  bool operator==(const Device&) const = default;
};

/// "cpu" or "cuda:0".
std::string to_string(Device device);

/// How many devices of this type this process can use.
int device_count(DeviceType type);

/// True where a tensor can be made on `device`.
bool is_available(Device device);

/// True where the host only acts as `device`: slow, and good for trying kernels without the hardware.
bool is_emulated(Device device);

/// The fastest device of this machine: the first GPU where there is one, else the CPU.
Device best_device();

/// The name of the hardware behind `device`, for reports: the processor's or the GPU's.
/// @throws DeviceError  the device is not available
std::string describe(Device device);

/// The instruction set that the CPU kernels use: "baseline" (what the compiler assumes for every processor of
/// its kind), "avx2" or "avx512", on Arm "neon". The best that the processor has, unless the environment
/// variable TINYTORCH_ISA names another.
/// @throws ValueError  TINYTORCH_ISA names one that this build or this processor does not have
const char* instruction_set();

/// Why no device of this type can be used and what to do about it; empty where one can.
std::string unavailable_reason(DeviceType type);

}  // namespace tinytorch
