#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "autograd/ops.h"

// How the cases of data/*.jsonl are called here. Each family has a file; torch_test.cpp reads the cases and
// compares.
namespace tinytorch::torch_cases {

/// A number of the data: "nan", "inf" and "-inf" are texts.
double decoded(const nlohmann::json& number);

/// The inputs and the attributes of a case.
class Arguments {
 public:
  Arguments(std::vector<Variable> inputs, const nlohmann::json& attributes)
      : inputs_(std::move(inputs)), attributes_(attributes) {}

  std::size_t size() const { return inputs_.size(); }
  const Variable& operator[](std::size_t i) const { return inputs_.at(i); }

  bool has(const char* name) const { return attributes_.contains(name); }
  /// @throws nlohmann::json::exception  the case has no such attribute, or of another type
  double number(const char* name) const { return decoded(attributes_.at(name)); }
  int integer(const char* name) const { return attributes_.at(name).get<int>(); }
  bool flag(const char* name) const { return attributes_.at(name).get<bool>(); }
  std::string text(const char* name) const { return attributes_.at(name).get<std::string>(); }
  Dims dims(const char* name) const { return Dims(attributes_.at(name).get<std::vector<std::int64_t>>()); }

 private:
  std::vector<Variable> inputs_;
  const nlohmann::json& attributes_;
};

using Call = std::function<std::vector<Variable>(const Arguments&)>;
/// By the op's name in the data.
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

/// A call of one or two operands.
inline Call unary(Variable (*op)(const Variable&)) {
  return [op](const Arguments& x) { return std::vector{op(x[0])}; };
}
inline Call binary(Variable (*op)(const Variable&, const Variable&)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x[1])}; };
}

}  // namespace tinytorch::torch_cases
