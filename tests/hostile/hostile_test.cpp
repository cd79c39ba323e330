// Every function that the headers of the ops, the layers and the optimizers declare, with arguments of the
// right type and nothing else right about them. TINYTORCH_DRILL=long makes at least 100,000 calls,
// TINYTORCH_DRILL_SEED=N others.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/allocator.h"
#include "core/npy.h"
#include "core/ops/creation.h"
#include "nn/data/image.h"
#include "tests/hostile/calls.h"
#include "tests/support/backend.h"
#include "tests/support/drill.h"

namespace tinytorch::hostile {

void use(Arguments& from, const Variable& result) {
  if (result.requires_grad() && from.source().integer(0, 1) == 1)
    result.backward(Variable(ones_like(result.value())));
}

void use(Arguments& from, const nn::Module& layer) {
  Variable x;
  from.draw_into(x);
  static_cast<void>(layer.description());
  static_cast<void>(from.source().integer(0, 1) == 1 ? layer(x) : Variable(layer(x.value())));
}

void use(Arguments&, nn::Optimizer& optimizer) {
  for (Variable parameter : optimizer.parameters()) parameter.set_grad(ones_like(parameter.value()));
  optimizer.step();
}

void use(Arguments& from, const nn::Initializer& initializer) {
  Shape shape;
  Options options;
  from.draw_into(shape);
  from.draw_into(options);
  static_cast<void>(initializer(shape, options));
}

namespace {

using testing::backend;

/// The methods of Tensor and Variable, which no header of ops declares.
void add_methods(Calls& calls) {
  calls.add("tensor", [](const Tensor& x, const Shape& shape, const Strides& strides) {
    static_cast<void>(Tensor(x.storage(), x.dtype(), shape, strides, 0));
  });
  calls.add("size", [](const Tensor& x, int axis) { static_cast<void>(x.size(axis)); });
  calls.add("shape", [](const Tensor& x, int position) { static_cast<void>(x.shape()[position]); });
  calls.add("to", [](const Tensor& x, Options options) { return x.to(options); });
  calls.add("to", [](const Variable& x, Options options) { return x.to(options); });
  calls.add("item", [](const Tensor& x) { static_cast<void>(x.item<std::int64_t>()); });
  calls.add("to_vector", [](const Tensor& x) { static_cast<void>(x.to_vector<bool>()); });
  calls.add("data", [](const Tensor& x) { static_cast<void>(x.data<double>()); });
  calls.add("to_string", [](const Tensor& x) { static_cast<void>(to_string(x)); });
  calls.add("backward", [](const Variable& x, const Variable& seed) { x.backward(seed); });
  calls.add("set_value", [](Variable x, const Tensor& value) { x.set_value(value); });
  calls.add("set_grad", [](Variable x, const Tensor& value) { x.set_grad(value); });
  calls.add("load_npy", [](std::string_view path) { static_cast<void>(load_npy(std::string(path))); });
  static const std::string path =
      std::filesystem::temp_directory_path() / fmt::format("tinytorch_hostile_{}", getpid());
  calls.add("save_npy", [](const Tensor& x) {
    save_npy(path, x);
    static_cast<void>(load_npy(path));
    std::filesystem::remove(path);
  });
  calls.add("save_png", [](const Tensor& x) {
    nn::save_png(path, x);
    static_cast<void>(nn::load_image(path));
    std::filesystem::remove(path);
  });
  calls.add("add", [](Tensor& a, const Tensor& b) { a += b; });
  calls.add("sub", [](Tensor& a, const Tensor& b) { a -= b; });
  calls.add("mul", [](Tensor& a, const Tensor& b) { a *= b; });
  calls.add("div", [](Tensor& a, const Tensor& b) { a /= b; });
}

std::uint64_t first_seed() {
  const char* const seed = std::getenv("TINYTORCH_DRILL_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 1;
}

/// Leaves so little memory that a call that would take much fails at once.
class LittleMemory {
 public:
  LittleMemory() { limit(std::size_t{4} << 20); }
  ~LittleMemory() { limit(0); }

 private:
  static void limit(std::size_t bytes) {
    for (const DeviceType type : {DeviceType::cpu, DeviceType::cuda}) {
      for (int index = 0; index < device_count(type); ++index)
        set_memory_limit(Device{type, static_cast<std::int16_t>(index)}, bytes);
    }
  }
};

struct Outcome {
  bool is_accepted = false;
  std::string fault = {};  ///< what is wrong with how it ended; empty if nothing is
};

/// The call returns, or throws an error of the project that names it. What uses the result names itself, and
/// in a Sequential its layer first, in a dataset its item.
Outcome outcome_of(const Calls::Call& call, std::uint64_t seed) {
  Arguments arguments(call.name, seed);
  Outcome outcome;
  try {
    const Use use_result = call.run(arguments);
    outcome.is_accepted = true;
    use_result();
  } catch (const Error& error) {
    const std::string message = error.what(), prefix = outcome.is_accepted ? "[" : "[" + call.name + "] ";
    const bool of_a_part =
        outcome.is_accepted && (message.starts_with("layer ") || message.starts_with("item "));
    if (!message.starts_with(prefix) && !of_a_part) outcome.fault = "the error names another op: " + message;
  } catch (const std::exception& error) {
    outcome.fault = std::string("not an error of the project: ") + error.what();
  }
  return outcome;
}

TEST(DrillHostileArguments, OfEachFunctionAreAcceptedOrRefusedByName) {
  Calls calls;
  add_declared(calls);
  add_classes(calls);
  add_training(calls);
  add_methods(calls);
  ASSERT_GT(calls.all().size(), 300u) << "the headers were not understood";
  const std::uint64_t first = first_seed(),
                      rounds = testing::is_long_drill() ? 120000 / calls.all().size() + 1 : 12;
  const bool trace = std::getenv("TINYTORCH_DRILL_TRACE") != nullptr;
  const LittleMemory little;
  std::uint64_t all = 0, accepted = 0;
  for (const Calls::Call& call : calls.all()) {
    for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
      if (trace) fmt::print(stderr, "{}, seed {}\n", call.name, seed);
      const Outcome outcome = outcome_of(call, seed);
      ++all;
      if (outcome.is_accepted) ++accepted;
      EXPECT_EQ(outcome.fault, "") << call.name << ", TINYTORCH_DRILL_SEED=" << seed;
      if (!outcome.fault.empty()) break;  // one of a kind
    }
  }
  EXPECT_GT(accepted * 4, all) << "hardly any call does anything";
  EXPECT_GT((all - accepted) * 4, all) << "hardly any call is refused";
  RecordProperty("calls", std::to_string(all));
  RecordProperty("accepted", std::to_string(accepted));
}

}  // namespace
}  // namespace tinytorch::hostile
