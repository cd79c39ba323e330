#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

// What module 14 writes: benchmarking_dev.cpp defines the functions. Times are in seconds, or in any other
// unit, if it is the same for all.
namespace benchmarking {

enum class Verdict { slower, cannot_tell, faster };

/// Two versions, compared by pairs of times.
struct Comparison {
  double ratio;  ///< the median of before / after: 2 if a pair's new time is half of the old one
  double low,
      high;  ///< its confidence interval of at least 95 %; from 0 to infinity if there are too few pairs
  Verdict verdict;  ///< of the new version
};

/// What a program costs a machine.
struct Cost {
  double operations;  ///< additions and multiplications of floats
  double bytes;       ///< read from memory and written to it
};

/// What a machine can do in a second.
struct Machine {
  double operations, bytes;
};

enum class Bound { memory, compute };

/// The limits of a machine for a program.
struct Roofline {
  double intensity;   ///< operations per byte
  double attainable;  ///< operations per second, at most
  double seconds;     ///< at least
  Bound bound;        ///< what limits it
};

/// A call of an op, as a profiler records it.
struct Event {
  std::string name;
  double begin, duration;
};

/// The calls of all ops of a name.
struct OpTime {
  std::string name;
  double self;        ///< their time without that of the calls in them
  std::size_t calls;  ///< how many
};

double percentile(std::span<const double> times, double p);
std::size_t warm_up(std::span<const double> times);
bool enough(std::span<const double> times, double relative, std::size_t most);
Comparison compare(std::span<const double> before, std::span<const double> after);
Cost matmul_cost(int m, int k, int n);
Roofline roofline(const Machine& machine, const Cost& cost);
std::vector<OpTime> self_times(std::span<const Event> events);

}  // namespace benchmarking
