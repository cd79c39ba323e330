  std::vector<double> weights(static_cast<std::size_t>(s.keys)), values(static_cast<std::size_t>(s.value_width));
  for (int i = 0; i < s.queries; ++i) {
    const int seen = s.causal ? std::clamp(i + s.offset + 1, 0, s.keys) : s.keys;
    double largest = -INFINITY, sum = 0;
    for (int j = 0; j < seen; ++j) {
      double product = 0;
      for (int l = 0; l < s.width; ++l) product += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
      weights[static_cast<std::size_t>(j)] = s.scale * product;
      largest = std::max(largest, s.scale * product);
    }
    std::fill(values.begin(), values.end(), 0.0);
    for (int j = 0; j < seen; ++j) {
      const double weight = std::exp(weights[static_cast<std::size_t>(j)] - largest);
      sum += weight;
      for (int l = 0; l < s.value_width; ++l) values[static_cast<std::size_t>(l)] += weight * v[j * s.value_width + l];
    }
    for (int l = 0; l < s.value_width; ++l)
      y[i * s.value_width + l] = static_cast<float>(values[static_cast<std::size_t>(l)] / sum);
  }
