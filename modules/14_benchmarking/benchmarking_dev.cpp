// Module 14: benchmarking.
//
// A time that was measured once says little: the next one differs. These functions say what many times have
// in common, whether a new version is faster or only was lucky, what the machine could do at best, and where
// the time goes.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 14

#include "modules/14_benchmarking/benchmarking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <stdexcept>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace benchmarking {

/// The p-th percentile of times in any order, p from 0 to 100: that value which p % of the times do not
/// exceed (definition 7 of Hyndman and Fan 1996, which NumPy uses, too).
///
///     percentile({5, 1, 4, 2, 3}, 50) = 3    percentile({10, 20}, 95) = 19.5
///
/// 1. Sort a copy.
/// 2. The percentile is at the position p/100 (n - 1), counted from 0. Between two elements it is
/// interpolated: at 0.95 it is the first and 0.95 of the way to the second.
/// 3. Of no times there is none: NaN. If a time is NaN, so is the percentile.
double percentile(std::span<const double> times, double p) {
  // BEGIN SOLUTION percentile
  const bool unknown = std::any_of(times.begin(), times.end(), [](double time) { return std::isnan(time); });
  if (times.empty() || unknown) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted(times.begin(), times.end());
  std::sort(sorted.begin(), sorted.end());
  const double position = p / 100 * static_cast<double>(sorted.size() - 1);
  const auto index = static_cast<std::size_t>(position);
  if (index + 1 >= sorted.size()) return sorted.back();
  return sorted[index] + (position - static_cast<double>(index)) * (sorted[index + 1] - sorted[index]);
  // END SOLUTION
}

/// How many times at the beginning are the warm-up: caches and pages of memory that are touched for the first
/// time, a clock that still rises. It is the number d after which the mean is known best: for which
///
///     (1/m²) Σ (time - mean)², over the m = n - d times that are left
///
/// is least (MSER, White 1997).
///
///     warm_up({9, 6, 2, 2.1, 1.9, 2, 2.1, 1.9, 2, 2}) = 2    warm_up({2, 2, 2, 2, 2, 2}) = 0
///
/// 1. Try d = 0, 1, 2 ... For each: the mean of what is left, then the squares of the differences.
/// 2. At most n/2 times are dropped, and at least 5 are left: a few that are alike by chance say nothing.
/// 3. Of several such d the smallest is meant. Of fewer than five times, none is dropped.
std::size_t warm_up(std::span<const double> times) {
  // BEGIN SOLUTION warm_up
  constexpr std::size_t kFewest = 5;
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = 0;
  for (std::size_t dropped = 0; dropped <= times.size() / 2 && dropped + kFewest <= times.size(); ++dropped) {
    const auto rest = times.subspan(dropped);
    const auto size = static_cast<double>(rest.size());
    double sum = 0, squares = 0;
    for (const double time : rest) sum += time;
    for (const double time : rest) squares += (time - sum / size) * (time - sum / size);
    const double error = squares / (size * size);
    if (error < least) {
      least = error;
      best = dropped;
    }
  }
  return best;
  // END SOLUTION
}

/// Whether the mean of the times is known well enough to stop measuring (Jain 1991, chapter 13).
///
///     enough(ten times of 2, 0.01, 1000) = true    enough({1, 3, 1, 3}, 0.01, 1000) = false
///
/// 1. With `most` times or more it is: one has to stop at some time.
/// 2. With fewer than 10 it is not: how much they scatter is not known yet.
/// 3. Else it is if half of the 95 % confidence interval of the mean, 1.96 s / √n, is at most `relative`
/// times the mean. s is the standard deviation: s² = Σ (time - mean)² / (n - 1). Hint: the mean of the
/// squares less the square of the mean is the same in mathematics, but of times near 10⁹ no digit of the
/// difference is left.
bool enough(std::span<const double> times, double relative, std::size_t most) {
  // BEGIN SOLUTION enough
  constexpr std::size_t kFewest = 10;
  if (times.size() >= most) return true;
  if (times.size() < kFewest) return false;
  const auto size = static_cast<double>(times.size());
  double sum = 0, squares = 0;
  for (const double time : times) sum += time;
  const double mean = sum / size;
  for (const double time : times) squares += (time - mean) * (time - mean);
  const double deviation = std::sqrt(squares / (size - 1));
  return 1.96 * deviation / std::sqrt(size) <= relative * mean;
  // END SOLUTION
}

