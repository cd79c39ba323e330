  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    double exponentials = 0;
    for (const float x : row) exponentials += std::exp(static_cast<double>(x));
    sum += std::log(exponentials) - row[static_cast<std::size_t>(target[i])];
  }
  return sum / static_cast<double>(target.size());
