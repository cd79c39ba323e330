#include "kernels/cpu/inner_loops.h"

#include "kernels/cpu/parallel.h"

namespace tinytorch::cpu {

template <int N>
void run_inner_loops(const IterationSpace<N>& space, std::int64_t grain, InnerLoopFunction<N> function,
                     const void* context) {
  if (space.rank == 1 && space.numel <= grain)
    return space.numel > 0 ? function(context, {}, space.numel) : void();
  parallel_for(space.numel, grain, [&](std::int64_t begin, std::int64_t end) {
    for_each_inner_loop(space, begin, end,
                        [&](const PerOperand<N>& offset, std::int64_t n) { function(context, offset, n); });
  });
}

template void run_inner_loops<1>(const IterationSpace<1>&, std::int64_t, InnerLoopFunction<1>, const void*);
template void run_inner_loops<2>(const IterationSpace<2>&, std::int64_t, InnerLoopFunction<2>, const void*);
template void run_inner_loops<3>(const IterationSpace<3>&, std::int64_t, InnerLoopFunction<3>, const void*);
template void run_inner_loops<4>(const IterationSpace<4>&, std::int64_t, InnerLoopFunction<4>, const void*);

}  // namespace tinytorch::cpu
