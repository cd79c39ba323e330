#pragma once

#include <tinytorch/tinytorch.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "examples/serving/model.h"

/// In characters of its line.
constexpr std::size_t kLongestRequest = 200;

/// A request: the readings of a part, and its kind, if somebody has looked at it.
struct Request {
  std::array<float, kReadings> readings;
  std::optional<std::int64_t> kind;
};

/// Reads "READING READING" or "READING READING KIND".
/// @throws std::invalid_argument  it is something else, or a reading is not finite
Request parse_request(std::string_view line);

struct ServiceOptions {
  std::size_t window = 100;  ///< as many of the last requests are watched
  double margin = 0.05;      ///< by so much more of the answers may be wrong than of the version before
  double drift = 0.25;       ///< from this stability index on, readings have drifted
  int patience = 2;          ///< windows with drift in a row, before training is due
};

/// Answers requests by the version that is live, and watches it.
class Service {
 public:
  /// @param training  the readings that the models were trained on: [N, kReadings]
  /// @param log       is told what was noticed
  Service(const tinytorch::Tensor& training, ServiceOptions options, std::ostream& log);

  /// Makes a version live.
  void deploy(std::string name, tinytorch::nn::Sequential model, tinytorch::Device device);
  /// The kind of a part, by the live version, and how probable it is.
  std::string answer(const Request& request);
  /// Logs what the last requests were like.
  void report() const;

 private:
  using Requests = std::vector<tinytorch::nn::hooks::ServedRequest>;

  struct Version {
    std::string name;
    tinytorch::nn::Sequential model;
    tinytorch::Device device;
    Requests served = {}, known = {};  // the last ones: all, and those of known kind
  };

  void add_to(Requests& requests, const tinytorch::nn::hooks::ServedRequest& request) const;
  void roll_back_if_worse();
  void watch(const Request& request);

  ServiceOptions options_;
  std::ostream& log_;
  std::vector<Version> versions_;  // the last one is live
  // Of each reading.
  std::array<std::vector<float>, kReadings> training_, edges_, recent_;
  int drifts_ = 0;  // windows in a row
};
