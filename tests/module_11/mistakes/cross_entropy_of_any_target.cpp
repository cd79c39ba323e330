  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    const double largest = *std::max_element(row.begin(), row.end());
    double exponentials = 0;
    for (const float x : row) exponentials += std::exp(x - largest);
    sum += largest - row[static_cast<std::size_t>(target[i])] + std::log(exponentials);
  }
  return sum / static_cast<double>(target.size());
