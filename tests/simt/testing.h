#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <initializer_list>
#include <vector>

#include "kernels/simt/executor/options.h"
#include "kernels/simt/portable/simt_portable.h"
#include "simt/fault.h"

namespace simt {

/// An array on the device.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t size) : size_(size) { cudaMalloc(&data_, size * sizeof(T)); }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice);
  }
  DeviceArray(std::initializer_list<T> values) : DeviceArray(std::vector<T>(values)) {}
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return data_; }
  std::vector<T> values() const {
    std::vector<T> values(size_);
    cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost);
    return values;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

/// Sets the device's options for the scope.
class WithOptions {
 public:
  explicit WithOptions(const Options& wanted) : before_(options()) { options() = wanted; }
  ~WithOptions() { options() = before_; }
  WithOptions(const WithOptions&) = delete;
  WithOptions& operator=(const WithOptions&) = delete;

 private:
  Options before_;
};

/// The current options with this order.
inline Options in_order(Order order) {
  Options changed = options();
  changed.order = order;
  return changed;
}

/// The three orders (shuffled with four seeds), each with one worker and with three.
inline std::vector<Options> schedules() {
  std::vector<Options> all;
  for (const int workers : {1, 3}) {
    for (const Order order : {Order::forward, Order::reverse, Order::shuffled}) {
      for (unsigned seed = 1; seed <= (order == Order::shuffled ? 4U : 1U); ++seed) {
        Options schedule = in_order(order);
        schedule.workers = workers;
        schedule.seed = seed;
        all.push_back(schedule);
      }
    }
  }
  return all;
}

}  // namespace simt
