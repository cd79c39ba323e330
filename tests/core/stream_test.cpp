#include "core/stream.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "core/allocator.h"
#include "core/ops/activation.h"
#include "core/ops/arithmetic.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/matmul.h"
#include "core/ops/reduction.h"
#include "tests/support/backend.h"
#include "tests/support/memory_caching.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

constexpr std::int64_t kLength = 1 << 12;

Tensor filled_with(float value) { return full({kLength}, value, {.device = backend()}); }

TEST(Stream, GuardMakesItCurrentAndPutsBackTheOneBefore) {
  const Stream before = Stream::current(backend());
  const Stream other(backend());
  EXPECT_EQ(other.device(), backend());
  EXPECT_FALSE(other == before);
  {
    const StreamGuard guard(other);
    EXPECT_TRUE(Stream::current(backend()) == other);
  }
  EXPECT_TRUE(Stream::current(backend()) == before);
}

TEST(Stream, IsDoneOnceItWasWaitedFor) {
  const Stream stream(backend());
  const StreamGuard guard(stream);
  const Tensor x = filled_with(2) * 3;
  stream.synchronize();
  EXPECT_TRUE(stream.is_done());
  synchronize(backend());
  EXPECT_EQ(sum(x).item(), 6 * kLength);
}

TEST(Stream, WaitedForByTheHostMayBeReadInAnother) {
  const Stream stream(backend());
  Tensor x;
  {
    const StreamGuard guard(stream);
    x = filled_with(3);
  }
  stream.synchronize();
  EXPECT_EQ(sum(x).item(), 3 * kLength);
}

TEST(Event, WaitedForByTheHostMayBeReadInAnotherStream) {
  const Stream stream(backend());
  Tensor x;
  {
    const StreamGuard guard(stream);
    x = filled_with(3);
  }
  Event(stream).synchronize();
  EXPECT_EQ(sum(x).item(), 3 * kLength);
}

TEST(Event, MayBeAskedForWhileOpsGoOn) {
  const Stream stream(backend());
  const StreamGuard guard(stream);
  const Tensor x = filled_with(1) + 1;
  const Event end(stream);
  Tensor y;
  do {
    y = x + 1;
  } while (!end.is_done());
  EXPECT_EQ(sum(y).item(), 3 * kLength);
  while (!stream.is_done()) y = y + 0;
  EXPECT_EQ(sum(y).item(), 3 * kLength);
}

TEST(Event, OrdersTheWorkOfTwoStreams) {
  const Stream first(backend()), second(backend());
  Tensor x, y;
  {
    const StreamGuard guard(first);
    x = filled_with(2) + 1;
  }
  Event(first).wait(second);
  {
    const StreamGuard guard(second);
    y = x * 2;
    EXPECT_EQ(sum(y).item(), 6 * kLength);
  }
  Event(second).wait(Stream::current(backend()));
}

TEST(Event, IsDoneAfterItsWorkAndMeasuresTime) {
  const Stream stream(backend());
  const StreamGuard guard(stream);
  const Event start(stream);
  const Tensor x = filled_with(1) + 1;
  Event end(stream);
  end.synchronize();
  EXPECT_TRUE(end.is_done());
  EXPECT_GE(end.milliseconds_since(start), 0.0);
  const Event moved = std::move(end);
  EXPECT_TRUE(moved.is_done());
  EXPECT_EQ(sum(x).item(), 2 * kLength);
}

// The second stream gets the block of `x`, which the first may still be reading.
TEST(Memory, UsedAgainInAnotherStreamWaitsForTheOneItWasMadeIn) {
  const MemoryCaching caching;
  const Stream first(backend());
  Tensor y;
  {
    const StreamGuard guard(first);
    const Tensor x = filled_with(2);
    y = x + 1;
  }
  const Tensor other = filled_with(7);
  EXPECT_EQ(sum(other).item(), 7 * kLength);
  Event(first).wait(Stream::current(backend()));
  EXPECT_EQ(sum(y).item(), 3 * kLength);
}

