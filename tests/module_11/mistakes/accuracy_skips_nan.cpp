  std::size_t right = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const std::span<const float> row = logits.subspan(i * classes, classes);
    if (std::max_element(row.begin(), row.end()) - row.begin() == target[i]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(target.size());
