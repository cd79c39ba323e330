// Training steps whose shapes repeat allocate nothing: what they need is kept from the step before.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <random>

#include <tinytorch/tinytorch.h>

#include "tests/nn/layer_checks.h"
#include "tests/support/memory_caching.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TINYTORCH_COUNTS_ALLOCATIONS 0  // a sanitizer has operators of its own
#else
#define TINYTORCH_COUNTS_ALLOCATIONS 1
#endif

namespace {

std::atomic<std::int64_t> allocations{0};

}  // namespace

#if TINYTORCH_COUNTS_ALLOCATIONS
// Not inlined: g++ would take malloc() and free() for a mismatch with the expressions that call them.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace tinytorch::testing {
namespace {

/// A model with its optimizer and data.
struct XorStep {
  Tensor x = here(Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}),
         y = here(Tensor{{0.0}, {1.0}, {1.0}, {0.0}});
  nn::Sequential model{nn::Dense(2, 4), nn::ReLU(), nn::Dense(4, 1), nn::Sigmoid()};
  nn::MeanSquaredError criterion;
  std::unique_ptr<nn::SGD> optimizer;

  XorStep() {
    model.to(backend());
    optimizer = std::make_unique<nn::SGD>(model.parameters(), nn::SGDOptions{.learning_rate = 0.5});
  }
  void operator()() {
    const Variable loss = criterion(model(Variable(x)), y);
    optimizer->zero_grad();
    loss.backward();
    optimizer->step();
  }
};

/// A small Transformer on sequences of a given length.
struct TransformerStep {
  static constexpr std::int64_t kBatch = 2, kVocabulary = 11;

  nn::GPT model;
  nn::Adam optimizer;
  nn::CrossEntropyLoss criterion;

  TransformerStep()
      : model({.vocabulary = kVocabulary,
               .context = 32,
               .width = 16,
               .heads = 2,
               .layers = 2,
               .device = backend()}),
        optimizer(model.parameters()) {}
  void operator()(std::int64_t length) {
    const Options integers{.dtype = DType::i64, .device = backend()};
    const Variable tokens(zeros({kBatch, length}, integers));
    const Variable logits = reshape(model(tokens), {kBatch * length, kVocabulary});
    const Variable loss = criterion(logits, ones({kBatch * length}, integers));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
};

/// The calls of operator new in ten steps, after some to warm up.
template <class Step>
std::int64_t allocations_of(Step&& step) {
  for (int i = 0; i < 10; ++i) step();
  const std::int64_t before = allocations;
  for (int i = 0; i < 10; ++i) step();
  return allocations - before;
}

class StepAllocations : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TINYTORCH_COUNTS_ALLOCATIONS) GTEST_SKIP() << "sanitizers see each object, as none is kept";
    if (backend().type == DeviceType::cuda) GTEST_SKIP() << "launches allocate on the emulated device";
  }
};

TEST_F(StepAllocations, OfXorAreNone) { EXPECT_EQ(allocations_of(XorStep()), 0); }

TEST_F(StepAllocations, OfATransformerAreNone) {
  const auto step = std::make_shared<TransformerStep>();
  EXPECT_EQ(allocations_of([&] { (*step)(32); }), 0);
}

/// Lets the backend keep free blocks, of which there are none at first.
class OwnMemoryCache {
 public:
  OwnMemoryCache() {
    release_cached_memory(backend());
    reset_peak_memory(backend());
  }
  ~OwnMemoryCache() { release_cached_memory(backend()); }
  OwnMemoryCache(const OwnMemoryCache&) = delete;
  OwnMemoryCache& operator=(const OwnMemoryCache&) = delete;

  static std::size_t held() {
    const MemoryStats stats = memory_stats(backend());
    return stats.in_use + stats.cached;
  }

 private:
  MemoryCaching caching_;
};

TEST(StepMemory, DoesNotGrow) {
  const OwnMemoryCache cache;
  XorStep step;
  for (int i = 0; i < 10; ++i) step();
  const std::size_t after_ten = OwnMemoryCache::held();
  for (std::int64_t i = 0; i < scaled(990); ++i) step();
  EXPECT_EQ(OwnMemoryCache::held(), after_ten);
}

TEST(StepMemory, OfRandomLengthsIsAtMostThreeTenthsMoreThanThePeak) {
  const OwnMemoryCache cache;
  TransformerStep step;
  std::mt19937 random(3);
  std::size_t held = 0;
  for (std::int64_t i = 0; i < scaled(2000); ++i) {
    step(1 + static_cast<std::int64_t>(random() % 32));
    held = std::max(held, OwnMemoryCache::held());
  }
  // On CUDA all of it is in slabs.
  const double slabs = backend().type == DeviceType::cuda ? 16 << 20 : 0;
  EXPECT_LE(static_cast<double>(held), slabs + 1.3 * static_cast<double>(memory_stats(backend()).peak));
}

}  // namespace
}  // namespace tinytorch::testing
