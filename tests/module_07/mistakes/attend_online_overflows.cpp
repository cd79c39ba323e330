  for (int i = 0; i < s.queries; ++i) {
    Running running;
    running.values.assign(static_cast<std::size_t>(s.value_width), 0.0);
    const int seen = s.causal ? std::clamp(i + s.offset + 1, 0, s.keys) : s.keys;
    for (int j = 0; j < seen; ++j) {
      double score = 0;
      for (int l = 0; l < s.width; ++l) score += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
      score *= s.scale;
      const double largest = std::max(running.largest, score);
      const double shrink = 1, weight = std::exp(score);
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
