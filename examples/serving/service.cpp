#include "examples/serving/service.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

using namespace tinytorch;
using nn::hooks::ServedRequest;

namespace {

/// The words of a line, which are divided by spaces.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    words.push_back(line.substr(0, line.find_first_of(" \t\r")));
    line.remove_prefix(words.back().size());
  }
}

template <class T>
T number_of(std::string_view word, const char* what) {
  T number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) throw std::invalid_argument(what);
  return number;
}

/// Edges of bins that have equally many values, without those that would make a bin empty.
std::vector<float> edges_of(std::vector<float> values) {
  constexpr std::size_t kBins = 5;
  std::ranges::sort(values);
  std::vector<float> edges;
  for (std::size_t i = 1; i < kBins; ++i) {
    const float edge = values[values.size() * i / kBins];
    if (edge > (edges.empty() ? values.front() : edges.back())) edges.push_back(edge);
  }
  return edges;
}

template <class... Args>
std::string text(const char* format, Args... args) {
  std::array<char, 200> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, args...);
  return buffer.data();
}

}  // namespace

Request parse_request(std::string_view line) {
  if (line.size() > kLongestRequest) throw std::invalid_argument("a request has at most 200 characters");
  const std::vector<std::string_view> words = words_of(line);
  if (words.size() != kReadings && words.size() != kReadings + 1)
    throw std::invalid_argument("expected two readings, and the kind if it is known");
  Request request{};
  for (std::size_t i = 0; i < kReadings; ++i) {
    request.readings[i] = number_of<float>(words[i], "a reading is not a number");
    if (!std::isfinite(request.readings[i])) throw std::invalid_argument("a reading is not finite");
  }
  if (words.size() == kReadings) return request;
  constexpr const char* kWrongKind = "the kind must be 0, 1 or 2";
  request.kind = number_of<std::int64_t>(words.back(), kWrongKind);
  if (*request.kind < 0 || *request.kind >= kKinds) throw std::invalid_argument(kWrongKind);
  return request;
}

Service::Service(const Tensor& training, ServiceOptions options, std::ostream& log)
    : options_(options), log_(log) {
  for (std::size_t i = 0; i < kReadings; ++i) {
    training_[i] = select(training, 1, static_cast<std::int64_t>(i)).to_vector<float>();
    edges_[i] = edges_of(training_[i]);
  }
}

void Service::deploy(std::string name, nn::Sequential model, Device device) {
  model.to(device);
  model.eval();
  log_ << name << " is live\n";
  versions_.push_back({std::move(name), std::move(model), device});
}

std::string Service::answer(const Request& request) {
  Version& live = versions_.back();
  const auto begin = std::chrono::steady_clock::now();
  const Tensor x = from_values(std::span<const float>(request.readings), {1, kReadings}, live.device);
  const Tensor probabilities = softmax(live.model(x), 1);
  const auto kind = argmax(probabilities, 1).item<std::int64_t>();
  const double probability = select(squeeze(probabilities, 0), 0, kind).item();
  const std::chrono::duration<double, std::milli> latency = std::chrono::steady_clock::now() - begin;

  const bool has_answer = probability > 0;  // not NaN
  const ServedRequest served{latency.count(), !has_answer || request.kind.value_or(kind) != kind};
  add_to(live.served, served);
  if (request.kind) add_to(live.known, served);
  roll_back_if_worse();
  watch(request);
  if (!has_answer)
    return "no answer: the model gives no probability, as a weight or a reading is too large or not finite";
  return text("%lld (%.0f %%)", static_cast<long long>(kind), 100 * probability);
}

void Service::add_to(Requests& requests, const ServedRequest& request) const {
  if (requests.size() == options_.window) requests.erase(requests.begin());
  requests.push_back(request);
}

void Service::roll_back_if_worse() {
  if (versions_.size() < 2 || versions_.back().known.size() < options_.window) return;
  const Version &live = versions_.back(), &before = versions_[versions_.size() - 2];
  const double now = nn::hooks::serving_summary(live.known).error_rate,
               then = nn::hooks::serving_summary(before.known).error_rate;
  if (!(now > then + options_.margin)) return;  // NaN: of the one before nothing is known
  log_ << live.name << text(" is wrong about %.0f %%, ", 100 * now) << before.name
       << text(" was about %.0f %%: rolled back to ", 100 * then) << before.name << '\n';
  versions_.pop_back();
}

void Service::watch(const Request& request) {
  for (std::size_t i = 0; i < kReadings; ++i) recent_[i].push_back(request.readings[i]);
  if (recent_[0].size() < options_.window) return;
  bool drifted = false;
  for (std::size_t i = 0; i < kReadings; ++i) {
    const double index = nn::hooks::stability_index(training_[i], recent_[i], edges_[i]);
    if (index >= options_.drift) {
      drifted = true;
      log_ << text("reading %zu has drifted: stability index %.2f\n", i, index);
    }
    recent_[i].clear();
  }
  drifts_ = drifted ? drifts_ + 1 : 0;
  if (drifts_ < options_.patience) return;
  drifts_ = 0;
  log_ << "train again: the readings are not those of the training data\n";
}

void Service::report() const {
  for (const Version& version : versions_) {
    const nn::hooks::ServingSummary served = nn::hooks::serving_summary(version.served);
    log_ << version.name
         << text(", its last %zu requests: mean %.3f ms, p95 %.3f ms", served.count, served.mean, served.p95);
    log_ << text("; wrong about %.0f %% of those of known kind\n",
                 100 * nn::hooks::serving_summary(version.known).error_rate);
  }
}
