#include "kernels/cpu/loop.h"

#include "kernels/cpu/parallel.h"

namespace tinytorch::cpu {

template <int N>
void run_rows(const Loop<N>& loop, std::int64_t grain, RowFunction<N> function, const void* row) {
  if (loop.rank == 1 && loop.count <= grain) return loop.count > 0 ? function(row, {}, loop.count) : void();
  parallel_for(loop.count, grain, [&](std::int64_t begin, std::int64_t end) {
    walk(loop, begin, end, [&](const Steps<N>& offset, std::int64_t n) { function(row, offset, n); });
  });
}

template void run_rows<1>(const Loop<1>&, std::int64_t, RowFunction<1>, const void*);
template void run_rows<2>(const Loop<2>&, std::int64_t, RowFunction<2>, const void*);
template void run_rows<3>(const Loop<3>&, std::int64_t, RowFunction<3>, const void*);
template void run_rows<4>(const Loop<4>&, std::int64_t, RowFunction<4>, const void*);

}  // namespace tinytorch::cpu
