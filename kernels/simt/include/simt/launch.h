#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "simt/kernel_interface.h"
#include "simt/runtime_types.h"

namespace simt {

/// ThreadSanitizer does not look at what the calling thread does between these.
#ifdef __SANITIZE_THREAD__
void begin_unwatched();
void end_unwatched();
#else
inline void begin_unwatched() {}
inline void end_unwatched() {}
#endif

template <class... P>
struct KernelCall {
  void (*function)(P...);
  std::tuple<P...>* values;

  // Each thread takes its own copy of the arguments, as on a GPU. ThreadSanitizer must not see it read the
  // host's: the host's stack is used again before the host knows that the kernel is done.
  static void run(void* call) {
    begin_unwatched();
    const KernelCall self = *static_cast<const KernelCall*>(call);
    std::tuple<P...> mine = *self.values;
    end_unwatched();
    self.call(std::move(mine), std::index_sequence_for<P...>());
  }

  // Not std::apply, of which every report would show four calls.
  template <std::size_t... i>
  void call([[maybe_unused]] std::tuple<P...>&& mine, std::index_sequence<i...>) const {
    function(static_cast<P&&>(std::get<i>(mine))...);
  }
};

/// Launches function(values...): what tinytorch::cuda::launch does with a kernel on this device.
template <class... P>
cudaError_t launch(const char* name, void (*function)(P...), dim3 grid, dim3 block, std::size_t shared_bytes,
                   cudaStream_t stream, std::tuple<P...>& values) {
  KernelCall<P...> call{function, &values};
  return launch_grid(name, grid, block, shared_bytes, stream, {KernelCall<P...>::run, &call});
}

}  // namespace simt
