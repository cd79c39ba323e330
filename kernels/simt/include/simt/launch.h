#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "simt/kernel_interface.h"
#include "simt/runtime_types.h"

namespace simt {

/// ThreadSanitizer ignores the memory accesses of the calling thread between these.
#ifdef __SANITIZE_THREAD__
void begin_ignored_by_tsan();
void end_ignored_by_tsan();
#else
inline void begin_ignored_by_tsan() {}
inline void end_ignored_by_tsan() {}
#endif

template <class F, class... P>
struct KernelCall {
  F function;
  std::tuple<P...>* values;

  // Each thread copies the arguments, as on a GPU. ThreadSanitizer must not see it read the originals: they
  // are on the host's stack, which is reused before the host knows that the kernel is done.
  static void run(void* call) {
    begin_ignored_by_tsan();
    const KernelCall self = *static_cast<const KernelCall*>(call);
    std::tuple<P...> copy = *self.values;
    end_ignored_by_tsan();
    self.call(std::move(copy), std::index_sequence_for<P...>());
  }

  // Not std::apply, which would add four frames to every report.
  template <std::size_t... i>
  void call([[maybe_unused]] std::tuple<P...>&& arguments, std::index_sequence<i...>) const {
    function(static_cast<P&&>(std::get<i>(arguments))...);
  }
};

/// Launches function(values...). simt::launch_kernel() of simt_portable.h is the same call for GPUs too.
template <class... P>
cudaError_t launch(const char* name, void (*function)(P...), dim3 grid, dim3 block, std::size_t shared_bytes,
                   cudaStream_t stream, std::tuple<P...>& values) {
  using Call = KernelCall<void (*)(P...), P...>;
  Call call{function, &values};
  return launch_grid(name, grid, block, shared_bytes, stream, {Call::run, &call});
}

struct Configuration {
  dim3 grid, block;
  std::size_t shared_bytes;
  cudaStream_t stream;
};
/// What stands between <<< and >>>.
inline Configuration configuration(dim3 grid, dim3 block, std::size_t shared_bytes = 0,
                                   cudaStream_t stream = nullptr) {
  return {grid, block, shared_bytes, stream};
}

/// Launches call(arguments...): what translate() makes of name<<<...>>>(arguments...). cudaGetLastError() has
/// its error.
template <class F, class... Args>
void launch_call(const char* name, const F& function, const Configuration& at, Args&&... arguments) {
  std::tuple<std::decay_t<Args>...> values(std::forward<Args>(arguments)...);
  using Call = KernelCall<F, std::decay_t<Args>...>;
  Call call{function, &values};
  launch_grid(name, at.grid, at.block, at.shared_bytes, at.stream, {Call::run, &call});
}

}  // namespace simt
