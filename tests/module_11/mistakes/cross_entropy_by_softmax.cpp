  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const double largest = *std::max_element(row.begin(), row.end());
    double exponentials = 0;
    for (const float x : row) exponentials += std::exp(x - largest);
    sum -= std::log(std::exp(row[static_cast<std::size_t>(target[i])] - largest) / exponentials);
  }
  return sum / static_cast<double>(target.size());
