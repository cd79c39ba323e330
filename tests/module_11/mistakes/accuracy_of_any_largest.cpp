  std::size_t right = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    if (row[static_cast<std::size_t>(target[i])] == *std::max_element(row.begin(), row.end())) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(target.size());
