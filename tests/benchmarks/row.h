#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

// What the benchmark programs of TinyTorch and of PyTorch share: rows, which `./tito benchmark` passes from
// the one to the other as JSON.
namespace benchmarks {

/// An operand, which both programs fill with the same values.
struct Operand {
  std::vector<std::int64_t> shape;
  std::string dtype;  ///< as TinyTorch names it: f32, i64, ...
  double low = 0, high = 0;
  bool differentiated = false;

  std::int64_t numel() const;
};

/// Something to time.
struct Row {
  std::string name;   ///< "softmax 4096x1024"
  std::string group;  ///< "norms and softmax"
  /// The row of the op table that is called, or what the row does otherwise: "step of an MLP with SGD".
  std::string call;
  std::vector<Operand> operands = {};
  bool backward = false;  ///< the call is followed by its backward pass
  double operations = 0;  ///< floating-point operations that it has to do; 0 where these do not bound it
};

void to_json(nlohmann::json& json, const Row& row);
void from_json(const nlohmann::json& json, Row& row);

/// Element i of the operand's values: uniform in [low, high], and an integer for integer dtypes. They are a
/// function of the operand's number and of i (SplitMix64 of Steele, Lea and Flood 2014, as a hash).
double drawn(const Operand& operand, std::uint64_t number, std::uint64_t i);

/// The operand's values.
template <class T>
std::vector<T> drawn_values(const Operand& operand, std::uint64_t number) {
  std::vector<T> values(static_cast<std::size_t>(operand.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(drawn(operand, number, i));
  return values;
}

/// A row whose operands are there.
struct Prepared {
  std::function<void()> call;  ///< ends when its work is done
  double bytes = 0;            ///< that it has to read and write at least; 0 where these do not bound it
  /// What it computes, as one number: the mean absolute value of its results and gradients, or NaN where two
  /// programs need not compute the same.
  std::function<double()> digest = {};
};

/// Seconds that a call takes, by the mean of as many as take 20 ms.
double seconds_per_call(const std::function<void()>& call);

/// Answers each line of standard input, which is a row in JSON, with a line of JSON: {"seconds": ...}, the
/// first time with "bytes" and "digest"; or {"missing": true}, or {"error": "..."}. Ends with the input.
/// @param prepare  gives no call for a row that the program does not have
int serve(const std::function<Prepared(const Row&)>& prepare);

}  // namespace benchmarks
