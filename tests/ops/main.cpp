// Prints the op table, for `./tito ops`; or the filter of the tests of some kernel slots, for `./tito module
// complete`.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <tinytorch/tinytorch.h>

#include "core/device.h"
#include "core/hook.h"
#include "core/hooks.h"
#include "modules/cli/output.h"
#include "tests/conformance/coverage.h"

namespace tinytorch::conformance {
namespace {

std::string slots_of(const CoveredOp& op) {
  std::vector<std::string_view> names;
  for (const KernelSlot* slot : op.slots) names.emplace_back(slot->name());
  std::ranges::sort(names);
  return names.empty() ? "composite" : fmt::format("{}", fmt::join(names, " "));
}

std::string dtypes_of(const CoveredOp& op) {
  std::vector<std::string_view> names;
  for (const DType dtype : op.dtypes) names.emplace_back(name(dtype));
  return fmt::format("{}", fmt::join(names, " "));
}

const char* yes(bool holds) { return holds ? "yes" : "NO"; }

/// Whether this build has CUDA kernels, for a GPU or for the emulated device.
bool has_cuda() {
  return std::ranges::any_of(all_kernel_slots(),
                             [](const KernelSlot* slot) { return slot->has(DeviceType::cuda); });
}

const char* gradient_of(const CoveredOp& op) {
  if (!op.specifies_gradient) return "UNSPECIFIED";
  return op.is_differentiable ? "yes" : "none";
}

void print_table(const std::vector<CoveredOp>& ops, bool cuda) {
  constexpr const char* kLine = "{:<30} {:<4} {:<4} {:<11} {:<11} {:<25} {:<8} {}\n";
  std::string family;
  fmt::print(kLine, "op", "cpu", "cuda", "gradient", "second", "dtypes", "layouts",
             "kernel slots (composite: made of other ops)");
  for (const CoveredOp& op : ops) {
    if (op.family != family) fmt::print("\n{}\n", family = op.family);
    const char* const gradient = gradient_of(op);
    fmt::print(kLine, "  " + op.name, yes(op.has_kernels_for(DeviceType::cpu)),
               cuda ? yes(op.has_kernels_for(DeviceType::cuda)) : "-", gradient, gradient, dtypes_of(op),
               fmt::format("{}/{}", std::size(kLayouts), std::size(kLayouts)), slots_of(op));
  }
}

int print_ops() {
  const std::vector<CoveredOp> ops = covered_ops();
  const bool cuda = has_cuda();
  const auto count = [&](auto holds) { return std::ranges::count_if(ops, holds); };
  const auto total = static_cast<std::ptrdiff_t>(ops.size());
  const auto on_cpu = count([](const CoveredOp& op) { return op.has_kernels_for(DeviceType::cpu); });
  const auto on_cuda = count([](const CoveredOp& op) { return op.has_kernels_for(DeviceType::cuda); });
  const auto specified = count([](const CoveredOp& op) { return op.specifies_gradient; });
  const std::vector<std::string> missing = uncovered();

  print_table(ops, cuda);
  fmt::print("\nFirst and second derivatives are checked against finite differences. Layouts: {}",
             name(kLayouts[0]));
  for (std::size_t i = 1; i < std::size(kLayouts); ++i) fmt::print(", {}", name(kLayouts[i]));
  fmt::print(".\n");
  if (!cuda) fmt::print("This build has no CUDA kernels; TITO_PRESET=emulated builds them.\n");
  for (const std::string& each : missing) fmt::print("uncovered: {}\n", each);
  fmt::print("ops {0}: cpu {1}/{0}, cuda {2}, gradient {3}/{0}, uncovered {4}\n", total, on_cpu,
             cuda ? fmt::format("{}/{}", on_cuda, total) : "not built", specified, missing.size());
  const bool complete =
      missing.empty() && on_cpu == total && (!cuda || on_cuda == total) && specified == total;
  return complete ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Prints the kernels that plug-ins have put into slots, and the hooks that they have replaced.
int print_providers() {
  std::vector<std::string> lines;
  for (const KernelSlot* slot : all_kernel_slots()) {
    for (const DeviceType type : {DeviceType::cpu, DeviceType::cuda}) {
      if (const std::string provider = slot->provider(type); !provider.empty())
        lines.push_back(fmt::format("{:<30} {:<4} {}\n", slot->name(), tinytorch::name(type), provider));
    }
  }
  const std::size_t kernels = lines.size();
  for (const HookSlot* hook : replaced_hooks()) {
    if (const std::string provider = hook->provider(); !provider.empty())
      lines.push_back(fmt::format("{:<30} {:<4} {}\n", hook->name(), "host", provider));
  }
  std::ranges::sort(lines);
  fmt::print("{}\n", hooks::greeting("TinyTorch " TINYTORCH_VERSION));
  for (const std::string& line : lines) fmt::print("{}", line);
  fmt::print("{} kernels and {} hooks of plug-ins\n", kernels, lines.size() - kernels);
  return EXIT_SUCCESS;
}

/// GoogleTest's filter of the rows that cover a slot.
std::string filter_for(std::string_view slot) {
  std::string filter;
  for (const Row& row : op_table()) {
    const bool covers =
        std::ranges::any_of(row.covered, [&](const KernelSlot* each) { return each->name() == slot; });
    if (!covers) continue;
    filter += fmt::format("*/{}:", row.name);
    for (const DType dtype : row.accepted_dtypes) filter += fmt::format("*/{}_{}_*:", row.name, name(dtype));
  }
  if (filter.empty()) throw std::runtime_error(fmt::format("no row covers the slot {}", slot));
  return filter;
}

int print_filter(const std::vector<std::string_view>& slots) {
  std::string filter;
  for (const std::string_view slot : slots) filter += filter_for(slot);
  fmt::print("{}\n", filter.substr(0, filter.size() - 1));
  return EXIT_SUCCESS;
}

int run(const std::vector<std::string_view>& arguments) {
  if (arguments.empty()) return print_ops();
  if (arguments.front() == "--providers" && arguments.size() == 1) return print_providers();
  if (arguments.front() == "--filter" && arguments.size() > 1)
    return print_filter({arguments.begin() + 1, arguments.end()});
  std::cerr << "usage: ops [--providers | --filter SLOT...]\n";
  return 2;
}

}  // namespace
}  // namespace tinytorch::conformance

int main(int argc, char** argv) {
  using namespace tinytorch::conformance;
  try {
    tinytorch::ensure_registered();
    return tito::flush_output(run({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    std::cerr << "ops: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
