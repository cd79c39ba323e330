#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "autograd/ops.h"

// The calls for the cases of data/*.jsonl. Each family of ops has a file; torch_test.cpp reads the cases and
// compares the results.
namespace tinytorch::torch_cases {

/// The value of a number in the data, where NaN and infinities are the strings "nan", "inf" and "-inf".
double decode(const nlohmann::json& number);

/// The inputs and the attributes of a case.
class Arguments {
 public:
  Arguments(std::vector<Variable> inputs, const nlohmann::json& attributes)
      : inputs_(std::move(inputs)), attributes_(attributes) {}

  std::size_t size() const { return inputs_.size(); }
  const Variable& operator[](std::size_t i) const { return inputs_.at(i); }

  bool has(const char* name) const { return attributes_.contains(name); }
  /// @throws nlohmann::json::exception  there is no such attribute, or it has another type
  double scalar(const char* name) const { return decode(attributes_.at(name)); }
  int integer(const char* name) const { return attributes_.at(name).get<int>(); }
  bool flag(const char* name) const { return attributes_.at(name).get<bool>(); }
  std::string text(const char* name) const { return attributes_.at(name).get<std::string>(); }
  Dims dims(const char* name) const { return Dims(attributes_.at(name).get<std::vector<std::int64_t>>()); }

 private:
  std::vector<Variable> inputs_;
  const nlohmann::json& attributes_;
};

/// Calls an op and returns its outputs.
using Call = std::function<std::vector<Variable>(const Arguments&)>;
/// The calls of a family, by the op's name in the data.
using Calls = std::map<std::string, Call>;

Calls attention_calls();
Calls elementwise_calls();
Calls image_calls();
Calls indexing_calls();
Calls linear_algebra_calls();
Calls loss_calls();
Calls normalization_calls();
Calls recurrent_calls();
Calls reduction_calls();

/// A call with one or two operands and no attributes.
inline Call unary(Variable (*op)(const Variable&)) {
  return [op](const Arguments& x) { return std::vector{op(x[0])}; };
}
inline Call binary(Variable (*op)(const Variable&, const Variable&)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x[1])}; };
}

}  // namespace tinytorch::torch_cases
