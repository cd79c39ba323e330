// Random programs: compares the backend under test with the CPU, f32 with f64, and gradients with finite
// differences. TINYTORCH_FUZZ_PROGRAMS sets the number of programs, TINYTORCH_FUZZ_SEED the first seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/elementwise_kernels.h"
#include "core/ops/internal/elementwise.h"
#include "core/ops/math_kernels.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/generate.h"
#include "tests/fuzz/ops.h"
#include "tests/fuzz/shrink.h"
#include "tests/support/backend.h"

namespace tinytorch::fuzz {
namespace {

using tinytorch::testing::backend;

std::uint64_t setting(const char* name, std::uint64_t default_value) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : default_value;
}

/// Sanitizers take ten to a hundred times as long.
#if defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kPrograms = 100;
#elif defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kPrograms = 1000;
#else
constexpr std::uint64_t kPrograms = 10'000;
#endif

bool fails(const Program& program) {
  try {
    return !difference(program, backend()).empty();
  } catch (const Error&) {
    return false;
  }
}

/// Shrinks a failing program and describes the result.
std::string report(const Program& program, std::uint64_t seed) {
  const Program small = shrink(program, fails);
  return "program " + std::to_string(seed) + " fails; the smallest found is\n" + to_string(small) + "where " +
         difference(small, backend());
}

TEST(Fuzz, ProgramsAgree) {
  const std::uint64_t first = setting("TINYTORCH_FUZZ_SEED", 1),
                      programs = setting("TINYTORCH_FUZZ_PROGRAMS", kPrograms);
  ASSERT_GT(programs, 0);
  std::size_t steps = 0;
  for (std::uint64_t seed = first; seed < first + programs; ++seed) {
    const Program program = generate(seed);
    steps += program.steps.size();
    const std::string found = difference(program, backend());
    ASSERT_EQ(found, "") << report(program, seed);
  }
  EXPECT_GT(steps, 2 * programs);
}

// Chained normalizations of equal elements amplified errors of rounding beyond the tolerance.
TEST(Fuzz, ProgramsAreWellConditioned) { EXPECT_EQ(difference(generate(990009217), backend()), ""); }

TEST(Fuzz, EachOpIsUsed) {
  if (backend() != Device::cpu()) GTEST_SKIP() << "the programs are the same on each backend";
  std::set<std::string> unused;
  for (const Op& op : ops()) unused.insert(op.name);
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    for (const Step& step : generate(seed).steps) unused.erase(step.op->name);
  }
  EXPECT_THAT(unused, ::testing::IsEmpty());
}

/// Replaces the kernel of tanh for the scope.
class Fault {
 public:
  explicit Fault(kernels::UnaryKernel::Function function)
      : before_(kernels::tanh.replace(backend().type, function)) {}
  ~Fault() { kernels::tanh.replace(backend().type, before_); }
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

 private:
  kernels::UnaryKernel::Function before_;
};

TEST(Fuzz, FindsAWrongKernelAndShrinksTheProgram) {
  const Fault fault([](const Tensor& x, Tensor& y) { kernels::sin(x, y); });
  for (std::uint64_t seed = 1; seed < 1000; ++seed) {
    const Program program = generate(seed);
    if (!fails(program)) continue;
    const std::string text = report(program, seed);
    EXPECT_THAT(text, ::testing::MatchesRegex("program [0-9]+ fails; the smallest found is\n"
                                              "Variable x0 = variable\\(from_values\\(.*\n"
                                              "Variable y0 = (exp\\()?tanh\\(x0\\)\\)?;\n"
                                              "where .*"));
    return;
  }
  FAIL() << "a thousand programs did not find it";
}

}  // namespace
}  // namespace tinytorch::fuzz