/// Whether a new version is faster than the one before. before[i] and after[i] were measured one after the
/// other, so that what slows the machine down for a while slows both.
///
///     six pairs, each {2, 1}: the ratio 2, from 2 to 2, faster
///     five such pairs: the ratio 2, from 0 to infinity, cannot_tell
///
/// 1. The ratios before[i] / after[i], sorted: r(1) ... r(n). Their median is the middle one, or the mean of
/// the two in the middle.
/// 2. Each ratio is below the true median with a probability of 1/2, like a coin. So at most k - 1 of n
/// ratios are below it with the probability P = Σ C(n, i) / 2ⁿ, over i = 0 ... k - 1, and at most k - 1 are
/// above it with the same.
/// 3. Take the largest k for which P ≤ 0.025. The interval is from r(k) to r(n - k + 1) (Le Boudec 2010,
/// theorem 2.1). Fewer than six pairs have no such k: it is from 0 to infinity.
/// 4. `faster` if the interval is above 1, `slower` if it is below 1, else one cannot tell.
/// 5. Without pairs the ratio is NaN.
/// Hint: 2²⁰⁰⁰ is infinite. log C(n, i) = lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1): add logarithms.
/// @throws std::invalid_argument  the sizes differ
Comparison compare(std::span<const double> before, std::span<const double> after) {
  // BEGIN SOLUTION compare
  if (before.size() != after.size()) throw std::invalid_argument("compare: a time without its pair");
  std::vector<double> ratios;
  for (std::size_t i = 0; i < before.size(); ++i) ratios.push_back(before[i] / after[i]);
  std::sort(ratios.begin(), ratios.end());
  Comparison result{.ratio = std::numeric_limits<double>::quiet_NaN(),
                    .low = 0,
                    .high = std::numeric_limits<double>::infinity(),
                    .verdict = Verdict::cannot_tell};
  const std::size_t pairs = ratios.size();
  if (pairs == 0) return result;
  result.ratio = (ratios[(pairs - 1) / 2] + ratios[pairs / 2]) / 2;
  const auto probability = [n = static_cast<double>(pairs)](std::size_t below) {
    const auto i = static_cast<double>(below);
    return std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) - n * std::numbers::ln2);
  };
  std::size_t k = 0;  // the largest so far
  for (double p = probability(0); p <= 0.025; p += probability(k)) ++k;
  if (k == 0) return result;
  result.low = ratios[k - 1];
  result.high = ratios[pairs - k];
  if (result.low > 1) result.verdict = Verdict::faster;
  if (result.high < 1) result.verdict = Verdict::slower;
  return result;
  // END SOLUTION
}

/// What a product of a matrix [m, k] with another [k, n] costs at least, in f32.
///
///     matmul_cost(2, 3, 4) = {48 operations, 104 bytes}
///
/// 1. Each element of the result takes k multiplications and as many additions.
/// 2. Each element of the three matrices is read or written once, if all of them fit into the cache. A float
/// has 4 bytes.
/// 3. An int ends at 2,147,483,647: m = k = n = 2048 is beyond.
Cost matmul_cost(int m, int k, int n) {
  // BEGIN SOLUTION matmul_cost
  const double rows = m, inner = k, columns = n;
  return {.operations = 2 * rows * inner * columns,
          .bytes = 4 * (rows * inner + inner * columns + rows * columns)};
  // END SOLUTION
}

/// What a machine can do for a program at best (the roofline model, Williams, Waterman and Patterson 2009).
///
///     a machine of 10¹² operations and 10¹¹ bytes in a second, a program of 10⁹ operations and 4 · 10⁹
///     bytes: the intensity 0.25, 2.5 · 10¹⁰ operations in a second, 0.04 seconds, bound by the memory
///
/// 1. The intensity is operations / bytes: infinite if there are no bytes.
/// 2. attainable = min(machine.operations, intensity * machine.bytes).
/// 3. It is bound by the memory if that is less than the machine's operations; else, at the ridge, too, by
/// what it computes.
/// 4. The seconds are the longer of two times, that of the operations and that of the bytes. A copy has no
/// operations, and takes time nevertheless.
Roofline roofline(const Machine& machine, const Cost& cost) {
  // BEGIN SOLUTION roofline
  const double intensity = cost.operations / cost.bytes;
  const double attainable = std::min(machine.operations, intensity * machine.bytes);
  return {.intensity = intensity,
          .attainable = attainable,
          .seconds = std::max(cost.operations / machine.operations, cost.bytes / machine.bytes),
          .bound = attainable < machine.operations ? Bound::memory : Bound::compute};
  // END SOLUTION
}

/// Where the time goes: for each name the time of its calls, without that of the calls in them; the longest
/// first, and those with equal times by their names.
///
///     forward 0 ... 10, in it matmul 1 ... 7 and relu 8 ... 9:  matmul 6, forward 3, relu 1
///
/// 1. The events are of one thread, in the order in which they began. An event is in another if it begins
/// before the other ends. (Then it also ends before.)
/// 2. Keep the events that have not ended, the last begun on top: a stack. When an event begins, remove those
/// from the stack that have ended by then. What is on top is the one that it is in, if any.
/// 3. Subtract its duration from that one only: those around it have lost that time already.
/// 4. Add up by names.
std::vector<OpTime> self_times(std::span<const Event> events) {
  // BEGIN SOLUTION self_times
  std::vector<double> self;
  std::vector<std::size_t> open;  // the indices of events
  for (const Event& event : events) {
    const auto has_ended = [&](std::size_t i) { return events[i].begin + events[i].duration <= event.begin; };
    while (!open.empty() && has_ended(open.back())) open.pop_back();
    if (!open.empty()) self[open.back()] -= event.duration;
    open.push_back(self.size());
    self.push_back(event.duration);
  }
  std::map<std::string, OpTime> by_name;
  for (std::size_t i = 0; i < events.size(); ++i) {
    OpTime& op = by_name.try_emplace(events[i].name, OpTime{events[i].name, 0, 0}).first->second;
    op.self += self[i];
    ++op.calls;
  }
  std::vector<OpTime> result;
  for (const auto& entry : by_name) result.push_back(entry.second);
  std::stable_sort(result.begin(), result.end(),
                   [](const OpTime& a, const OpTime& b) { return a.self > b.self; });
  return result;
  // END SOLUTION
}

}  // namespace benchmarking
