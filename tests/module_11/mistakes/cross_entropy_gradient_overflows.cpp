  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    double sum = 0;
    for (const float x : row) sum += std::exp(static_cast<double>(x));
    for (std::size_t j = 0; j < classes; ++j) {
      const double one_hot = static_cast<std::size_t>(target[i]) == j ? 1 : 0;
      const double softmax = std::exp(static_cast<double>(row[j])) / sum;
      dx[i * classes + j] = static_cast<float>(grad * (softmax - one_hot) / static_cast<double>(target.size()));
    }
  }
