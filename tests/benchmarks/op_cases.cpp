#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tinytorch/tinytorch.h>

#include "tests/benchmarks/cases.h"
#include "tests/benchmarks/operands.h"
#include "tests/conformance/op_table.h"

namespace benchmarks {
namespace {

using namespace tinytorch;
using conformance::Domain;
using conformance::TimedCall;

constexpr std::int64_t kSmall = 64;         // elements
constexpr std::int64_t kDefault = 1 << 20;  // elements

std::string group_of(const conformance::Row& row) {
  using Entry = std::pair<std::string_view, const char*>;
  static constexpr std::array kGroups = {
      Entry{"attention", "attention"},
      Entry{"convolution", "convolution"},
      Entry{"unfold", "convolution"},
      Entry{"matmul", "products"},
      Entry{"linear_algebra", "products"},
      Entry{"quantization", "products"},
      Entry{"reduction", "reductions"},
      Entry{"statistics", "reductions"},
      Entry{"scan", "reductions"},
      Entry{"normalization", "norms and softmax"},
      Entry{"loss", "losses"},
      Entry{"cross_entropy", "losses"},
      Entry{"indexing", "indexing and sorting"},
      Entry{"sort", "indexing and sorting"},
      Entry{"quantile", "indexing and sorting"},
      Entry{"optimizer", "optimizers"},
      Entry{"random", "random"},
      Entry{"pooling", "pooling"},
      Entry{"interpolate", "pooling"},
      Entry{"recurrent", "recurrent"},
      Entry{"rearrange", "copies"},
      Entry{"shape", "copies"},
      Entry{"pad", "copies"},
      Entry{"copy", "copies"},
  };
  if (row.name.find("softmax") != std::string::npos) return "norms and softmax";
  if (row.name.starts_with("mean") || row.name == "sum_to") return "reductions";
  const auto found = std::ranges::find(kGroups, std::string_view(row.family), &Entry::first);
  return found == kGroups.end() ? "elementwise" : found->second;
}

/// The dtype of a call's operands: f32 where the op accepts it.
DType dtype_of(const conformance::Row& row, const TimedCall& call) {
  const bool accepted = std::ranges::find(row.accepted_dtypes, call.dtype) != row.accepted_dtypes.end();
  return accepted ? call.dtype : row.accepted_dtypes.back();
}

std::vector<Operand> operands_of(const conformance::Row& row, const TimedCall& call) {
  std::vector<Operand> operands;
  for (std::size_t i = 0; i < call.shapes.size(); ++i) {
    const Domain& domain = row.domains[i];
    const DType dtype = domain.dtype_or(dtype_of(row, call));
    operands.push_back({.shape = {call.shapes[i].begin(), call.shapes[i].end()},
                        .dtype = std::string(name(dtype)),
                        .low = domain.low,
                        .high = domain.high,
                        .differentiated = is_floating(dtype) && domain.is_differentiated()});
  }
  return operands;
}

std::string name_of(const conformance::Row& row, const std::vector<Operand>& operands, bool backward) {
  std::vector<std::string> shapes;
  for (const Operand& x : operands) shapes.push_back(fmt::format("{}", fmt::join(x.shape, "x")));
  // Operands of one shape are named once.
  if (std::ranges::all_of(shapes, [&](const std::string& each) { return each == shapes.front(); }))
    shapes.resize(1);
  return fmt::format("{}{} {}{}", row.name, backward ? " and backward" : "", fmt::join(shapes, " "),
                     operands.front().dtype == "f64" ? " f64" : "");
}

bool is_small(const std::vector<Operand>& operands) {
  return std::ranges::all_of(operands, [](const Operand& x) { return x.numel() <= kSmall; });
}

Row described(const conformance::Row& row, const TimedCall& call, bool backward) {
  std::vector<Operand> operands = operands_of(row, call);
  Row result{.name = name_of(row, operands, backward),
             .group = is_small(operands) ? kSmallOps : group_of(row),
             .call = row.name,
             .operands = std::move(operands),
             .backward = backward,
             // A backward pass has two products for each of the forward pass.
             .operations = call.operations * (backward ? 3 : 1)};
  return result;
}

double bytes_of(const Tensor& x) {
  return static_cast<double>(x.numel()) * static_cast<double>(size_of(x.dtype()));
}

Prepared prepared_forward(const conformance::Row& row, std::vector<Tensor> operands) {
  auto kept = std::make_shared<std::vector<Tensor>>(std::move(operands));
  const Device device = kept->front().device();
  double bytes = bytes_of(row.call(*kept));
  for (const Tensor& x : *kept) bytes += bytes_of(x);
  return {.call =
              [&row, kept, device] {
                const Tensor y = row.call(*kept);
                synchronize(device);
              },
          .bytes = bytes,
          .digest = [&row, kept] { return mean_magnitude(row.call(*kept)); }};
}

struct Differentiated {
  std::vector<Variable> operands, leaves;
  Variable seed;
};

/// PyTorch's gradient of scatter() is right where no index repeats: it also goes to sources that a later one
/// overwrote.
bool has_gradient_of_torch(const conformance::Row& row) { return row.name != "scatter"; }

Prepared prepared_backward(const conformance::Row& row, const std::vector<Operand>& described,
                           const std::vector<Tensor>& operands) {
  auto kept = std::make_shared<Differentiated>();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    kept->operands.push_back(described[i].differentiated ? variable(operands[i]) : Variable(operands[i]));
    if (described[i].differentiated) kept->leaves.push_back(kept->operands.back());
  }
  const Device device = operands.front().device();
  kept->seed = Variable(ones_like(row.variable_call(kept->operands).value()));
  const auto run = [&row, kept] {
    const Variable y = row.variable_call(kept->operands);
    y.backward(kept->seed);
    return y;
  };
  const auto clear = [kept] {
    for (Variable& leaf : kept->leaves) leaf.zero_grad();
  };
  const auto digest = [run, clear, kept] {
    double sum = mean_magnitude(run().value());
    for (const Variable& leaf : kept->leaves) {
      if (leaf.grad().defined()) sum += mean_magnitude(leaf.grad());
    }
    clear();
    return sum;
  };
  return {.call =
              [run, clear, device] {
                run();
                clear();
                synchronize(device);
              },
          .digest = has_gradient_of_torch(row) ? std::function<double()>(digest) : nullptr};
}

Case forward_case(const conformance::Row& row, const TimedCall& call, Device device) {
  const Row timed = described(row, call, false);
  return {timed, [&row, timed, device] { return prepared_forward(row, tensors_of(timed.operands, device)); }};
}

Case backward_case(const conformance::Row& row, const TimedCall& call, Device device) {
  const Row timed = described(row, call, true);
  return {timed, [&row, timed, device] {
            return prepared_backward(row, timed.operands, tensors_of(timed.operands, device));
          }};
}

bool has_backward(const conformance::Row& row) {
  return row.gradient_class.kind == conformance::Gradient::Kind::differentiable && row.variable_call &&
         row.returns_variable;
}

/// What to time of a row: what it says, and for an elementwise op a default.
std::vector<TimedCall> calls_of(const conformance::Row& row) {
  std::vector<TimedCall> calls = row.timed_calls;
  // Variants of an op are named after it.
  if (row.elementwise && !conformance::is_variant(row))
    calls.push_back({.shapes = std::vector<Shape>(row.domains.size(), Shape{kDefault})});
  return calls;
}

}  // namespace

std::vector<Case> op_cases(Device device) {
  std::vector<Case> cases;
  const auto add = [&](const conformance::Row& row) {
    for (const TimedCall& call : calls_of(row)) {
      cases.push_back(forward_case(row, call, device));
      if (has_backward(row)) cases.push_back(backward_case(row, call, device));
    }
  };
  for (const conformance::Row& row : conformance::op_table()) add(row);
  for (const conformance::Row& row : untabled_rows()) add(row);
  return cases;
}

}  // namespace benchmarks
