#pragma once

#include <limits>
#include <vector>

// What module 07 writes: attention_dev.cpp defines the functions. Arrays are contiguous, row after row.
namespace attention {

/// The sizes of attention: q [queries, width], k [keys, width], v [keys, value_width] and y [queries,
/// value_width].
struct Sizes {
  int queries, keys, width, value_width;
  bool causal = false;  ///< query i sees the keys 0 ... i + offset only
  int offset = 0;
  double scale = 1;  ///< of the scores
};

/// A softmax of scores that come one after another, and the mean of their values that it weighs.
struct Running {
  double largest = -std::numeric_limits<double>::infinity();  ///< score so far
  double sum = 0;                                             ///< of e^(score - largest)
  std::vector<double> values;  ///< the sum of e^(score - largest) times the value, for each of its elements
};

void scores(const Sizes& s, const float* q, const float* k, float* result);
void causal_mask(const Sizes& s, float* scores);
void attend(const Sizes& s, const float* q, const float* k, const float* v, float* y);
void split_heads(int tokens, int heads, int width, const float* x, float* y);
void merge_heads(int tokens, int heads, int width, const float* x, float* y);
void update(Running& running, double score, const float* value);
void attend_online(const Sizes& s, const float* q, const float* k, const float* v, float* y);

}  // namespace attention
