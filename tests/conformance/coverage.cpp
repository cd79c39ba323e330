#include "tests/conformance/coverage.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "tests/support/source_folder.h"

namespace tinytorch::conformance {
namespace {

/// The function that a line declares from its first column, as all headers of core/ops do; empty if it
/// declares none. A function that returns no tensor (but a bool, say) is not an op.
std::string declared_function(std::string_view line) {
  if (line.starts_with("inline ")) line.remove_prefix(7);
  const std::size_t space = line.find(' '), bracket = line.find('(');
  if (space == line.npos || bracket == line.npos || bracket <= space + 1) return {};
  const std::string_view type = line.substr(0, space), name = line.substr(space + 1, bracket - space - 1);
  const bool is_name = std::ranges::all_of(  // no operator
      name, [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); });
  const bool returns_tensor =
      type == "T" || type == "Tensor" || type.ends_with("<T>") || type.ends_with("<Tensor>");
  return is_name && returns_tensor ? std::string(name) : std::string();
}

std::set<std::string> functions_of(const std::filesystem::path& header) {
  std::ifstream file(header);
  if (!file) throw std::runtime_error("cannot read " + header.string());
  std::set<std::string> names;
  bool is_internal = false;  // in a namespace within tinytorch
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("namespace ")) is_internal = !line.starts_with("namespace tinytorch {");
    if (line.starts_with("}  // namespace")) is_internal = false;
    if (const std::string name = declared_function(line); !is_internal && !name.empty()) names.insert(name);
  }
  return names;
}

struct Function {
  std::string name;
  std::string header;
};

std::vector<Function> read_functions() {
  std::vector<Function> functions;
  for (const auto& header :
       std::filesystem::directory_iterator(tinytorch::testing::source_folder() / "core/ops")) {
    const std::string file = header.path().filename();
    if (header.path().extension() != ".h") continue;
    for (const std::string& name : functions_of(header.path())) functions.push_back({name, file});
  }
  return functions;
}

/// The functions of core/ops that users call.
const std::vector<Function>& functions() {
  static const std::vector<Function> kFunctions = read_functions();
  return kFunctions;
}

bool is_function(const std::string& name) {
  return std::ranges::find(functions(), name, &Function::name) != functions().end();
}

/// The op of a row: the function whose name is a prefix of the row's; where there is none, as for the
/// optimizers' steps, the first row whose name is a prefix.
std::string op_of(const Row& row) {
  for (std::string name = row.name;; name.erase(name.rfind('_'))) {
    if (is_function(name)) return name;
    if (name.find('_') == std::string::npos) break;
  }
  for (const Row& other : op_table()) {
    if (other.family == row.family && row.name.starts_with(other.name + "_")) return other.name;
  }
  return row.name;
}

/// Whether a function computes something that a reference can state; some only make a tensor.
bool computes(const std::string& function) {
  return function != "empty" && function != "empty_like" && function != "from_values";
}

}  // namespace

bool CoveredOp::has_kernels_for(DeviceType type) const {
  return std::ranges::all_of(slots, [&](const KernelSlot* slot) { return slot->has(type); });
}

std::vector<CoveredOp> covered_ops() {
  std::vector<CoveredOp> ops;
  for (const Row& row : op_table()) {
    const std::string name = op_of(row);
    auto op = std::ranges::find(ops, name, &CoveredOp::name);
    if (op == ops.end()) op = ops.insert(ops.end(), {.name = name, .family = row.family});
    op->slots.insert(row.covered.begin(), row.covered.end());
    op->dtypes.insert(row.accepted_dtypes.begin(), row.accepted_dtypes.end());
    op->specifies_gradient &= row.gradient_class.kind != Gradient::Kind::unspecified;
    op->is_differentiable |= row.gradient_class.kind == Gradient::Kind::differentiable;
  }
  std::ranges::stable_sort(ops, {}, &CoveredOp::family);
  return ops;
}

std::vector<std::string> uncovered() {
  std::set<const KernelSlot*> slots;
  std::set<std::string> names;
  for (const CoveredOp& op : covered_ops()) {
    slots.insert(op.slots.begin(), op.slots.end());
    names.insert(op.name);
  }
  std::vector<std::string> missing;
  for (const KernelSlot* slot : all_kernel_slots()) {
    if (!slots.contains(slot)) missing.push_back(std::string("slot ") + slot->name());
  }
  for (const Function& function : functions()) {
    if (!computes(function.name) || names.contains(function.name)) continue;
    missing.push_back("function " + function.name + " (core/ops/" + function.header + ")");
  }
  std::ranges::sort(missing);
  return missing;
}

std::vector<std::string> untimed() {
  std::set<std::string> timed;
  for (const Row& row : op_table()) {
    if (!row.timed_calls.empty() || (row.elementwise && !is_variant(row))) timed.insert(op_of(row));
  }
  std::vector<std::string> missing;
  for (const CoveredOp& op : covered_ops()) {
    if (!timed.contains(op.name)) missing.push_back(op.name);
  }
  return missing;
}

}  // namespace tinytorch::conformance
