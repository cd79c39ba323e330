// Child processes that use tensors after their parent did.
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "autograd/ops.h"
#include "core/ops/convolution.h"
#include "core/ops/creation.h"
#include "core/ops/math.h"
#include "core/ops/matmul.h"
#include "core/ops/random.h"
#include "core/ops/reduction.h"
#include "core/profiler.h"
#include "core/stream.h"
#include "nn/normalization.h"
#include "tests/support/backend.h"
#include "tests/support/profiles.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

/// What f returns, or the message of its exception, in a child process; or how the child ended if it took
/// more than a minute or died.
std::string in_child(const std::function<std::string()>& f) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    std::string text;
    try {
      text = f();
    } catch (const std::exception& error) {
      text = error.what();
    }
    const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) : text;
}

/// Elementwise ops, a reduction and a product, each large enough for two threads where there are some.
std::string computed() {
  const std::int64_t n = is_emulated(backend()) ? 8 : 512;
  const Tensor x = full({n, n}, 0.01, {.device = backend()});
  return to_string(on_threads(2, [&] { return sum(matmul(exp(x), x)); }));
}

TEST(Fork, ChildComputesAsItsParentDidOrSaysThatItCannotUseCuda) {
  const std::string wanted = computed();
  const std::string refused =
      "[full] this process was forked after its parent had initialized CUDA, which does not work in it; "
      "start a "
      "program with exec() or posix_spawn() instead, or fork before the parent's first op";
  EXPECT_EQ(in_child(computed), backend() == Device::cpu() ? wanted : refused);
  EXPECT_EQ(computed(), wanted);  // in the parent
}

TEST(Fork, ChildMayNotWaitForWorkOfItsParent) {
  computed();
  const Stream stream = Stream::current(backend());
  const Event event(stream);
  const std::string refused = "[cuda] this process was forked after its parent had initialized CUDA";
  for (const auto& wait : std::vector<std::function<void()>>{
           [&] { event.synchronize(); }, [&] { event.is_done(); }, [&] { event.wait(stream); },
           [&] { stream.synchronize(); }, [&] { Event{stream}; }, [&] { Stream{backend()}; }}) {
    const std::string child = in_child([&] {
      wait();
      return std::string("done");
    });
    EXPECT_EQ(child.substr(0, refused.size()), backend() == Device::cpu() ? "done" : refused);
  }
}

TEST(Fork, ChildMayDestroyTensorsAndUseTheCpu) {
  computed();
  Tensor x = ones({3}, {.device = backend()});
  const std::string child = in_child([&] {
    x = Tensor();
    return to_string(sum(ones({3})));
  });
  EXPECT_EQ(child, "3.0");
}

// ThreadSanitizer forks slowly.
#ifdef __SANITIZE_THREAD__
constexpr std::int64_t kChildren = 20;
#else
constexpr std::int64_t kChildren = 100;
#endif

/// Forks while another thread calls busy() again and again: f gives `wanted` in each child.
void expect_in_children(const std::string& wanted, const std::function<std::string()>& f,
                        const std::function<void()>& busy) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer's own allocator may be locked by the other thread";
#endif
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) busy();
  });
  std::string child = wanted;
  for (std::int64_t i = 0; i < kChildren && child == wanted; ++i) child = in_child(f);
  done = true;
  other.join();
  EXPECT_EQ(child, wanted);
}

TEST(Fork, ChildMayAllocateWhileAnotherThreadDid) {
  expect_in_children(
      "3.0", [] { return to_string(sum(ones({3}))); }, [] { ones({16}); });
}

TEST(Fork, ChildMayDestroyATensorWhileAnotherThreadAllocated) {
  Tensor x = ones({3}, {.device = backend()});
  const auto destroy = [&] {
    x = Tensor();
    return std::string("destroyed");
  };
  expect_in_children("destroyed", destroy, [] { empty({16}, {.device = backend()}); });
}

TEST(Fork, ChildMayDrawWhileAnotherThreadDid) {
  Generator generator;
  const auto draw = [&] {
    generator.seed(7);
    return std::to_string(generator.advance(1).seed);
  };
  expect_in_children("7", draw, [&] { generator.advance(1); });
}

TEST(Fork, ChildMayDifferentiateWhileAnotherThreadDid) {
  const Variable shared = variable(ones({3}));
  const auto differentiate = [] {
    const Variable x = variable(ones({3}));
    for (int i = 0; i < 2; ++i) sum(x).backward();
    return to_string(x.grad());
  };
  expect_in_children(differentiate(), differentiate, [&] { sum(shared).backward(); });
}

TEST(Fork, ChildMayConvolveWhileAnotherThreadDid) {
  const Tensor x = ones({1, 8, 6, 6}), weight = ones({8, 8, 3, 3});
  const auto convolve = [&] { return to_string(sum(conv2d(x, weight))); };
  expect_in_children(convolve(), convolve, [&] { conv2d(x, weight); });
}

TEST(Fork, ChildMayNormalizeWhileAnotherThreadDid) {
  const nn::BatchNorm1D layer(2);
  const Tensor x{{1.0, 2.0}, {3.0, 4.0}};
  const auto normalize = [&] { return to_string(layer(x)); };
  expect_in_children(normalize(), normalize, [&] { layer(x); });
}

TEST(Fork, ChildMayStopAProfilerWhileAnotherThreadRecorded) {
  Profiler profiler;
  const auto record = [&] {
    const ProfileScope scope("child");
    ones({3});
    return std::string(row_of(profiler.stop(), ScopeKind::op, "ones").calls > 0 ? "recorded" : "nothing");
  };
  expect_in_children("recorded", record, [] { ones({16}); });
}

}  // namespace
}  // namespace tinytorch::testing
