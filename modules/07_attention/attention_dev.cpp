// Module 07: attention.
//
// A word means what it does in its sentence. In attention each token asks all tokens: how much do you concern
// me? The answers are numbers, softmax makes shares of them, and the token takes that mixture of what the
// others have to say.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 07

#include "modules/07_attention/attention.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace attention {

/// The scores of all pairs: result(i, j) = scale times the product of row i of q and row j of k, [queries,
/// keys].
///
/// 1. Both are read along their rows, as in a dense layer. Add up in double.
void scores(const Sizes& s, const float* q, const float* k, float* result) {
  // BEGIN SOLUTION scores
  for (int i = 0; i < s.queries; ++i) {
    for (int j = 0; j < s.keys; ++j) {
      double sum = 0;
      for (int l = 0; l < s.width; ++l) sum += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
      result[i * s.keys + j] = static_cast<float>(s.scale * sum);
    }
  }
  // END SOLUTION
}

/// Hides what comes later: sets the score of query i and key j to minus infinity if j > i + offset, and
/// leaves the others.
///
///     three queries and keys, offset 0:  0 -inf -inf
///                                        0    0 -inf
///                                        0    0    0
///
/// 1. -INFINITY, of <cmath>: softmax makes it 0.
void causal_mask(const Sizes& s, float* scores) {
  // BEGIN SOLUTION causal_mask
  for (int i = 0; i < s.queries; ++i) {
    for (int j = std::max(i + s.offset + 1, 0); j < s.keys; ++j) scores[i * s.keys + j] = -INFINITY;
  }
  // END SOLUTION
}

/// Attention (Vaswani et al. 2017, section 3.2.1): y(i) is the mean of the rows of v, weighed by the softmax
/// of query i's scores. If s.causal, query i sees the keys up to i + offset only.
///
/// 1. For each query: its scores, the largest of them, the exponentials of score minus largest, and their
/// sum.
/// 2. y(i) is the sum of the exponentials times the rows of v, divided by that sum. Add up in double.
/// 3. A query that sees no key gets zeros: 0 / 0 is NaN.
void attend(const Sizes& s, const float* q, const float* k, const float* v, float* y) {
  // BEGIN SOLUTION attend
  std::vector<double> weights(static_cast<std::size_t>(s.keys)),
      values(static_cast<std::size_t>(s.value_width));
  for (int i = 0; i < s.queries; ++i) {
    const int seen = s.causal ? std::clamp(i + s.offset + 1, 0, s.keys) : s.keys;
    double largest = -INFINITY, sum = 0;
    for (int j = 0; j < seen; ++j) {
      double product = 0;
      for (int l = 0; l < s.width; ++l)
        product += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
      weights[static_cast<std::size_t>(j)] = s.scale * product;
      largest = std::max(largest, s.scale * product);
    }
    std::fill(values.begin(), values.end(), 0.0);
    for (int j = 0; j < seen; ++j) {
      const double weight = std::exp(weights[static_cast<std::size_t>(j)] - largest);
      sum += weight;
      for (int l = 0; l < s.value_width; ++l)
        values[static_cast<std::size_t>(l)] += weight * v[j * s.value_width + l];
    }
    for (int l = 0; l < s.value_width; ++l)
      y[i * s.value_width + l] =
          seen == 0 ? 0 : static_cast<float>(values[static_cast<std::size_t>(l)] / sum);
  }
  // END SOLUTION
}

/// Divides the features of each token among heads: y [heads, tokens, width] from x [tokens, heads width].
///
/// 1. y(h, t, l) = x(t, h width + l): head h has the features from h width on.
void split_heads(int tokens, int heads, int width, const float* x, float* y) {
  // BEGIN SOLUTION split_heads
  for (int h = 0; h < heads; ++h) {
    for (int t = 0; t < tokens; ++t) {
      for (int l = 0; l < width; ++l) y[(h * tokens + t) * width + l] = x[(t * heads + h) * width + l];
    }
  }
  // END SOLUTION
}

/// The reverse of split_heads: y [tokens, heads width] from x [heads, tokens, width].
void merge_heads(int tokens, int heads, int width, const float* x, float* y) {
  // BEGIN SOLUTION merge_heads
  for (int t = 0; t < tokens; ++t) {
    for (int h = 0; h < heads; ++h) {
      for (int l = 0; l < width; ++l) y[(t * heads + h) * width + l] = x[(h * tokens + t) * width + l];
    }
  }
  // END SOLUTION
}

/// Adds one more score and its value to a running softmax (Milakov and Gimelshein 2018, algorithm 3). `value`
/// has as many elements as running.values.
///
/// 1. What was added up so far is relative to the largest score so far. If the new score is larger, multiply
/// the sum and the
///    values by e^(old largest - new largest), and keep the new one.
/// 2. Then add e^(score - largest) to the sum, and e^(score - largest) times the value to the values.
/// 3. Before the first score the largest is minus infinity, and e^(-inf) is 0, which is right: nothing was
/// there.
void update(Running& running, double score, const float* value) {
  // BEGIN SOLUTION update
  const double largest = std::max(running.largest, score);
  const double shrink = std::exp(running.largest - largest), weight = std::exp(score - largest);
  running.largest = largest;
  running.sum = running.sum * shrink + weight;
  for (double& each : running.values) each = each * shrink + weight * *value++;
  // END SOLUTION
}

/// Attention as attend, but without a row of scores: a running softmax goes over the keys. What it needs does
/// not grow with their number. Each exercise stands for itself: do not call update, but write what it does.
void attend_online(const Sizes& s, const float* q, const float* k, const float* v, float* y) {
  // BEGIN SOLUTION attend_online
  for (int i = 0; i < s.queries; ++i) {
    Running running;
    running.values.assign(static_cast<std::size_t>(s.value_width), 0.0);
    const int seen = s.causal ? std::clamp(i + s.offset + 1, 0, s.keys) : s.keys;
    for (int j = 0; j < seen; ++j) {
      double score = 0;
      for (int l = 0; l < s.width; ++l) score += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
      score *= s.scale;
      const double largest = std::max(running.largest, score);
      const double shrink = std::exp(running.largest - largest), weight = std::exp(score - largest);
      running.largest = largest;
      running.sum = running.sum * shrink + weight;
      for (int l = 0; l < s.value_width; ++l) {
        double& value = running.values[static_cast<std::size_t>(l)];
        value = value * shrink + weight * v[j * s.value_width + l];
      }
    }
    for (int l = 0; l < s.value_width; ++l) {
      const double value = running.values[static_cast<std::size_t>(l)];
      y[i * s.value_width + l] = seen == 0 ? 0 : static_cast<float>(value / running.sum);
    }
  }
  // END SOLUTION
}

}  // namespace attention
