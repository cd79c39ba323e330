  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float x : row) sum += std::exp(x - largest);
    for (std::size_t j = 0; j < classes; ++j) {
      const double one_hot = static_cast<std::size_t>(target[i]) == j ? 1 : 0;
      dx[i * classes + j] = static_cast<float>((std::exp(row[j] - largest) / sum - one_hot) / static_cast<double>(target.size()));
    }
  }
