// Compares TinyTorch with PyTorch's results for some hundred cases (written by generate.py): values and
// gradients, in f64 and in f32.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/source_folder.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {

double decode(const nlohmann::json& number) {
  if (number.is_number()) return number.get<double>();
  const std::string text = number.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

namespace {

using nlohmann::json;
using tinytorch::testing::backend;

struct Family {
  const char* name;
  Calls (*calls)();
};
const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies{
      {"attention", attention_calls},
      {"elementwise", elementwise_calls},
      {"image", image_calls},
      {"indexing", indexing_calls},
      {"linear_algebra", linear_algebra_calls},
      {"loss", loss_calls},
      {"normalization", normalization_calls},
      {"recurrent", recurrent_calls},
      {"reduction", reduction_calls},
  };
  return kFamilies;
}

std::vector<json> read_cases(const std::string& family) {
  const std::filesystem::path path =
      tinytorch::testing::source_folder() / "tests/torch/data" / (family + ".jsonl");
  std::ifstream file(path);
  if (!file) throw IoError("[torch_test] cannot read " + path.string());
  std::vector<json> cases;
  for (std::string line; std::getline(file, line);) cases.push_back(json::parse(line));
  return cases;
}

std::vector<double> values_of(const json& tensor) {
  std::vector<double> values;
  for (const json& number : tensor.at("data")) values.push_back(decode(number));
  return values;
}

Shape shape_of(const json& tensor) { return Shape(tensor.at("shape").get<std::vector<std::int64_t>>()); }

DType dtype_of(const json& tensor, DType floating) {
  const std::string name = tensor.at("dtype");
  if (name == "f64") return floating;
  for (const DType dtype : {DType::boolean, DType::u8, DType::i32, DType::i64}) {
    if (name == tinytorch::name(dtype)) return dtype;
  }
  throw ValueError("[torch_test] unknown dtype " + name);
}

/// An input on the backend under test. f64 in the data stands for the floating dtype of the run.
Tensor tensor_of(const json& tensor, DType floating) {
  const Tensor values = from_values(values_of(tensor), shape_of(tensor), Device::cpu());
  return values.to(dtype_of(tensor, floating)).to(backend());
}

/// The weights of an output's elements in the sum whose gradients are compared; generate.py has the same.
Tensor weights(const Shape& shape, DType dtype) {
  const std::int64_t numel = checked_numel("weights", shape);
  std::vector<double> values;
  for (std::int64_t i = 0; i < numel; ++i) values.push_back(0.5 + static_cast<double>(i % 7) / 8);
  return from_values(values, shape, Device::cpu()).to(dtype).to(backend());
}

/// Whether a value agrees within the tolerance, which respects that the data has 13 digits.
bool close(double actual, double expected, DType dtype, double slack) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (actual == expected) return true;
  const double relative = (dtype == DType::f64 ? 1e-11 : 2e-5) * slack;
  return std::abs(actual - expected) <= relative * std::max(1.0, std::abs(expected));
}

void expect_equal(const Tensor& actual, const json& expected, DType floating, double slack) {
  ASSERT_EQ(to_string(actual.shape()), to_string(shape_of(expected)));
  ASSERT_STREQ(name(actual.dtype()), name(dtype_of(expected, floating)));
  const std::vector<double> actual_values = actual.to(DType::f64).to_vector<double>(),
                            expected_values = values_of(expected);
  for (std::size_t i = 0; i < expected_values.size(); ++i) {
    ASSERT_TRUE(close(actual_values[i], expected_values[i], floating, slack))
        << "element " << i << " is " << ::testing::PrintToString(actual_values[i]) << ", but PyTorch's is "
        << ::testing::PrintToString(expected_values[i]);
  }
}

/// The inputs. Those that the case has gradients for are leaves that require gradients.
std::vector<Variable> make_inputs(const json& entry, DType floating) {
  std::vector<Variable> inputs;
  for (std::size_t i = 0; i < entry.at("inputs").size(); ++i) {
    const Tensor x = tensor_of(entry["inputs"][i], floating);
    const bool leaf = entry.contains("gradients") && !entry["gradients"][i].is_null();
    inputs.push_back(leaf ? variable(x) : Variable(x));
  }
  return inputs;
}

void run_case(const json& entry, const Call& call, DType floating) {
  SCOPED_TRACE(entry.at("name").get<std::string>() + " " + name(floating) + " " +
               entry.at("attributes").dump());
  const Arguments arguments(make_inputs(entry, floating), entry.at("attributes"));
  const std::vector<Variable> outputs = call(arguments);
  const double slack = entry.value("slack", 1.0);
  ASSERT_EQ(outputs.size(), entry.at("outputs").size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    expect_equal(outputs[i].value(), entry["outputs"][i], floating, slack);
  }
  if (!entry.contains("gradients")) return;
  outputs[0].backward(weights(outputs[0].shape(), floating));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (entry["gradients"][i].is_null()) continue;
    SCOPED_TRACE("gradient " + std::to_string(i));
    const Tensor& grad = arguments[i].grad();
    expect_equal(grad.defined() ? grad : zeros_like(arguments[i].value()), entry["gradients"][i], floating,
                 slack);
  }
}

struct Op {
  std::string family;
  std::string name;
  Call call;
};
void PrintTo(const Op& op, std::ostream* out) { *out << op.name; }

std::vector<Op> ops() {
  std::vector<Op> result;
  for (const Family& family : families()) {
    for (const auto& [name, call] : family.calls()) result.push_back({family.name, name, call});
  }
  return result;
}

class Torch : public ::testing::TestWithParam<Op> {};

TEST_P(Torch, ComputesTheSame) {
  int compared = 0;
  for (const json& entry : read_cases(GetParam().family)) {
    if (entry.at("op") != GetParam().name) continue;
    for (const DType floating : {DType::f64, DType::f32}) run_case(entry, GetParam().call, floating);
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(Ops, Torch, ::testing::ValuesIn(ops()),
                         [](const auto& info) { return info.param.family + "_" + info.param.name; });

TEST(TorchCases, AreAtLeastTwentyPerFamilyAndAllAreCalled) {
  std::size_t total = 0;
  for (const Family& family : families()) {
    SCOPED_TRACE(family.name);
    const std::vector<json> cases = read_cases(family.name);
    const Calls calls = family.calls();
    EXPECT_GE(cases.size(), 20);
    for (const json& entry : cases) EXPECT_TRUE(calls.contains(entry.at("op"))) << entry.at("name");
    total += cases.size();
  }
  EXPECT_GE(total, 400);
}

}  // namespace
}  // namespace tinytorch::torch_cases
