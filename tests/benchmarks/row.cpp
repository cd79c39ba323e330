#include "tests/benchmarks/row.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <iostream>
#include <utility>

#include <nlohmann/json.hpp>

namespace benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& call, std::int64_t calls) {
  const Clock::time_point start = Clock::now();
  for (std::int64_t i = 0; i < calls; ++i) call();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint64_t hash(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

std::int64_t Operand::numel() const {
  std::int64_t result = 1;
  for (const std::int64_t length : shape) result *= length;
  return result;
}

void to_json(nlohmann::json& json, const Row& row) {
  nlohmann::json operands = nlohmann::json::array();
  for (const Operand& x : row.operands) {
    operands.push_back({{"shape", x.shape},
                        {"dtype", x.dtype},
                        {"low", x.low},
                        {"high", x.high},
                        {"differentiated", x.differentiated}});
  }
  json = {{"name", row.name},     {"group", row.group},           {"call", row.call},
          {"operands", operands}, {"operations", row.operations}, {"backward", row.backward}};
}

void from_json(const nlohmann::json& json, Row& row) {
  row = {.name = json.at("name"),
         .group = json.at("group"),
         .call = json.at("call"),
         .backward = json.at("backward"),
         .operations = json.at("operations")};
  for (const nlohmann::json& x : json.at("operands")) {
    row.operands.push_back({.shape = x.at("shape"),
                            .dtype = x.at("dtype"),
                            .low = x.at("low"),
                            .high = x.at("high"),
                            .differentiated = x.at("differentiated")});
  }
}

double drawn(const Operand& operand, std::uint64_t number, std::uint64_t i) {
  const double uniform = static_cast<double>(hash(hash(number) + i) >> 11) * 0x1p-53;
  if (operand.dtype.starts_with("f")) return operand.low + uniform * (operand.high - operand.low);
  const double low = std::ceil(operand.low), high = std::floor(operand.high);
  return low + std::floor(uniform * (high - low + 1));
}

double seconds_per_call(const std::function<void()>& call) {
  constexpr double kSeconds = 0.02;
  std::int64_t calls = 1;
  double seconds = seconds_of(call, calls);
  while (seconds < kSeconds) {
    const double needed = 1.2 * kSeconds / std::max(seconds, 1e-9) * static_cast<double>(calls);
    calls = std::min(static_cast<std::int64_t>(needed) + 1, calls * 20);
    seconds = seconds_of(call, calls);
  }
  return seconds / static_cast<double>(calls);
}

int serve(const std::function<Prepared(const Row&)>& prepare) {
  std::string current;  // the last row's name: its operands are kept
  Prepared prepared;
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json answer;
    try {
      const Row row = nlohmann::json::parse(line).get<Row>();
      if (row.name != current) {
        prepared = {};  // frees the last row's operands first
        current = row.name;
        prepared = prepare(row);
        if (prepared.digest) answer["digest"] = prepared.digest();
        answer["bytes"] = prepared.bytes;
        if (prepared.call) prepared.call();  // fills caches
      }
      if (prepared.call) {
        answer["seconds"] = seconds_per_call(prepared.call);
      } else {
        answer["missing"] = true;
      }
    } catch (const std::exception& error) {
      prepared = {};
      current.clear();
      answer = {{"error", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return std::cout ? 0 : 1;
}

}  // namespace benchmarks