TEST(Memory, UsedAgainInAnotherStreamWaitsForTheOneItWasFreedIn) {
  const MemoryCaching caching;
  const Stream first(backend()), second(backend());
  Tensor x, y;
  {
    const StreamGuard guard(first);
    x = filled_with(2);
  }
  {
    Event(first).wait(second);
    const StreamGuard guard(second);
    y = x + 1;
    x = Tensor();  // while the second stream may still be reading it
  }
  {
    const StreamGuard guard(first);
    EXPECT_EQ(sum(filled_with(7)).item(), 7 * kLength);
  }
  Event(second).wait(Stream::current(backend()));
  EXPECT_EQ(sum(y).item(), 3 * kLength);
}

// The block of `whole` is made of those of `a` and `b`, in which two streams may still be writing.
TEST(Memory, UsedAgainAsPartOfALargerBlockWaitsForAllItsStreams) {
  const MemoryCaching caching;
  release_cached_memory(backend());
  empty({2 * kLength}, {.device = backend()});  // so that a and b are neighbors
  const Stream first(backend()), second(backend());
  {
    const StreamGuard guard(first);
    const Tensor a = filled_with(2) + 1;
  }
  {
    const StreamGuard guard(second);
    const Tensor b = filled_with(3) + 1;
  }
  const Tensor whole = full({2 * kLength}, 7.0, {.dtype = DType::f32, .device = backend()});
  EXPECT_EQ(sum(whole).item(), 7 * 2 * kLength);
}

TEST(Memory, OutlivesTheStreamThatItWasMadeIn) {
  const MemoryCaching caching;
  Tensor x;
  {
    const Stream passing(backend());
    const StreamGuard guard(passing);
    x = filled_with(2);
  }
  EXPECT_EQ(sum(x).item(), 2 * kLength);
  x = Tensor();
  EXPECT_EQ(sum(filled_with(5)).item(), 5 * kLength);
}

TEST(Threads, WorkEachInAStreamOfItsOwn) {
  const MemoryCaching caching;
  const auto work = [](float value) {
    for (int round = 0; round < 20; ++round) {
      const Stream own(backend());
      const StreamGuard guard(own);
      const Tensor x = full({16, 8}, value).to(backend()), weight = ones({4, 8}, {.device = backend()});
      const Tensor y = linear(x, weight, zeros({4}, {.device = backend()}), Activation::relu);
      EXPECT_EQ(sum(softmax(y, 0) * y).item(), 4 * 8 * value);
    }
  };
  std::thread first(work, 1.0f), second(work, 2.0f);
  first.join();
  second.join();
}

TEST(Copy, ToTheDeviceLeavesItsSourceFree) {
  Tensor x = full({kLength}, 1.0);
  const Tensor y = x.to(backend()) + 0;
  fill(x, 9.0);
  EXPECT_EQ(sum(y).item(), kLength);
}

TEST(Copy, OfATransposedMatrixReadsNothingBehindIt) {
  const Tensor x = reshape(arange(37 * 45), {37, 45});
  EXPECT_TENSOR_EQ(contiguous(transpose(x.to(backend()))), transpose(x));
}

TEST(Copy, OfManyBuffersGoesUpAndDownUnchanged) {
  // More than the staging ring has room for, and not a multiple of its buffers.
  const Tensor x = arange((std::int64_t{3} << 20) + 12345, {.dtype = DType::i32});
  for (int round = 0; round < 2; ++round) EXPECT_TRUE(equal(x.to(backend()).to(Device::cpu()), x));
}

TEST(Copy, BetweenDevicesTakesEveryLayoutAndType) {
  const Tensor x = reshape(arange(2 * 3 * 4), {2, 3, 4});
  for (const Tensor& view : {x, transpose(x), slice(x, 2, 1, 4, 2), expand(slice(x, 1, 0, 1), {2, 5, 4})}) {
    EXPECT_TENSOR_EQ(view.to(backend()), view);
    EXPECT_TENSOR_EQ(view.to({.dtype = DType::f32, .device = backend()}).to(Device::cpu()),
                     view.to(DType::f32));
    Tensor target = zeros({4, 5, 6}, {.device = backend()});
    Tensor part =
        transpose(slice(slice(slice(target, 0, 0, view.size(2)), 1, 0, view.size(1)), 2, 0, 2), 0, 2);
    assign(part, view);
    EXPECT_TENSOR_EQ(part, view.to(DType::f32));
  }
}

}  // namespace
}  // namespace tinytorch::testing
