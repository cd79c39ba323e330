#include "core/ops/sort_kernels.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/ops/copy_kernels.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "core/storage.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/dispatch.h"
#include "kernels/math/sort.h"
#include "kernels/order_statistics.h"

// A merge sort of each row, hand-written instead of Thrust's. Thrust sorts one row per call or needs the
// row's index in each key, allocates its own memory, and needs nvcc; this code also runs on the emulated
// device.
namespace tinytorch::cuda {
namespace {

constexpr unsigned kSortChunk = 2 * kThreads;

/// Values, and the index that each of them had in its row.
template <class T>
struct Entries {
  T* value;
  std::int64_t* index;
};

/// Rows of `length` elements, split into chunks.
struct Chunks {
  std::uint64_t total;  // in all rows
  std::uint64_t per_row;
  std::uint64_t length;
};

// Sorts chunks of up to 512 elements in shared memory by a bitonic network (Batcher 1968): two elements per
// thread, blockDim.x threads per chunk, blockDim.y chunks per block. Elements are ordered by value, then by
// position, which makes the network stable, as it is not by itself; positions beyond the row's end come last.
// x is read once, and values and indices are written once: 16 bytes per f32 element.
template <class T, class Before>
__global__ void __launch_bounds__(kThreads) sort_chunks(Chunks chunks, const T* x, Entries<T> to) {
  SHARED(T, values, [kSortChunk]);
  SHARED(std::uint32_t, positions, [kSortChunk]);
  const std::uint32_t size = 2 * blockDim.x;
  T* const value = values + threadIdx.y * size;
  std::uint32_t* const position = positions + threadIdx.y * size;
  const std::uint64_t chunk = std::uint64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  const std::uint64_t row = chunk / chunks.per_row, start = (chunk - row * chunks.per_row) * size;
  const bool exists = within(chunk, chunks.total);
  const std::uint64_t left = exists ? chunks.length - start : 0;
  const std::uint32_t n = left < size ? static_cast<std::uint32_t>(left) : size;
  const std::uint64_t first = row * chunks.length + start;
  for (std::uint32_t i = threadIdx.x; i < size; i += blockDim.x) {
    value[i] = within(i, n) ? x[first + i] : T{};
    position[i] = i;
  }
  const auto comes_first = [&](std::uint32_t a, std::uint32_t b) {
    const std::uint32_t at = position[a], other = position[b];
    if (at >= n || other >= n) return at < other;
    return Before{}(value[a], value[b]) || (!Before{}(value[b], value[a]) && at < other);
  };
  for (std::uint32_t sorted = 2; sorted <= size; sorted *= 2) {
    for (std::uint32_t apart = sorted / 2; apart > 0; apart /= 2) {
      __syncthreads();
      const std::uint32_t a = 2 * threadIdx.x - (threadIdx.x & (apart - 1)), b = a + apart;
      const bool ascending = (a & sorted) == 0;
      if (comes_first(b, a) == ascending) {
        const T other_value = value[b];
        const std::uint32_t other_position = position[b];
        value[b] = value[a];
        position[b] = position[a];
        value[a] = other_value;
        position[a] = other_position;
      }
    }
  }
  __syncthreads();
  for (std::uint32_t i = threadIdx.x; within(i, n); i += blockDim.x) {
    to.value[first + i] = value[i];
    to.index[first + i] = static_cast<std::int64_t>(start + position[i]);
  }
}

/// The number of the n sorted values that come before v or, with `or_equal`, are equal to it.
template <class Before, class T>
__device__ std::uint64_t count_before(const T* values, std::uint64_t n, T v, bool or_equal) {
  std::uint64_t begin = 0, end = n;
  while (begin < end) {
    const std::uint64_t middle = begin + (end - begin) / 2;
    const bool comes_before = or_equal ? !Before{}(v, values[middle]) : Before{}(values[middle], v);
    begin = comes_before ? middle + 1 : begin;
    end = comes_before ? end : middle;
  }
  return begin;
}

// Merges neighbouring sorted runs of each row, one thread per element. An element's new position is its
// position in its own run plus the number of elements before it in the other run, by bisection. Among equal
// elements the left run's come first. Neighbouring threads search for neighbouring values, so that the
// bisections hit the cache: 24 bytes per f32 element from memory in each of log2(length / 512) passes.
template <class T, class Before>
__global__ void __launch_bounds__(kThreads)
    merge_runs(std::uint64_t n, std::uint64_t length, std::uint64_t run, Entries<T> x, Entries<T> to) {
  const std::uint64_t element = std::uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (!within(element, n)) return;
  const std::uint64_t first = element / length * length, at = element - first;
  const std::uint64_t left = at & ~(2 * run - 1), middle = left + run < length ? left + run : length;
  const std::uint64_t right_end = middle + run < length ? middle + run : length;
  const bool in_left = at < middle;
  const T value = x.value[element];
  const T* const row = x.value + first;
  const std::uint64_t others = in_left ? count_before<Before>(row + middle, right_end - middle, value, false)
                                       : count_before<Before>(row + left, middle - left, value, true);
  const std::uint64_t position = first + others + (in_left ? at : left + (at - middle));
  to.value[position] = value;
  to.index[position] = x.index[element];
}

template <class T, class Before>
void sort_rows(const Tensor& x, Tensor& values, Tensor& indices) {
  const OnDevice on(values.device());
  const auto n = static_cast<std::uint64_t>(x.numel()), length = static_cast<std::uint64_t>(x.shape().back());
  const auto chunk = static_cast<unsigned>(std::clamp<std::uint64_t>(std::bit_ceil(length), 2, kSortChunk));
  const std::uint64_t chunks_per_row = (length + chunk - 1) / chunk;
  const Chunks chunks{.total = n / length * chunks_per_row, .per_row = chunks_per_row, .length = length};
  Entries<T> to{static_cast<T*>(values.raw_data()), static_cast<std::int64_t*>(indices.raw_data())};
  // The passes alternate between the results and these buffers, and end in the results.
  const bool merges = chunk < length;
  Storage value_buffer(values.device(), merges ? n * sizeof(T) : 0);
  Storage index_buffer(values.device(), merges ? n * sizeof(std::int64_t) : 0);
  Entries<T> from{reinterpret_cast<T*>(value_buffer.data()),
                  reinterpret_cast<std::int64_t*>(index_buffer.data())};
  const bool odd = std::countr_zero(std::bit_ceil(chunks.per_row)) % 2 != 0;
  if (odd) std::swap(from, to);
  const unsigned width = chunk / 2, height = kThreads / width;
  launch(KERNEL(sort_chunks<T, Before>), blocks_for(static_cast<std::int64_t>(chunks.total), height),
         dim3(width, height), 0, on.stream(), chunks, static_cast<const T*>(x.raw_data()), to);
  for (std::uint64_t run = chunk; run < length; run *= 2) {
    std::swap(from, to);
    launch(KERNEL(merge_runs<T, Before>), blocks_for(x.numel(), kThreads), threads_for(x.numel()), 0,
           on.stream(), n, length, run, from, to);
  }
}

void sort(const Tensor& x, const bool& descending, Tensor& values, Tensor& indices) {
  // The passes need memory for the values, wanted or not.
  Tensor sorted = values.defined() ? values : empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  dispatch_bytes(x.dtype(), [&]<class T>() {
    if (descending) return sort_rows<T, math::Descending>(x, sorted, indices);
    sort_rows<T, math::Ascending>(x, sorted, indices);
  });
}

/// The first elements of the sorted rows: no selection.
void topk(const Tensor& x, const bool& largest, Tensor& values, Tensor& indices) {
  Tensor all_indices = empty(x.shape(), {.dtype = DType::i64, .device = x.device()});
  Tensor all_values = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  sort(x, largest, all_values, all_indices);
  const std::int64_t k = values.shape().back();
  kernels::copy(slice(all_indices, -1, 0, k), indices);
  kernels::copy(slice(all_values, -1, 0, k), values);
}

}  // namespace

void register_sort() {
  kernels::sort.set(DeviceType::cuda, sort);
  kernels::topk.set(DeviceType::cuda, topk);
  kernels::order_statistics.set(DeviceType::cuda, find_order_statistics_by_sort);
}

}  // namespace tinytorch::cuda
